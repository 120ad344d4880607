/**
 * Malformed input, by the million: `npm run fuzz -- [--minutes N] [--target NAME] [--seed S] [--inputs COUNT] [--json]`.
 *
 * Each target runs in a process of its own with the garbage collector at hand. A finding is printed with what repeats
 * it and kept, shortened, below bench/fuzz/corpus; the exit code is then 1. docs/fuzzing.md says more.
 */
import { fork } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ChildOptions, ChildReport } from './fuzz/child.js';
import { keep } from './fuzz/corpus.js';
import { TARGETS } from './fuzz/targets/index.js';

/** Runs the command; resolves with the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      minutes: { type: 'string', default: '1' },
      target: { type: 'string' },
      seed: { type: 'string' },
      inputs: { type: 'string', default: '1e9' },
      json: { type: 'boolean', default: false },
    },
  });
  const names = TARGETS.map(({ name }) => name);
  if (values.target !== undefined && !names.includes(values.target)) {
    process.stderr.write(`fuzz: there is no target ${values.target}; there are ${names.join(' ')}\n`);
    return 2;
  }
  const targets = values.target === undefined ? names : [values.target];
  const seed = Number(values.seed ?? Date.now() % 2 ** 31) | 0;
  const seconds = (Number(values.minutes) * 60) / targets.length;
  const inputs = Math.ceil(Number(values.inputs) / targets.length);
  if (!(seconds > 0) || !(inputs > 0)) {
    process.stderr.write('fuzz: --minutes and --inputs are numbers above 0\n');
    return 2;
  }
  if (!values.json) process.stdout.write(`seed ${seed}\n${HEADING}\n`);
  const reports: ChildReport[] = [];
  for (const target of targets) {
    const report = await runTarget({ target, seed, seconds, inputs });
    reports.push(report);
    if (!values.json) process.stdout.write(lines(report, seed));
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ seed, reports }, undefined, 2)}\n`);
  else process.stdout.write(`${summary(reports)}\n`);
  return reports.every(isClean) ? 0 : 1;
}

/** Runs one target in a process; a process that dies or hangs is a finding too. */
async function runTarget(options: Omit<ChildOptions, 'progressFile'>): Promise<ChildReport> {
  const progressFile = join(tmpdir(), `longhaul-fuzz-${process.pid}-${options.target}`);
  writeFileSync(progressFile, '');
  const child = fork(
    fileURLToPath(new URL('./fuzz/child.js', import.meta.url)),
    [JSON.stringify({ ...options, progressFile } satisfies ChildOptions)],
    { execArgv: ['--expose-gc'] },
  );
  let report: ChildReport | undefined;
  let hung = false;
  let last = '';
  let still = 0;
  const progress = () => readFileSync(progressFile, 'utf8').trim();
  const watchdog = setInterval(() => {
    const now = progress();
    // Minimising and collecting take a while, and say nothing: only a report ends them.
    if (now === last && ++still >= HANG_CHECKS) {
      hung = true;
      child.kill('SIGKILL');
    } else if (now !== last) still = 0;
    last = now;
  }, CHECK_MS);
  child.on('message', (message) => {
    report = message as ChildReport;
  });
  const code = await new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  clearInterval(watchdog);
  const input = report === undefined ? progress() : '';
  rmSync(progressFile, { force: true });
  return (
    report ?? lost(options.target, input, hung ? 'never came back' : `ended the process: ${String(code)}`)
  );
}

function lost(target: string, input: string, what: string): ChildReport {
  const nothing = { held: 0, rss: 0 };
  return {
    target,
    tally: { inputs: 0, worstMs: 0, worstInput: '', outcomes: {} },
    seconds: 0,
    before: nothing,
    after: nothing,
    cases: [],
    finding: { input, what, hex: '' },
  };
}

function isClean({ finding, before, after }: ChildReport): boolean {
  return finding === undefined && after.held - before.held <= MEMORY_SLACK_BYTES;
}

function lines(report: ChildReport, seed: number): string {
  const { target, tally, seconds, before, after, finding } = report;
  const cells = [
    target.padEnd(20),
    String(tally.inputs).padStart(9),
    (tally.inputs / Math.max(seconds, 1e-9)).toFixed(0).padStart(9),
    tally.worstMs.toFixed(1).padStart(9),
    megabytes(before.held),
    megabytes(after.held),
    megabytes(after.rss),
    worstCase(report),
  ];
  const out = [cells.join(' ')];
  if (after.held - before.held > MEMORY_SLACK_BYTES)
    out.push(`  FINDING ${target}: memory does not come back`);
  if (finding !== undefined) {
    out.push(`  FINDING ${target}, input ${finding.input} of seed ${seed}: ${finding.what}`);
    if (finding.hex !== '') {
      out.push(
        `  kept as ${keep(target, `found-${seed}-${String(finding.input).replace(/\W+/g, '-')}`, Buffer.from(finding.hex, 'hex'))}`,
      );
    }
  }
  return `${out.join('\n')}\n`;
}

function worstCase({ cases }: ChildReport): string {
  const [slowest] = [...cases].sort((a, b) => b.ms - a.ms);
  return slowest === undefined ? '' : ` ${slowest.ms.toFixed(0)} ms: ${slowest.name}`;
}

function summary(reports: readonly ChildReport[]): string {
  const total = reports.reduce((sum, { tally }) => sum + tally.inputs, 0);
  const worst = Math.max(...reports.map(({ tally }) => tally.worstMs));
  const findings = reports.filter((report) => !isClean(report)).length;
  return `${total} inputs, slowest ${worst.toFixed(1)} ms, ${findings} findings`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1).padStart(9);
}

const HEADING = `${'target'.padEnd(20)} ${['inputs', 'per s', 'worst ms', 'MB before', 'MB after', 'RSS MB'].map((title) => title.padStart(9)).join(' ')}  slowest case`;
/** Compiled code and caches grow a little; a leak of 100 bytes for each input does not stay below. */
const MEMORY_SLACK_BYTES = 8_000_000;
const CHECK_MS = 1_000;
/** Checks without another input after which the input under way hangs: shortening a finding takes this long at most. */
const HANG_CHECKS = 60;
