/** Options of `longhaul bench run`, checked before anything starts. */
import { CliError } from '@longhaul/cli';
import { ARM_SETS, CORE_ARMS } from '../arms/index.js';
import * as Media from '../media/index.js';
import { type BenchOptions, DEFAULTS, type ResumeOptions } from './index.js';
import { parseNames, unknown } from './names.js';
import { ARM_NAMES, SCENARIOS } from './scenarios.js';

/** As the command line gives them; what is absent has a default. */
export interface RunArguments {
  readonly quick?: boolean | undefined;
  readonly profiles?: string | undefined;
  readonly arms?: string | undefined;
  readonly scenarios?: string | undefined;
  readonly seeds?: number | undefined;
  readonly firstSeed?: number | undefined;
  readonly duration?: number | undefined;
  readonly shape?: string | undefined;
  readonly out?: string | undefined;
  readonly jobs?: number | undefined;
  readonly nice?: boolean | undefined;
  readonly attempts?: number | undefined;
}

/** A run of everything: a few hours. */
const FULL = { arms: CORE_ARMS, seeds: 5, durationS: 30 };
/** One that ends within ten minutes and still has a clean, a lossy, a small-buffered and a starved link. */
const QUICK = {
  profiles: ['hk-sg-core', 'hk-fra', 'sg-jnb', 'us-cn-peak'],
  arms: ['tcp-cubic', 'tcp-bbr', 'quic-bbr-live'],
  seeds: 2,
  durationS: 8,
};

/** Profiles by name. */
export interface ProfileNames {
  /** Those of a run that names none. */
  readonly base: readonly string[];
  /** With the variants. */
  readonly all: readonly string[];
}

/** What the machine has to do with it. */
export interface Surroundings {
  readonly profiles: ProfileNames;
  readonly now: Date;
  /** Processors that this process may use. */
  readonly cpus: number;
}

/** Most runs at a time. */
export const MOST_JOBS = 8;

/** Runs at a time when nobody says: one for each processor, at most eight. A run of 2.5 Mbit/s takes a fifth of one. */
export function defaultJobs(cpus: number): number {
  return Math.max(1, Math.min(MOST_JOBS, cpus));
}

/** How a benchmark is gone on with: only what does not change its runs. Throws `LH_CLI_USAGE`. */
export function parseResume({ jobs, nice }: RunArguments): ResumeOptions {
  return {
    ...(jobs !== undefined && { jobs: parseJobs(jobs) }),
    ...(nice !== undefined && { raisePriority: !nice }),
  };
}

/** The benchmark that was asked for. Throws `LH_CLI_USAGE` with the value and the rule. */
export function parseRun(given: RunArguments, { profiles, now, cpus }: Surroundings): BenchOptions {
  const base = given.quick === true ? QUICK : FULL;
  const seeds = whole('--seeds', given.seeds ?? base.seeds, 1, 1000);
  const first = whole('--first-seed', given.firstSeed ?? 1, 0, 1_000_000);
  const shape = given.shape ?? DEFAULTS.shape;
  if (!Media.SHAPES.includes(shape))
    throw new CliError('LH_CLI_USAGE', `--shape: ${unknown(shape, Media.SHAPES)}`);
  const names = (
    option: string,
    text: string | undefined,
    known: readonly string[],
    fallback: readonly string[],
  ) => (text === undefined ? [...fallback] : parseNames(option, text, known));
  return {
    out: given.out ?? defaultDirectory(now),
    profiles: names(
      '--profiles',
      given.profiles,
      profiles.all,
      given.quick === true ? QUICK.profiles : profiles.base,
    ),
    arms: names('--arms', given.arms && expandSets(given.arms), ARM_NAMES, base.arms),
    armsNamed: given.arms !== undefined,
    scenarios: names(
      '--scenarios',
      given.scenarios,
      SCENARIOS.map(({ name }) => name),
      ['live'],
    ),
    seeds: Array.from({ length: seeds }, (_, at) => first + at),
    durationS: whole('--duration', given.duration ?? base.durationS, 2, 3600),
    shape,
    jobs: parseJobs(given.jobs ?? defaultJobs(cpus)),
    raisePriority: given.nice !== true,
    maxAttempts: whole('--attempts', given.attempts ?? DEFAULTS.maxAttempts, 1, 20),
  };
}

function parseJobs(jobs: number): number {
  return whole('--jobs', jobs, 1, MOST_JOBS);
}

/** `core` and `ablation` stand for the arms that are in them. */
function expandSets(text: string): string {
  return text
    .split(',')
    .map((name) => ARM_SETS[name.trim()]?.join(',') ?? name)
    .join(',');
}

function whole(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new CliError('LH_CLI_USAGE', `${option} ${value}: write a whole number from ${least} to ${most}`);
}

/** `longhaul-bench-20260801-143005` here. */
function defaultDirectory(now: Date): string {
  const [day, time] = now.toISOString().split('T') as [string, string];
  return `longhaul-bench-${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`;
}
