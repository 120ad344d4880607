/** What a report holds: the content of summary.json, and the curves that only the page shows. */

/** A value and its 95 % interval over blocks. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * What an interval says against a stated margin, after Holm over the profiles: `better` and `worse` when all of it lies
 * beyond the margin, `no difference` when all of it lies within, else `undecided`: more runs would be needed.
 */
export type Verdict = 'better' | 'worse' | 'no difference' | 'undecided';

/** An arm beside its baseline, paired by seed. */
export interface Comparison {
  readonly scenario: string;
  readonly profile: string;
  readonly metric: string;
  readonly arm: string;
  readonly baseline: string;
  /** Arm minus baseline. */
  readonly difference: Estimate;
  /** What the verdict asks the interval to exclude, in the metric's unit. */
  readonly margin: number;
  /** Of the hypothesis that the difference is nothing; `adjusted` is Holm's over the profiles. */
  readonly pValue: number;
  readonly adjustedPValue: number;
  readonly verdict: Verdict;
  /** Seeds that both arms have. */
  readonly blocks: number;
  /** Seeds in which the arm was ahead of the baseline, and behind. */
  readonly better: number;
  readonly worse: number;
}

/** All valid runs of one arm on one profile. */
export interface Cell {
  readonly scenario: string;
  readonly profile: string;
  readonly arm: string;
  readonly runs: number;
  /** Sessions whose player (500 ms) never started: they stay in every denominator. */
  readonly neverStarted: number;
  /** By metric; a metric that this scenario does not measure is missing. */
  readonly metrics: Readonly<Record<string, Estimate>>;
}

/** How the runs of a directory went. */
export interface RunCounts {
  readonly planned: number;
  readonly valid: number;
  /** Attempts that the audit refused, each repeated while attempts were left. */
  readonly invalid: number;
  /** Runs of the plan that have no valid attempt. */
  readonly missing: number;
  /** Valid runs in which a session never started to play. */
  readonly neverStarted: number;
  /** Reasons of invalid attempts, the most frequent first. */
  readonly reasons: readonly { readonly reason: string; readonly attempts: number }[];
}

/** Counts of one arm on one profile. */
export interface CellCounts {
  readonly scenario: string;
  readonly profile: string;
  readonly arm: string;
  readonly planned: number;
  readonly valid: number;
  readonly invalid: number;
}

/** A link as it was configured. */
export interface ProfileText {
  readonly name: string;
  readonly summary: string;
  /** Round trip, rate and loss of the media direction. */
  readonly brief: string;
  readonly oneWayMs: number;
  readonly rttMs: number;
  /** Field, value as text, where it comes from. */
  readonly fields: readonly { readonly field: string; readonly value: string; readonly source: string }[];
}

/** What a link truly was over all valid runs, in the media direction, by the emulator's audit. */
export interface RealisedLink {
  readonly profile: string;
  /** Runs that tell. */
  readonly runs: number;
  /** Mean of `ping` before each run. */
  readonly pingMs: number | null;
  /** Share of bad milliseconds (or packets) of the chain of loss: as configured, and as the seeds held it ready. */
  readonly configuredShare: number | null;
  readonly chainShare: number | null;
  /** Mean length of a bad time, ms (or packets). */
  readonly chainBurst: number | null;
  /** Packets that entered, of them lost by the chain, of them dropped by a full queue. */
  readonly packets: number;
  readonly lost: number;
  readonly queueDrops: number;
  /** Packets that the host dropped: any of them makes a run invalid. */
  readonly hostDrops: number;
  /** The greatest of all runs, ms. */
  readonly lateP99Ms: number;
  readonly lateMaxMs: number;
}

/** Who took part in a scenario, and who the others are held against. */
export interface Contest {
  readonly arms: readonly string[];
  readonly baselines: readonly string[];
}

/** The content of summary.json. */
export interface Summary {
  readonly version: 1;
  /** Name of the result directory and when its runs were made, ISO 8601. */
  readonly name: string;
  readonly finishedAt: string;
  readonly backend: string;
  readonly durationS: number;
  readonly shape: string;
  /** Arms that could not run on this machine, with the reason. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly scenarios: readonly string[];
  /** The scenario that `arms`, `baselines`, `words` and most figures are of. */
  readonly main: string;
  readonly profiles: readonly string[];
  readonly arms: readonly string[];
  /** Arms that others are held against, the strongest first. */
  readonly baselines: readonly string[];
  /** Of every scenario. */
  readonly contests: Readonly<Record<string, Contest>>;
  readonly seeds: readonly number[];
  readonly machine: Readonly<Record<string, string>>;
  /** Each stretch of the benchmark as one line: when, commit, runs at a time, priority. */
  readonly sittings: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly counts: RunCounts;
  readonly cellCounts: readonly CellCounts[];
  /** Of the profiles whose runs have an audit. */
  readonly realised: readonly RealisedLink[];
  readonly cells: readonly Cell[];
  readonly comparisons: readonly Comparison[];
  /** The comparisons that matter most, in words. */
  readonly words: readonly string[];
}

/** Distribution of the frame delay of all valid runs of an arm on a profile: [ms, share of frames within it]. */
export interface DelayCurve {
  readonly profile: string;
  readonly arm: string;
  readonly points: readonly (readonly [number, number])[];
}

/** Series of one run, thinned; times in seconds from the link's time zero, kB = 1000 bytes. `null`: not known then. */
export interface Trace {
  readonly profile: string;
  readonly arm: string;
  readonly seed: number;
  /** When the viewer came. */
  readonly viewerS?: number;
  readonly timeS: readonly number[];
  readonly cwndKb: readonly (number | null)[];
  /** Pacing rate or estimate of the transport. */
  readonly rateMbps: readonly (number | null)[];
  /** What the link delivered. */
  readonly carriedMbps: readonly (number | null)[];
  readonly rttMs: readonly (number | null)[];
  readonly queueKb: readonly (number | null)[];
  readonly linkRateMbps: readonly (number | null)[];
}

/** Everything on the page. */
export interface Report {
  readonly summary: Summary;
  readonly delays: readonly DelayCurve[];
  readonly traces: readonly Trace[];
  readonly profiles: readonly ProfileText[];
  /** Settings by arm, each as text. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The report of one scenario alone: its arms, its cells, its comparisons. */
export function ofScenario(report: Report, scenario: string): Report {
  const { summary } = report;
  const { arms, baselines } = summary.contests[scenario] ?? { arms: [], baselines: [] };
  const isOwn = (each: { readonly scenario: string }) => each.scenario === scenario;
  return {
    ...report,
    summary: {
      ...summary,
      arms,
      baselines,
      cells: summary.cells.filter(isOwn),
      comparisons: summary.comparisons.filter(isOwn),
    },
  };
}
