/** The verdict of a gate: pure, from attempts and a baseline to checks. */
import jstat from 'jstat';
import { geometricMean, mean, median, sampleStandardDeviation } from 'simple-statistics';
import type { Attempt } from '../report/attempts.js';
import * as Statistics from '../statistics/index.js';
import type { Baseline } from './baseline.js';
import { pairedRatio, WATCHED, type Watched } from './paired.js';

const { studentt } = jstat;

/** One line of the table. */
export interface Check {
  readonly profile: string;
  readonly what: string;
  readonly state: 'ok' | 'regression' | 'no valid pair' | 'too few seeds';
  /** What was measured, what was allowed: for people. */
  readonly measured: string;
  readonly allowed: string;
  /** One-sided, Holm over all ratios of the gate; of ratios only. */
  readonly pValue?: number;
}

/** What a gate says. */
export interface Judgement {
  readonly state: 'ok' | 'regression' | 'no valid runs';
  /** One line: why. */
  readonly reason: string;
  readonly checks: readonly Check[];
  readonly valid: number;
  /** Attempts that the audit refused. */
  readonly invalid: number;
}

/** Round trips until the hop is connected, and what the machine may add: QUIC one, TCP with TLS 1.3 two. */
export const CONNECT = {
  quicRoundTrips: 1,
  tcpRoundTrips: 2,
  machineMs: 60,
} as const;

/** Stands where a profile's name does. */
export const ALL_PROFILES = 'all profiles';

/** One-sided level of a regression, over all ratios of the gate together. */
export const LEVEL = 0.05;

/** Judges the valid runs of both arms. */
export function judge(attempts: readonly Attempt[], baseline: Baseline): Judgement {
  const own = attempts.filter(({ run }) => run.arm === baseline.arm || run.arm === baseline.against);
  const valid = own.filter(({ validity }) => validity.state === 'valid');
  const invalid = own.length - valid.length;
  const counts = { valid: valid.length, invalid };
  if (valid.length === 0) {
    const reason = `no valid run of ${baseline.arm} or ${baseline.against}: ${invalid} attempts were invalid`;
    return { state: 'no valid runs', reason, checks: [], ...counts };
  }
  const checks = baseline.plan.profiles.flatMap((profile) => {
    const runs = valid.filter(({ run }) => run.profile === profile);
    return limits(profile, runs, baseline);
  });
  const all = [...ratios(valid, baseline), ...checks].sort(byProfile(baseline.plan.profiles));
  return { ...outcome(all), checks: all, ...counts };
}

function outcome(checks: readonly Check[]): Pick<Judgement, 'state' | 'reason'> {
  const of = (state: Check['state']) => checks.filter((check) => check.state === state);
  const names = (some: readonly Check[]) =>
    some.map(({ profile, what }) => `${what} on ${profile}`).join(', ');
  const profiles = (some: readonly Check[]) => [...new Set(some.map(({ profile }) => profile))].join(', ');
  const regressions = of('regression');
  if (regressions.length > 0) return { state: 'regression', reason: `regression: ${names(regressions)}` };
  const unjudged = of('no valid pair');
  if (unjudged.length > 0)
    return { state: 'no valid runs', reason: `no valid pair of runs on ${profiles(unjudged)}` };
  const alone = of('too few seeds');
  const judged = checks.filter(({ pValue }) => pValue !== undefined);
  if (judged.length === 0)
    return { state: 'no valid runs', reason: `fewer than ${LEAST_SEEDS} seeds on ${profiles(alone)}` };
  const not = alone.length === 0 ? '' : `; not judged for want of seeds: ${names(alone)}`;
  return {
    state: 'ok',
    reason: `${checks.length - alone.length} checks, none worse than the baseline beyond its margin${not}`,
  };
}

/** How much worse than the baseline, as a logarithm, and how well that is known. */
interface Change {
  readonly log: number;
  readonly error: number;
  /** Degrees of freedom of the error. */
  readonly freedom: number;
}

/** A ratio of now beside that of the baseline, over the seeds that both have. */
interface RatioCheck {
  readonly profile: string;
  readonly watched: Watched;
  readonly before: number;
  /** Undefined when there is no valid pair of runs; without a change where too few seeds tell of one. */
  readonly now: { readonly ratio: number; readonly change?: Change } | undefined;
  /** What the two arms had, for people. */
  readonly detail: string;
}

/** The arm against the other in the same blocks, beside what that ratio was: profile by profile, then all together. */
function ratios(valid: readonly Attempt[], baseline: Baseline): Check[] {
  const pairs = WATCHED.flatMap((watched) => {
    const own = baseline.plan.profiles.flatMap((profile) => ratioOn(profile, watched, valid, baseline));
    return own.length > 1 ? [...own, ...together(watched, own)] : own;
  });
  const adjusted = Statistics.holm(
    pairs.map(({ now }) => (now?.change === undefined ? 1 : worseP(now.change))),
  );
  return pairs.map((each, at) => ratioCheck(each, adjusted[at] as number, baseline.margin));
}

function ratioOn(
  profile: string,
  watched: Watched,
  valid: readonly Attempt[],
  baseline: Baseline,
): RatioCheck[] {
  const before = baseline.profiles[profile]?.ratios[watched.metric];
  if (before === undefined) return [];
  const runs = (arm: string) => valid.filter(({ run }) => run.profile === profile && run.arm === arm);
  const now = pairedRatio(watched, runs(baseline.arm), runs(baseline.against));
  if (now === undefined) return [{ profile, watched, before: before.ratio, now: undefined, detail: '' }];
  // Seed by seed: the runs of one seed meet the same lost milliseconds and the same phase of a group, now and then.
  const common = Object.entries(now.seeds).flatMap(([seed, ratio]) => {
    const then = before.seeds[seed];
    return then === undefined ? [] : [{ ratio, then }];
  });
  const detail = ` (${shown(now.arm, watched)} / ${shown(now.against, watched)})`;
  const base = { profile, watched, detail };
  if (common.length < LEAST_SEEDS) return [{ ...base, before: before.ratio, now: { ratio: now.ratio } }];
  const change = changeOf(common.map(({ ratio, then }) => Math.log(ratio / then)));
  const ratio = geometricMean(common.map((each) => each.ratio));
  return [{ ...base, before: geometricMean(common.map(({ then }) => then)), now: { ratio, change } }];
}

