/** A result directory: its plan and its runs, valid and invalid. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CliError } from '@longhaul/cli';
import * as Records from '../records/index.js';
import { PLAN_VERSION } from '../run/plan.js';

/** What of plan.json is read here; more stands in it. */
export interface Plan {
  readonly version: number;
  readonly scenarios: readonly string[];
  readonly profiles: readonly string[];
  /** Of the scenario `live`, or of whichever comes first. */
  readonly arms: readonly string[];
  /** The arms of each scenario; without it `arms` are those of all. */
  readonly contestants?: Readonly<Record<string, readonly string[]>>;
  readonly seeds: readonly number[];
  readonly durationS: number;
  readonly warmUpS?: number;
  readonly shape?: string;
  /** Arms that could not run, with the reason. */
  readonly skipped?: Readonly<Record<string, string>>;
  readonly startedAt?: string;
  /** Each stretch of the benchmark: when, of which commit, how many runs at a time, with which priority. */
  readonly sittings?: readonly Readonly<Record<string, unknown>>[];
  readonly machine?: Readonly<Record<string, unknown>>;
  readonly versions?: Readonly<Record<string, unknown>>;
  /** Resolved profiles by name, as the emulator read them. */
  readonly links?: Readonly<Record<string, unknown>>;
}

/** Where the attempts lie. */
export interface ResultDirectory {
  /** Its last name: `2026-11-22-full`. */
  readonly name: string;
  readonly path: string;
  readonly plan: Plan;
  /** Paths of records, in the order of their names. */
  readonly files: readonly string[];
}

/** Finds plan and records. Rejects with `LH_CLI_FILE` when it is no result directory. */
export async function open(path: string): Promise<ResultDirectory> {
  const plan = await readPlan(join(path, 'plan.json'), path);
  const places = await Promise.all(['runs', 'invalid'].map((place) => list(join(path, place))));
  return { name: basename(resolve(path)), path, plan, files: places.flat() };
}

/** Every record of the directory, one in memory at a time. Rejects with `LH_CLI_FILE`. */
export async function* records({ files }: ResultDirectory): AsyncGenerator<Records.RunRecord> {
  for (const file of files) yield await Records.readRun(file);
}

async function readPlan(file: string, directory: string): Promise<Plan> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const words = `${directory} is no result directory of longhaul bench run: ${(cause as Error).message}`;
    throw new CliError('LH_CLI_FILE', words.split('\n', 1)[0] as string, { cause });
  }
  const plan = value as Partial<Plan> | null;
  const wrong = (rule: string) => new CliError('LH_CLI_FILE', `${file}: ${rule}`);
  if (plan?.version !== PLAN_VERSION)
    throw wrong(`version ${String(plan?.version)}, this program reads ${PLAN_VERSION}`);
  const bad = Object.entries(LISTS).find(([name, type]) => !isList(plan[name as keyof Plan], type));
  if (bad !== undefined) throw wrong(`${bad[0]} is no list of ${bad[1] === 'string' ? 'texts' : 'numbers'}`);
  if (!(typeof plan.durationS === 'number' && plan.durationS > 0)) throw wrong('durationS is not above 0');
  return plan as Plan;
}

const LISTS = { scenarios: 'string', profiles: 'string', arms: 'string', seeds: 'number' } as const;

function isList(value: unknown, type: 'string' | 'number'): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === type);
}

async function list(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names
    .filter((name) => name.endsWith('.json.gz'))
    .sort()
    .map((name) => join(directory, name));
}
