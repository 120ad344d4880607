/** `longhaul bench gate`: runs what a baseline asks for, or reads what has run, and says whether it got worse. */
import { rm, writeFile } from 'node:fs/promises';
import { CliError } from '@longhaul/cli';
import * as Attempts from '../report/attempts.js';
import * as Directory from '../report/directory.js';
import * as Rows from '../report/rows.js';
import { backendOf, mainScenario } from '../report/summarize.js';
import * as Baseline from './baseline.js';
import { GateError } from './errors.js';
import { type Judgement, judge } from './judge.js';
import { linkMark } from './link-mark.js';
import { makeBaseline } from './make.js';

/** What the command line asks for. */
export interface GateOptions {
  /** File to hold against, or to write. */
  readonly baseline: string;
  /** Judge the runs in here; undefined: run them. */
  readonly directory?: string | undefined;
  /** Where runs are kept when the gate runs them; undefined: `.cache/bench-gate`, made anew. */
  readonly out?: string | undefined;
  /** Stops starting runs after so long; what is there is judged. */
  readonly minutes: number;
  readonly signal?: AbortSignal | undefined;
  /** Also writes the judgement as JSON. */
  readonly json?: string | undefined;
  /** One line about what is going on. */
  readonly onLine: (line: string) => void;
}

/** Judges and resolves with the text to print. Rejects with `GateError` whose exitCode says how it ended. */
export async function gate(options: GateOptions): Promise<string> {
  const baseline = await Baseline.read(options.baseline);
  const directory = options.directory ?? (await runPlan(baseline, options));
  const { plan, attempts } = await load(directory);
  const valid = attempts.filter(({ validity }) => validity.state === 'valid');
  const backend = backendOf(valid);
  if (valid.length > 0 && backend !== baseline.backend) {
    const rule = `the baseline was made on backend ${baseline.backend}, these runs on ${backend}: make a baseline here (--write-baseline)`;
    throw new CliError('LH_CLI_USAGE', rule);
  }
  if (plan.durationS !== baseline.plan.durationS || different(plan.shape, baseline.plan.shape)) {
    const rule = `the baseline is of ${baseline.plan.durationS} s of ${baseline.plan.shape}, these runs of ${plan.durationS} s of ${plan.shape}`;
    throw new CliError('LH_CLI_USAGE', rule);
  }
  assertSameLinks(plan, baseline);
  const judgement = judge(attempts, baseline);
  if (options.json !== undefined) await writeJudgement(options.json, judgement);
  const text = describe(judgement, baseline);
  if (judgement.state === 'ok') return text;
  options.onLine(text);
  throw new GateError(judgement.state === 'regression' ? 'regression' : 'no valid runs', judgement.reason);
}

/** Throws `LH_CLI_USAGE` for a profile that is another link than it was. */
function assertSameLinks({ profiles, links }: Directory.Plan, baseline: Baseline.Baseline): void {
  for (const profile of profiles) {
    const before = baseline.profiles[profile]?.link;
    const now = linkMark(profile, links?.[profile]);
    if (before === undefined || before === now) continue;
    const rule = `the profile ${profile} has changed since the baseline was made (${before}; now ${now}): write a new one (--write-baseline)`;
    throw new CliError('LH_CLI_USAGE', rule);
  }
}

/** Runs the plan, or reads the runs, and writes the baseline they make. Resolves with the text to print. */
export async function writeBaseline(
  options: GateOptions,
  asked: Baseline.Baseline['plan'] & Pick<Baseline.Baseline, 'arm' | 'against' | 'margin'>,
): Promise<string> {
  const { arm, against, margin } = asked;
  const directory = options.directory ?? (await runPlan({ arm, against, plan: asked }, options));
  const result = await load(directory);
  const baseline = makeBaseline({ ...result, arm, against, margin, madeAt: new Date().toISOString() });
  await Baseline.write(options.baseline, baseline);
  const blocks = baseline.plan.profiles.length * baseline.plan.seeds.length;
  return `${options.baseline}: ${baseline.arm} beside ${baseline.against}, ${blocks} blocks. Commit it.`;
}

type Runnable = Pick<Baseline.Baseline, 'arm' | 'against' | 'plan'>;

async function runPlan({ arm, against, plan }: Runnable, options: GateOptions): Promise<string> {
  const { runBench } = await import('../run/index.js');
  const { profiles, seeds, durationS, shape } = plan;
  const stop = AbortSignal.timeout(options.minutes * 60_000);
  const signal = options.signal === undefined ? stop : AbortSignal.any([stop, options.signal]);
  const out = options.out ?? DEFAULT_OUT;
  if (options.out === undefined) await rm(out, { recursive: true, force: true });
  try {
    const outcome = await runBench(
      {
        out,
        profiles,
        arms: [against, arm],
        seeds,
        durationS,
        ...(shape !== undefined && { shape }),
      },
      { signal, onLine: options.onLine },
    );
    if (options.signal?.aborted === true)
      throw new GateError('no valid runs', 'interrupted: nothing is judged');
    if (stop.aborted)
      options.onLine(
        `after ${options.minutes} minutes ${outcome.valid} of ${outcome.planned} runs are there; they are judged`,
      );
    return outcome.directory;
  } catch (error) {
    throw GateError.ofRun(error);
  }
}

async function load(directory: string) {
  const opened = await Directory.open(directory);
  const scenario = mainScenario(opened.plan);
  const attempts = await Attempts.read(opened);
  // Arms have the same names in other scenarios, and other figures.
  return { plan: opened.plan, attempts: attempts.filter(({ run }) => run.scenario === scenario) };
}

/** The table and the reason, the last line of a gate. */
function describe(judgement: Judgement, baseline: Baseline.Baseline): string {
  const head = ['profile', 'check', 'measured', 'baseline allows', ''];
  const rows = judgement.checks.map(({ profile, what, measured, allowed, state }) => [
    profile,
    what,
    measured,
    allowed,
    state,
  ]);
  const lines = [
    `${baseline.arm} beside ${baseline.against}: ratios of the same run against those of ${baseline.madeAt.slice(0, 10)}, margin ${(baseline.margin * 100).toFixed(0)} %`,
    Rows.format([head, ...rows], 2),
    `runs: ${judgement.valid} valid, ${judgement.invalid} invalid attempts (repeated)`,
  ];
  if (judgement.state === 'ok') lines.push(`ok: ${judgement.reason}`);
  return lines.join('\n');
}

async function writeJudgement(path: string, judgement: Judgement): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(judgement, null, 2)}\n`);
  } catch (cause) {
    throw new CliError('LH_CLI_FILE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

function different(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

const DEFAULT_OUT = '.cache/bench-gate';
