/** The committed file that a gate holds a run against: ratios of two arms, never absolute rates. docs/benchmark-gate.md */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError } from '@longhaul/cli';
import { makeDirectory } from '@longhaul/netem';
import { WATCHED } from './paired.js';

/** Changes when older files would be misread. */
export const BASELINE_VERSION = 2;

/** How QUIC stood to TCP on one profile in one metric when the baseline was made. */
export interface BaselineRatio {
  /** (arm + floor) / (against + floor) over all blocks; below 1 the arm is ahead. */
  readonly ratio: number;
  /** The same of each seed that both arms have. */
  readonly seeds: Readonly<Record<string, number>>;
  /** For people: what the two arms had, in the metric's unit. */
  readonly arm: number;
  readonly against: number;
}

/** The content of the file. */
export interface Baseline {
  readonly version: typeof BASELINE_VERSION;
  /** What is watched, and what it is held against in the same blocks. */
  readonly arm: string;
  readonly against: string;
  readonly backend: string;
  /** What to run. */
  readonly plan: {
    readonly profiles: readonly string[];
    readonly seeds: readonly number[];
    readonly durationS: number;
    readonly shape?: string;
  };
  /** A ratio may be worse by this share: 0.25 lets 0.80 become 1.00. */
  readonly margin: number;
  readonly profiles: Readonly<
    Record<
      string,
      {
        readonly ratios: Readonly<Record<string, BaselineRatio>>;
        /** Most share of frames later than the one-way delay plus 200 ms, whatever TCP does. */
        readonly mostLate: number;
        /** What the profile was (`linkMark`); a file without it is of whatever the profile is. */
        readonly link?: string;
      }
    >
  >;
  /** For people. */
  readonly madeAt: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Reads and checks a baseline. Rejects with `LH_CLI_USAGE`, one line. */
export async function read(path: string): Promise<Baseline> {
  const wrong = (rule: string, cause?: unknown) =>
    new CliError('LH_CLI_USAGE', `baseline ${path}: ${rule}`, { cause });
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw wrong(code === 'ENOENT' ? 'no such file; --write-baseline makes one' : message, cause);
  }
  const breach = check(value);
  if (breach !== undefined) throw wrong(breach);
  return value as Baseline;
}

/** Writes a baseline for people to read and to commit. Rejects with `LH_CLI_FILE`. */
export async function write(path: string, baseline: Baseline): Promise<void> {
  try {
    makeDirectory(dirname(path));
    await writeFile(path, `${JSON.stringify(baseline, null, 2)}\n`);
  } catch (cause) {
    throw new CliError('LH_CLI_FILE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** The rule that is broken; undefined when none is. */
function check(value: unknown): string | undefined {
  const file = value as Partial<Baseline> | null;
  if (typeof file !== 'object' || file === null) return 'it holds no object';
  if (file.version !== BASELINE_VERSION)
    return `version ${file.version}, this program reads ${BASELINE_VERSION}`;
  const name = (['arm', 'against', 'backend', 'madeAt'] as const).find(
    (key) => typeof file[key] !== 'string',
  );
  if (name !== undefined) return `"${name}" is no string`;
  if (!isPositive(file.margin)) return '"margin" is no positive number';
  const { plan, profiles } = file;
  if (!isList(plan?.profiles, 'string')) return '"plan.profiles" is no list of names';
  if (!isList(plan?.seeds, 'number')) return '"plan.seeds" is no list of numbers';
  if (!isPositive(plan?.durationS)) return '"plan.durationS" is no positive number';
  const missing = plan.profiles.find((profile) => profiles?.[profile] === undefined);
  if (missing !== undefined) return `"profiles" lacks ${missing}`;
  for (const [profile, each] of Object.entries(profiles ?? {})) {
    const breach = checkProfile(profile, each);
    if (breach !== undefined) return breach;
  }
  return undefined;
}

/** A ratio that is not there would not be watched: every one has to be. */
function checkProfile(name: string, value: unknown): string | undefined {
  const profile = value as Partial<Baseline['profiles'][string]> | null;
  if (typeof profile !== 'object' || profile === null) return `"profiles.${name}" is no object`;
  const { ratios, mostLate, link } = profile;
  if (link !== undefined && typeof link !== 'string') return `"profiles.${name}.link" is no text`;
  if (!isShare(mostLate)) return `"profiles.${name}.mostLate" is no share`;
  const missing = WATCHED.find(({ metric }) => ratios?.[metric] === undefined);
  if (missing !== undefined) return `"profiles.${name}.ratios" lacks "${missing.metric}"`;
  const bad = Object.entries<BaselineRatio | null>(ratios ?? {}).find(
    ([, each]) => !isPositive(each?.ratio) || !areRatios(each?.seeds),
  );
  return bad && `"profiles.${name}.ratios.${bad[0]}" lacks a positive ratio, of all seeds or of one`;
}

function areRatios(value: unknown): boolean {
  const ratios = Object.values((value as Record<string, unknown> | undefined) ?? {});
  return ratios.length > 0 && ratios.every(isPositive);
}

function isList(value: unknown, type: 'string' | 'number'): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === type);
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
