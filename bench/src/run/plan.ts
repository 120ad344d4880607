/** What a benchmark consists of: written down before the first run, so that an interrupted one can go on. */
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '@longhaul/cli';
import { makeDirectory } from '@longhaul/netem';
import { fileName, type RunKey, readRun } from '../records/index.js';
import * as Statistics from '../statistics/index.js';
import type { RunSpec } from './spec.js';

/** Changes when a reader of older plans would misread them. */
export const PLAN_VERSION = 1;

/** `plan.json` of a result directory. */
export interface Plan {
  readonly version: typeof PLAN_VERSION;
  readonly scenarios: readonly string[];
  readonly profiles: readonly string[];
  /** Arms of the scenario `live`, or of whichever comes first. */
  readonly arms: readonly string[];
  /** The arms of each scenario. */
  readonly contestants: Readonly<Record<string, readonly string[]>>;
  /** Arms that were asked for and cannot run here, with the reason. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly seeds: readonly number[];
  readonly durationS: number;
  readonly warmUpS: number;
  readonly shape: string;
  /** Runs at a time, of scenarios that do not go alone. */
  readonly jobs: number;
  /** How often a run is tried until one is valid. */
  readonly maxAttempts: number;
  /** Which emulator carried the links; results of another one are not comparable. */
  readonly backend: string;
  readonly startedAt: string;
  readonly machine: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
  /** The profiles as they were resolved. */
  readonly links: Readonly<Record<string, unknown>>;
  /** Each time the benchmark was begun or gone on with. */
  readonly sittings: readonly Sitting[];
}

/** One stretch of a benchmark. */
export interface Sitting {
  /** ISO 8601. */
  readonly at: string;
  readonly git: string;
  readonly jobs?: number;
  /** `measured processes at nice -20, starting ones at nice -10`. */
  readonly priority?: string;
}

/** A planned run whose attempts were all invalid. */
export interface MissingRun {
  readonly spec: RunSpec;
  /** Of the last attempt. */
  readonly reasons: readonly string[];
}

/** A planned run, and how often it was tried in vain. */
export interface Pending {
  readonly spec: RunSpec;
  readonly failedAttempts: number;
}

/**
 * All runs in the order in which they are made: every profile with the first seed, then with the next, so that an
 * interrupted benchmark has something of each. Within a block the order of the arms is balanced over blocks.
 */
export function runsOf(plan: Plan): RunSpec[] {
  const { durationS, warmUpS, shape } = plan;
  const runs: RunSpec[] = [];
  let block = 0;
  for (const scenario of plan.scenarios) {
    for (const seed of plan.seeds) {
      for (const profile of plan.profiles) {
        for (const arm of Statistics.armOrder([...(plan.contestants[scenario] ?? [])], block)) {
          runs.push({ profile, seed, arm, scenario, durationS, warmUpS, shape });
        }
        block += 1;
      }
    }
  }
  return runs;
}

/** Where the parts of a result directory stand. */
export class ResultDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get work(): string {
    return join(this.path, 'work');
  }

  /** The file of a valid run. */
  run(key: RunKey): string {
    return join(this.path, 'runs', fileName(key));
  }

  /** The file of an attempt, from 1, that was not valid. */
  invalid(key: RunKey, attempt: number): string {
    return join(this.path, 'invalid', fileName(key).replace(/\.json\.gz$/, `.attempt-${attempt}.json.gz`));
  }

  /** Makes the directories. Rejects with `LH_CLI_USAGE` when there is a plan already. */
  async create(plan: Plan): Promise<void> {
    if ((await this.#plan()) !== undefined)
      throw new CliError(
        'LH_CLI_USAGE',
        `${this.path} has a plan already: write --resume ${this.path}, or another --out`,
      );
    await this.#directories();
    await this.write(plan);
  }

  /** The plan of a benchmark that was begun. Rejects with `LH_CLI_USAGE`. */
  async open(): Promise<Plan> {
    const text = await this.#plan();
    if (text === undefined)
      throw new CliError(
        'LH_CLI_USAGE',
        `--resume ${this.path}: there is no plan.json; begin one with --out`,
      );
    const plan = parse(text);
    if (plan?.version !== PLAN_VERSION)
      throw new CliError('LH_CLI_USAGE', `--resume ${this.path}: plan.json is of another version or damaged`);
    await this.#directories();
    return plan;
  }

  /** Writes the plan, whole or not at all. */
  async write(plan: Plan): Promise<void> {
    const part = join(this.path, `plan.json.part-${process.pid}`);
    await writeFile(part, `${JSON.stringify(plan, null, 2)}\n`);
    await rename(part, join(this.path, 'plan.json'));
  }

  /** The runs of `plan` that have no valid record and attempts left, in their order. */
  async pending(plan: Plan): Promise<Pending[]> {
    const done = new Set(await names(join(this.path, 'runs')));
    const failed = new Map<string, number>();
    for (const name of await names(join(this.path, 'invalid'))) {
      const run = name.replace(/\.attempt-\d+\.json\.gz$/, '.json.gz');
      failed.set(run, (failed.get(run) ?? 0) + 1);
    }
    return runsOf(plan)
      .map((spec) => ({ spec, failedAttempts: failed.get(fileName(spec)) ?? 0 }))
      .filter(({ spec, failedAttempts }) => !done.has(fileName(spec)) && failedAttempts < plan.maxAttempts);
  }

  /** The runs of `plan` that have no valid record and no attempt left, and why the last one was invalid. */
  async missing(plan: Plan): Promise<MissingRun[]> {
    const [done, pending] = [new Set(await names(join(this.path, 'runs'))), await this.pending(plan)];
    const left = new Set(pending.map(({ spec }) => fileName(spec)));
    const gone = runsOf(plan).filter((spec) => !done.has(fileName(spec)) && !left.has(fileName(spec)));
    return Promise.all(
      gone.map(async (spec) => ({ spec, reasons: await this.#reasons(spec, plan.maxAttempts) })),
    );
  }

  /** Valid runs and invalid attempts there are. */
  async counts(): Promise<{ readonly valid: number; readonly attempts: number }> {
    const [runs, attempts] = await Promise.all([
      names(join(this.path, 'runs')),
      names(join(this.path, 'invalid')),
    ]);
    return { valid: runs.length, attempts: attempts.length };
  }

  /** Why the last attempt was invalid. */
  async #reasons(key: RunKey, last: number): Promise<readonly string[]> {
    try {
      const { validity } = await readRun(this.invalid(key, last));
      return validity.state === 'invalid' ? validity.reasons : [];
    } catch (error) {
      return [(error as Error).message];
    }
  }

  async #plan(): Promise<string | undefined> {
    return readFile(join(this.path, 'plan.json'), 'utf8').catch(() => undefined);
  }

  async #directories(): Promise<void> {
    try {
      for (const name of ['runs', 'invalid', 'work']) makeDirectory(join(this.path, name));
    } catch (cause) {
      throw new CliError('LH_CLI_FILE', `cannot make ${this.path}: ${(cause as Error).message}`, { cause });
    }
  }
}

function parse(text: string): Plan | undefined {
  try {
    return JSON.parse(text) as Plan;
  } catch {
    return undefined;
  }
}

/** Records that are whole: a name with `.part-` is one that was being written. */
async function names(directory: string): Promise<string[]> {
  const all = await readdir(directory).catch(() => [] as string[]);
  return all.filter((name) => name.endsWith('.json.gz'));
}
