/** Runs a benchmark: plan, runs, records. Import as `Run`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, writeCertificates } from '@longhaul/cli';
import { absences } from '../arms/index.js';
import { describeMachine, describeVersions } from './machine.js';
import { chooseBackend, netemOpener, pathOf, resolveLinks } from './netem-link.js';
import { runOne } from './one.js';
import { type MissingRun, PLAN_VERSION, type Plan, ResultDirectory, runsOf } from './plan.js';
import { keepPriority, type Priority, takePriority } from './priority.js';
import { Runner, type RunnerState } from './runner.js';
import { contestantNamed, contestantsOf, scenarioNamed } from './scenarios.js';

export { type MissingRun, ResultDirectory } from './plan.js';
export type { RunnerState } from './runner.js';

/** What a benchmark is made of; what is absent has the defaults below. */
export interface BenchOptions {
  /** Result directory to make. */
  readonly out: string;
  readonly profiles: readonly string[];
  readonly arms: readonly string[];
  /** Somebody named them: a scenario with arms of its own runs those among them, if there are any. */
  readonly armsNamed?: boolean;
  readonly scenarios?: readonly string[];
  readonly seeds: readonly number[];
  readonly durationS: number;
  readonly warmUpS?: number;
  readonly shape?: string;
  /** Runs at a time. */
  readonly jobs?: number;
  /** Whether measured processes get the highest priority they may; default yes. */
  readonly raisePriority?: boolean;
  readonly maxAttempts?: number;
}

/** What may differ from the sitting before when a benchmark goes on. */
export type ResumeOptions = Pick<BenchOptions, 'jobs' | 'raisePriority'>;

/** Who watches a benchmark. */
export interface BenchHooks {
  /** Ends it early; what is done is kept, and `resumeBench` goes on. */
  readonly signal?: AbortSignal;
  /** A line for each run that is over, and for what is left out. */
  readonly onLine?: (line: string) => void;
  /** Called once, before the first run, with a way to ask how far it is. */
  readonly onStart?: (state: () => RunnerState) => void;
}

/** What came of it. */
export interface RunOutcome {
  readonly directory: string;
  readonly planned: number;
  /** Runs with a valid record. */
  readonly valid: number;
  /** Runs of which every attempt was invalid. */
  readonly invalid: number;
  /** Those, and why the last attempt of each was. */
  readonly missing: readonly MissingRun[];
  /** Invalid attempts, of the valid runs too. */
  readonly attempts: number;
  readonly interrupted: boolean;
}

/** What is taken when nobody says otherwise. */
export const DEFAULTS = { warmUpS: 2, shape: '2.5m-2s', jobs: 1, maxAttempts: 3 } as const;

/**
 * Runs everything and resolves when it is done or was interrupted. Arms that cannot run here are left out with a line.
 * Rejects with `LH_CLI_USAGE` for names that do not exist, or with the link's own error where there can be none; nothing is written then.
 */
export async function runBench(options: BenchOptions, hooks: BenchHooks = {}): Promise<RunOutcome> {
  const scenarios = (options.scenarios ?? ['live']).map(scenarioNamed);
  const asked = Object.fromEntries(
    scenarios.map((scenario) => [scenario.name, contestantsOf(scenario, options)]),
  );
  for (const [name, all] of Object.entries(asked))
    if (options.armsNamed === true && !all.some((arm) => options.arms.includes(arm.name)))
      hooks.onLine?.(`${name} has arms of its own and none of those named: all of them run`);
  const skipped = await absences(Object.values(asked).flat());
  for (const [name, reason] of skipped) hooks.onLine?.(`${name} is left out: ${reason}`);
  const contestants = Object.fromEntries(
    Object.entries(asked).map(([scenario, all]) => [
      scenario,
      all.map(({ name }) => name).filter((name) => !skipped.has(name)),
    ]),
  );
  const without = Object.keys(contestants).find((scenario) => contestants[scenario]?.length === 0);
  if (without !== undefined)
    throw new CliError('LH_CLI_USAGE', `none of the arms of ${without} can run on this machine`);
  const versions = describeVersions();
  const plan: Plan = {
    ...DEFAULTS,
    ...withoutUndefined({
      warmUpS: options.warmUpS,
      shape: options.shape,
      jobs: options.jobs,
      maxAttempts: options.maxAttempts,
    }),
    version: PLAN_VERSION,
    scenarios: Object.keys(contestants),
    profiles: options.profiles,
    arms: Object.values(contestants)[0] ?? [],
    contestants,
    skipped: Object.fromEntries(skipped),
    seeds: options.seeds,
    durationS: options.durationS,
    backend: await chooseBackend(),
    startedAt: new Date().toISOString(),
    machine: describeMachine(),
    versions,
    links: resolveLinks(options.profiles),
    sittings: [],
  };
  const directory = new ResultDirectory(options.out);
  await directory.create(plan);
  return execute(directory, plan, { ...hooks, raisePriority: options.raisePriority });
}

