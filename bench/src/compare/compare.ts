/** `longhaul bench compare`: the same arms on the same links in two result directories, paired by seed. */
import { CliError } from '@longhaul/cli';
import * as Attempts from '../report/attempts.js';
import * as Columns from '../report/columns.js';
import * as Directory from '../report/directory.js';
import * as Numbers from '../report/numbers.js';
import * as Rows from '../report/rows.js';
import { backendOf, pair } from '../report/summarize.js';
import * as Statistics from '../statistics/index.js';

/** A result directory, read. */
export interface Side {
  readonly path: string;
  readonly plan: Directory.Plan;
  readonly attempts: readonly Attempts.Attempt[];
}

/** One arm on one link in one metric: B against A. */
export interface Row {
  readonly scenario: string;
  readonly profile: string;
  readonly arm: string;
  readonly metric: string;
  readonly a: number;
  readonly b: number;
  readonly difference: number;
  readonly interval: readonly [number, number];
  readonly adjustedPValue: number;
  readonly margin: number;
  readonly blocks: number;
  readonly verdict: Statistics.Verdict;
}

/** Both directories side by side. */
export interface Comparison {
  readonly a: string;
  readonly b: string;
  readonly rows: readonly Row[];
  /** What only one of them holds, one line each. */
  readonly leftOut: readonly string[];
}

/** Reads a result directory. Rejects with `LH_CLI_FILE`. */
export async function read(path: string): Promise<Side> {
  const directory = await Directory.open(path);
  return { path, plan: directory.plan, attempts: await Attempts.read(directory) };
}

/** Pure. Throws `LH_CLI_USAGE`, one line, where the two cannot be compared. */
export function compare(a: Side, b: Side): Comparison {
  const reason = refusal(a, b);
  if (reason !== undefined) throw new CliError('LH_CLI_USAGE', `${a.path} and ${b.path}: ${reason}`);
  const [ownA, ownB] = [valid(a), valid(b)];
  const scenarios = common(a.plan.scenarios, b.plan.scenarios);
  const profiles = common(a.plan.profiles, b.plan.profiles);
  const rows = scenarios.flatMap((scenario) =>
    common(armsOf(a.plan, scenario), armsOf(b.plan, scenario)).flatMap((arm) =>
      Columns.COMPARED.flatMap((column) => rowsOf({ scenario, arm, column, profiles, ownA, ownB })),
    ),
  );
  if (rows.length === 0) {
    throw new CliError(
      'LH_CLI_USAGE',
      `${a.path} and ${b.path}: no valid run of the same profile, arm and seed in both`,
    );
  }
  return { a: a.path, b: b.path, rows, leftOut: leftOut(a.plan, b.plan) };
}

/** The table of a comparison, with its legend. */
export function describe({ a, b, rows, leftOut: left }: Comparison): string {
  const shown = rows.filter(({ metric, verdict }) => Columns.HEADLINE.includes(metric) || isClaim(verdict));
  const head = ['profile', 'arm', 'metric', 'A', 'B', 'B - A', '95 % interval', 'pairs', 'B is'];
  const lines = shown.map((row) => {
    const { unit } = Columns.columnOf(row.metric);
    return [
      row.profile,
      row.arm,
      row.metric,
      Numbers.format(row.a, unit),
      Numbers.format(row.b, unit),
      Numbers.formatDifference(row.difference, unit),
      Numbers.formatRange(row.interval[0], row.interval[1], unit),
      String(row.blocks),
      row.verdict,
    ];
  });
  const count = (verdict: Statistics.Verdict) => rows.filter((row) => row.verdict === verdict).length;
  return [
    `A: ${a}`,
    `B: ${b}`,
    Rows.format([head, ...lines], 3),
    '',
    ...left,
    `${count('better')} better, ${count('worse')} worse, ${count('no difference')} without a difference, ${count('undecided')} undecided of ${rows.length}; shown are the headline metrics and every claim (the interval excludes the margin, Holm over profiles)`,
  ].join('\n');
}

interface RowsOptions {
  readonly scenario: string;
  readonly arm: string;
  readonly column: Columns.MetricColumn;
  readonly profiles: readonly string[];
  readonly ownA: readonly Attempts.Attempt[];
  readonly ownB: readonly Attempts.Attempt[];
}

/** One metric of an arm on every profile; Holm goes over the profiles. */
function rowsOf({ scenario, arm, column, profiles, ownA, ownB }: RowsOptions): Row[] {
  const { metric } = column;
  const blocksOf = (profile: string) => {
    const runs = (all: readonly Attempts.Attempt[]) =>
      all.filter(({ run }) => run.scenario === scenario && run.profile === profile && run.arm === arm);
    return pair(runs(ownB), runs(ownA), metric);
  };
  const rows = Statistics.compareProfiles({ ...column, profiles, blocksOf });
  return rows.map(({ profile, result, adjustedP, verdict }) => ({
    scenario,
    profile,
    arm,
    metric,
    // Statistics compares its arm a with its arm b: here the later directory with the earlier.
    a: result.b,
    b: result.a,
    difference: result.difference,
    interval: result.interval,
    adjustedPValue: adjustedP,
    margin: result.margin,
    blocks: result.blocks,
    verdict,
  }));
}

/** Why the two cannot be compared at all. */
function refusal(a: Side, b: Side): string | undefined {
  const backends = [backendOf(valid(a)), backendOf(valid(b))] as const;
  if (valid(a).length > 0 && valid(b).length > 0 && backends[0] !== backends[1]) {
    return `backends ${backends[0]} and ${backends[1]}: what two emulators measured is never compared`;
  }
  for (const field of ['durationS', 'warmUpS', 'shape'] as const) {
    if (a.plan[field] !== b.plan[field])
      return `${field} ${a.plan[field]} and ${b.plan[field]}: different plans`;
  }
  const changed = common(a.plan.profiles, b.plan.profiles).find(
    (profile) => JSON.stringify(a.plan.links?.[profile]) !== JSON.stringify(b.plan.links?.[profile]),
  );
  if (changed !== undefined) return `profile ${changed} is not the same link in both`;
  const lists = ['scenarios', 'profiles', 'arms', 'seeds'] as const;
  const apart = lists.find((field) => common<string | number>(a.plan[field], b.plan[field]).length === 0);
  return apart === undefined ? undefined : `no ${apart} in common: different plans`;
}

function leftOut(a: Directory.Plan, b: Directory.Plan): string[] {
  return (['scenarios', 'profiles', 'arms', 'seeds'] as const).flatMap((field) => {
    const shared = new Set<string | number>(common<string | number>(a[field], b[field]));
    const single = [...a[field], ...b[field]].filter((each) => !shared.has(each));
    return single.length === 0
      ? []
      : [`${field} in one directory only, left out: ${[...new Set(single)].join(', ')}`];
  });
}

function armsOf({ arms, contestants }: Directory.Plan, scenario: string): readonly string[] {
  return contestants?.[scenario] ?? arms;
}

function valid({ attempts }: Side): Attempts.Attempt[] {
  return attempts.filter(({ validity }) => validity.state === 'valid');
}

function common<T>(a: readonly T[], b: readonly T[]): T[] {
  return a.filter((each) => b.includes(each));
}

function isClaim(verdict: Statistics.Verdict): boolean {
  return verdict === 'better' || verdict === 'worse';
}
