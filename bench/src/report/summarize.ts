/** From attempts to the numbers of summary.json. */
import { CliError } from '@longhaul/cli';
import * as Statistics from '../statistics/index.js';
import type { Attempt } from './attempts.js';
import * as Columns from './columns.js';
import type { Plan } from './directory.js';
import type {
  Cell,
  CellCounts,
  Comparison,
  Contest,
  Estimate,
  RealisedLink,
  RunCounts,
  Summary,
} from './model.js';
import * as Realised from './realised.js';
import * as Words from './words.js';

/** What a summary is made of. */
export interface SummarizeOptions {
  readonly name: string;
  readonly plan: Plan;
  readonly attempts: readonly Attempt[];
  /** When the newest record was written. */
  readonly finishedAt: string;
}

/** Pure: the same attempts give the same summary to the last digit. */
export function summarize({ name, plan, attempts, finishedAt }: SummarizeOptions): Summary {
  const valid = attempts.filter(({ validity }) => validity.state === 'valid');
  const contests = Object.fromEntries(
    plan.scenarios.map((scenario) => [scenario, contestOf(plan, scenario, attempts)]),
  );
  const keys = cellKeys(plan, contests);
  const main = mainScenario(plan);
  const cells = keys.flatMap((key) => cellOf(key, valid.filter(matches(key))) ?? []);
  const comparisons = Object.entries(contests).flatMap(([scenario, { arms, baselines }]) =>
    baselines.flatMap((baseline) =>
      arms
        .filter((arm) => !baselines.includes(arm))
        .flatMap((arm) => compareArms({ scenario, arm, baseline, plan, valid })),
    ),
  );
  const summary = {
    version: 1 as const,
    name,
    finishedAt,
    backend: backendOf(valid),
    durationS: plan.durationS,
    shape: plan.shape ?? '',
    skipped: plan.skipped ?? {},
    scenarios: plan.scenarios,
    main,
    profiles: plan.profiles,
    ...(contests[main] ?? { arms: [], baselines: [] }),
    contests,
    seeds: plan.seeds,
    machine: texts(plan.machine),
    sittings: (plan.sittings ?? []).map(sittingWords),
    versions: { ...texts(plan.versions), ...valid[0]?.versions },
    counts: countRuns(plan, keys, attempts),
    cellCounts: keys.map((key) => countCell(key, plan, attempts)),
    realised: plan.profiles.flatMap((profile) => realisedOf(profile, valid)),
    cells,
    comparisons,
  };
  return {
    ...summary,
    words: Words.findings({ ...summary, comparisons: comparisons.filter((each) => each.scenario === main) }),
  };
}

/** `2026-08-01 14:30 UTC: commit abc1234, 4 runs at a time, measured processes at nice -20 ...`; older plans tell less. */
function sittingWords({ at, git, jobs, priority }: Readonly<Record<string, unknown>>): string {
  const facts = [
    typeof git === 'string' && `commit ${git}`,
    typeof jobs === 'number' && `${jobs} ${jobs === 1 ? 'run' : 'runs'} at a time`,
    typeof priority === 'string' && priority,
  ];
  return `${String(at).slice(0, 16).replace('T', ' ')} UTC: ${facts.filter(Boolean).join(', ')}`;
}

/** The one backend of all runs. Throws `LH_CLI_FILE` when there are several: what two emulators measured is not one result. */
export function backendOf(attempts: readonly Attempt[]): string {
  const backends = [...new Set(attempts.map(({ backend }) => backend))];
  if (backends.length > 1) {
    const rule = `runs of backends ${backends.join(' and ')} lie in one directory: arms are never compared across backends`;
    throw new CliError('LH_CLI_FILE', rule);
  }
  return backends[0] ?? 'unknown';
}

/** The scenario that most figures are of. */
export function mainScenario({ scenarios }: Plan): string {
  return scenarios.includes('live') ? 'live' : (scenarios[0] ?? 'live');
}

/** An arm that no run has (its program is missing) takes no part. */
function contestOf(plan: Plan, scenario: string, attempts: readonly Attempt[]): Contest {
  const planned = plan.contestants?.[scenario] ?? plan.arms;
  const arms = planned.filter((arm) =>
    attempts.some(({ run }) => run.scenario === scenario && run.arm === arm),
  );
  return { arms, baselines: BASELINES.filter((arm) => arms.includes(arm)) };
}

/** What others are held against, the strongest first: whole streams, then handshakes. */
const BASELINES = ['tcp-bbr', 'tcp-cubic', 'tcp-full', 'tcp-resumed'];

interface CellKey {
  readonly scenario: string;
  readonly profile: string;
  readonly arm: string;
}

/** Every cell that is planned. */
function cellKeys({ profiles }: Plan, contests: Readonly<Record<string, Contest>>): CellKey[] {
  return Object.entries(contests).flatMap(([scenario, { arms }]) =>
    profiles.flatMap((profile) => arms.map((arm) => ({ scenario, profile, arm }))),
  );
}