/** Goes on where an interrupted benchmark ended, with its own settings. Rejects as `runBench` does. */
export async function resumeBench(
  path: string,
  options: ResumeOptions = {},
  hooks: BenchHooks = {},
): Promise<RunOutcome> {
  const directory = new ResultDirectory(path);
  const before = await directory.open();
  const versions = describeVersions();
  const git = before.sittings.at(-1)?.git;
  if (git !== versions.git)
    hooks.onLine?.(`these results were begun with ${git}, this is ${versions.git}: both stand in plan.json`);
  const absent = await absences(
    before.scenarios.flatMap((name) => {
      const scenario = scenarioNamed(name);
      return (before.contestants[name] ?? []).map((arm) => contestantNamed(scenario, arm));
    }),
  );
  for (const [name, reason] of absent)
    throw new CliError('LH_CLI_USAGE', `${name} cannot run any more: ${reason}`);
  const backend = await chooseBackend();
  if (backend !== before.backend)
    throw new CliError(
      'LH_CLI_USAGE',
      `begun over the ${before.backend} backend, and this is ${backend}: begin anew`,
    );
  const plan = { ...before, jobs: options.jobs ?? before.jobs };
  return execute(directory, plan, { ...hooks, raisePriority: options.raisePriority });
}

/** How runs are made, beside the plan. */
interface Execution extends BenchHooks {
  readonly raisePriority: boolean | undefined;
}

async function execute(directory: ResultDirectory, plan: Plan, execution: Execution): Promise<RunOutcome> {
  const priority = execution.raisePriority === false ? keepPriority() : takePriority();
  const sitting = {
    at: new Date().toISOString(),
    git: describeVersions().git ?? 'unknown',
    jobs: plan.jobs,
    priority: priority.words,
  };
  try {
    const sat = { ...plan, sittings: [...plan.sittings, sitting] };
    await directory.write(sat);
    return await makeRuns(directory, sat, { ...execution, priority });
  } finally {
    priority.restore();
  }
}

async function makeRuns(
  directory: ResultDirectory,
  plan: Plan,
  { priority, ...hooks }: BenchHooks & { readonly priority: Priority },
): Promise<RunOutcome> {
  const certificates = join(directory.work, 'certificates');
  await mkdir(certificates, { recursive: true });
  await writeCertificates(certificates, { names: ['edge', 'center'], days: 2, force: true, now: new Date() });
  const signal = hooks.signal ?? new AbortController().signal;
  const context = {
    openLink: netemOpener,
    workDirectory: directory.work,
    certificates,
    versions: describeVersions(),
    backend: plan.backend,
    pathOf,
    raise: priority.raise,
  };
  const runner = new Runner(
    {
      plan,
      directory,
      isAlone: (scenario) => scenarioNamed(scenario).alone === true,
      runOne: (spec, signal) => {
        const scenario = scenarioNamed(spec.scenario);
        const contestant = contestantNamed(scenario, spec.arm);
        return runOne({ scenario, contestant }, spec, { ...context, signal });
      },
      signal,
      onLine: hooks.onLine ?? (() => {}),
    },
    await directory.pending(plan),
  );
  hooks.onStart?.(() => runner.state);
  await runner.run();
  const { valid, attempts } = await directory.counts();
  const missing = await directory.missing(plan);
  return {
    directory: directory.path,
    planned: runsOf(plan).length,
    valid,
    invalid: missing.length,
    missing,
    attempts,
    interrupted: signal.aborted,
  };
}

function withoutUndefined<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