/** Geometric mean over the profiles: what slips a little everywhere shows here before it shows in any one. */
function together(watched: Watched, own: readonly RatioCheck[]): RatioCheck[] {
  const both = own.flatMap(({ now, before }) =>
    now?.change === undefined ? [] : [{ ratio: now.ratio, change: now.change, before }],
  );
  const base = { profile: ALL_PROFILES, watched, detail: '' };
  if (both.length === 0) return [];
  const changes = both.map(({ change }) => change);
  const change = {
    log: mean(changes.map(({ log }) => log)),
    error: Math.hypot(...changes.map(({ error }) => error)) / changes.length,
    freedom: freedomOf(changes),
  };
  const ratio = geometricMean(both.map((each) => each.ratio));
  return [{ ...base, before: geometricMean(both.map(({ before }) => before)), now: { ratio, change } }];
}

function changeOf(logs: readonly number[]): Change {
  const error = sampleStandardDeviation([...logs]) / Math.sqrt(logs.length);
  return { log: mean([...logs]), error: Math.max(LEAST_ERROR, error), freedom: logs.length - 1 };
}

/**
 * Degrees of freedom of a sum of errors (Welch 1947, Satterthwaite 1946): those of the largest where the others are small. A
 * profile on which nothing ever stalls says nothing of how well the stalls of another are known.
 */
function freedomOf(changes: readonly Change[]): number {
  const sum = changes.reduce((total, { error }) => total + error ** 2, 0);
  return sum ** 2 / changes.reduce((total, { error, freedom }) => total + error ** 4 / freedom, 0);
}

/** A regression is beyond the margin, and not by chance. */
function ratioCheck(
  { profile, watched, now, before, detail }: RatioCheck,
  pValue: number,
  margin: number,
): Check {
  const check = {
    profile,
    what: watched.label,
    allowed: `${before.toFixed(2)} * ${(1 + margin).toFixed(2)}`,
  };
  if (now === undefined) return { ...check, state: 'no valid pair', measured: '-' };
  const measured = `${now.ratio.toFixed(2)}${detail}`;
  if (now.change === undefined) return { ...check, state: 'too few seeds', measured };
  const isWorse = now.change.log > Math.log(1 + margin) && pValue < LEVEL;
  return { ...check, state: isWorse ? 'regression' : 'ok', measured, pValue };
}

/** How likely so much is when nothing changed: one-sided, Student's t. */
function worseP({ log, error, freedom }: Change): number {
  return studentt.cdf(-log / error, freedom);
}

/** One seed tells nothing of what is chance. */
const LEAST_SEEDS = 2;
/** Runs that agree by chance are not exact. */
const LEAST_ERROR = 0.02;

/** Limits that hold whatever the other arm does. */
function limits(profile: string, runs: readonly Attempt[], baseline: Baseline): Check[] {
  const checks: Check[] = [];
  const of = (arm: string, metric: string) =>
    runs.filter(({ run }) => run.arm === arm).flatMap(({ samples }) => samples.get(metric) ?? []);
  const late = of(baseline.arm, 'steady.late.owd+200');
  const mostLate = baseline.profiles[profile]?.mostLate ?? 1;
  const share = Statistics.pooled(late);
  checks.push({
    profile,
    what: `late(200) of ${baseline.arm}`,
    state: late.length === 0 ? 'no valid pair' : share > mostLate ? 'regression' : 'ok',
    measured: late.length === 0 ? '-' : percent(share),
    allowed: `<= ${percent(mostLate)}`,
  });
  const rttMs = runs[0]?.link.rttMs;
  for (const arm of [baseline.arm, baseline.against]) {
    const times = of(arm, 'connectMs').map(Statistics.runValue);
    if (times.length === 0 || rttMs === undefined) continue;
    const trips = roundTrips(arm);
    if (trips === undefined) continue;
    const mostMs = trips * rttMs + CONNECT.machineMs;
    // The median: one run whose first packet was lost is not the rule.
    const connectMs = median(times);
    checks.push({
      profile,
      what: `connect of ${arm}`,
      state: connectMs > mostMs ? 'regression' : 'ok',
      measured: `${connectMs.toFixed(0)} ms`,
      allowed: `<= ${trips} * ${rttMs.toFixed(0)} + ${CONNECT.machineMs} ms`,
    });
  }
  return checks;
}

/** Of arms whose handshake is known to the round trip; others have none to hold them to. */
function roundTrips(arm: string): number | undefined {
  if (arm.startsWith('quic')) return CONNECT.quicRoundTrips;
  return arm.startsWith('tcp') ? CONNECT.tcpRoundTrips : undefined;
}

function shown(value: number, { unit }: Watched): string {
  return unit === 'share' ? percent(value) : `${value.toFixed(0)} ms`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function byProfile(profiles: readonly string[]): (a: Check, b: Check) => number {
  const rank = ({ profile }: Check) =>
    (profiles.indexOf(profile) + profiles.length + 1) % (profiles.length + 1);
  return (a, b) => rank(a) - rank(b);
}