function matches(key: CellKey): (attempt: Attempt) => boolean {
  return ({ run }) => run.scenario === key.scenario && run.profile === key.profile && run.arm === key.arm;
}

function cellOf(key: CellKey, runs: readonly Attempt[]): Cell | undefined {
  if (runs.length === 0) return undefined;
  const metrics: Record<string, Estimate> = {};
  for (const { metric } of Columns.COLUMNS) {
    const blocks = runs.flatMap(({ run, samples }) => {
      const a = samples.get(metric);
      return a === undefined ? [] : [{ profile: run.profile, seed: run.seed, a, b: 0 }];
    });
    if (blocks.length > 0) metrics[metric] = estimate(blocks);
  }
  return { ...key, runs: runs.length, neverStarted: neverStarted(runs), metrics };
}

/** The value over runs with its interval: a comparison with nothing. */
function estimate(blocks: readonly Statistics.Block[]): Estimate {
  const { a, interval } = Statistics.compare({
    blocks,
    better: 'lower',
    margin: { absolute: 0, relative: 0 },
    resamples: CELL_RESAMPLES,
  });
  return { value: a, low: interval[0], high: interval[1] };
}

/** Intervals of single arms are for the eye; claims stand on paired differences, which have the full number. */
const CELL_RESAMPLES = 2_000;

interface ArmsOptions {
  readonly scenario: string;
  readonly arm: string;
  readonly baseline: string;
  readonly plan: Plan;
  readonly valid: readonly Attempt[];
}

/** Every compared metric on every profile; Holm's correction goes over the profiles of one metric. */
function compareArms({ scenario, arm, baseline, plan, valid }: ArmsOptions): Comparison[] {
  return Columns.COMPARED.flatMap((column) => {
    const blocksOf = (profile: string) => {
      const runs = (name: string) => valid.filter(matches({ scenario, profile, arm: name }));
      return pair(runs(arm), runs(baseline), column.metric);
    };
    const rows = Statistics.compareProfiles({ ...column, profiles: plan.profiles, blocksOf });
    return rows.map(({ profile, result, adjustedP, verdict }) => ({
      scenario,
      profile,
      metric: column.metric,
      arm,
      baseline,
      difference: { value: result.difference, low: result.interval[0], high: result.interval[1] },
      margin: result.margin,
      pValue: result.p,
      adjustedPValue: adjustedP,
      verdict,
      blocks: result.blocks,
      better: result.signs.better,
      worse: result.signs.worse,
    }));
  });
}

/** Blocks of the seeds that both have. */
export function pair(a: readonly Attempt[], b: readonly Attempt[], metric: string): Statistics.Block[] {
  return a.flatMap(({ run, samples }) => {
    const own = samples.get(metric);
    const other = b.find((each) => each.run.seed === run.seed)?.samples.get(metric);
    if (own === undefined || other === undefined) return [];
    return [{ profile: run.profile, seed: run.seed, a: own, b: other }];
  });
}

function countRuns(plan: Plan, keys: readonly CellKey[], attempts: readonly Attempt[]): RunCounts {
  const valid = attempts.filter(({ validity }) => validity.state === 'valid');
  const invalid = attempts.filter(({ validity }) => validity.state === 'invalid');
  const planned = keys.length * plan.seeds.length;
  const reasons = new Map<string, number>();
  for (const { validity } of invalid) {
    if (validity.state !== 'invalid') continue;
    for (const reason of new Set(validity.reasons.map(withoutFigures))) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  return {
    planned,
    valid: valid.length,
    invalid: invalid.length,
    missing: planned - valid.length,
    neverStarted: neverStarted(valid),
    reasons: [...reasons]
      .map(([reason, count]) => ({ reason, attempts: count }))
      .sort((a, b) => b.attempts - a.attempts),
  };
}

function countCell(key: CellKey, { seeds }: Plan, attempts: readonly Attempt[]): CellCounts {
  const own = attempts.filter(matches(key));
  const valid = own.filter(({ validity }) => validity.state === 'valid').length;
  return { ...key, planned: seeds.length, valid, invalid: own.length - valid };
}

function neverStarted(runs: readonly Attempt[]): number {
  return runs.filter(({ started }) => started === false).length;
}

function realisedOf(profile: string, valid: readonly Attempt[]): RealisedLink[] {
  const runs = valid.flatMap(({ run, realised }) =>
    run.profile === profile && realised !== undefined ? [realised] : [],
  );
  return runs.length === 0 ? [] : [Realised.together(profile, runs)];
}

/** Reasons are counted by what they say: `late by 3.2 ms` and `late by 4.1 ms` are one. */
function withoutFigures(reason: string): string {
  return reason.replace(/-?\d+(\.\d+)?/g, 'N');
}

function texts(values: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
