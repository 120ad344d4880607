import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { percentiles } from '@longhaul/cli';
import { temporaryDirectory, waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import { type RunRecord, readRun } from '../../src/records/index.js';
import { runBench } from '../../src/run/index.js';
import { chooseBackend } from '../../src/run/netem-link.js';

const impossible = await chooseBackend().then(
  () => undefined,
  (error: Error) => error.message,
);
const options = { skip: impossible ?? false };

t.setTimeout(240_000);

t.test('one short run leaves a record and nothing else', options, async (t) => {
  const out = join(await temporaryDirectory(t), 'result');
  const lines: string[] = [];
  const outcome = await runBench(
    {
      out,
      profiles: ['hk-sg-core'],
      arms: ['quic-cubic'],
      seeds: [1],
      durationS: 2,
      warmUpS: 1,
      maxAttempts: 3,
    },
    { onLine: (line) => lines.push(line) },
  );
  t.equal(outcome.planned, 1);
  t.equal(outcome.valid + outcome.invalid, 1, 'valid, or told to be disturbed');
  t.equal(lines.length, outcome.attempts + outcome.valid, 'a line for each attempt');
  for (const line of lines) t.match(line, /hk-sg-core seed 1 quic-cubic/);
  const place = join(out, outcome.valid === 1 ? 'runs' : 'invalid');
  const name = (await readdir(place)).sort().at(-1);
  const record = await readRun(join(place, name as string));
  t.match(record.run, { profile: 'hk-sg-core', seed: 1, arm: 'quic-cubic', scenario: 'live', durationS: 2 });
  t.equal(record.link.rttMs, 36);
  t.ok(
    record.frames?.arrivalUs.some((time) => time !== null),
    'frames came over the link',
  );
  t.match(record.settings.arm, { inForce: { congestion: 'cubic' } }, 'what the engine says it has');
  t.ok(record.series.some(({ name, columns }) => name === 'hop.sender' && 'cwndBytes' in columns));
  t.ok(record.series.some(({ name, columns }) => name === 'link.forward' && 'linkBps' in columns));
  if (outcome.valid === 1) judgeTimes(t, record);
  else {
    const reasons = outcome.missing.flatMap((run) => run.reasons).join('; ');
    t.pass('times over the link', { skip: `every attempt was disturbed: ${reasons}` });
  }
  t.same((await readdir(out)).sort(), ['invalid', 'plan.json', 'runs'], 'the work directory is gone');
  t.same(processesOf(out), []);
});

/** Times of a run that nothing disturbed. */
function judgeTimes(t: Test, record: RunRecord): void {
  const delaysMs = (record.frames?.arrivalUs ?? []).flatMap((arrivalUs, at) =>
    arrivalUs === null ? [] : [(arrivalUs - (record.frames?.captureUs[at] ?? 0)) / 1000],
  );
  // One-way 18 ms with a jitter of 1.5 ms, of which the emulator takes at most half the delay away.
  t.ok(Math.min(...delaysMs) >= 9, 'and none faster than the link can be');
  const medianMs = percentiles(delaysMs)?.p50 ?? 0;
  t.ok(medianMs >= 18, `half of them took ${medianMs} ms or more`);
  const connectMs = ((record.hop?.usableUs ?? 0) - (record.hop?.startUs ?? 0)) / 1000;
  t.ok(connectMs >= 36 && connectMs < 500, `the hop connected in ${connectMs} ms`);
}

t.test('a killed benchmark leaves no process', options, async (t) => {
  const out = join(await temporaryDirectory(t), 'result');
  const script = fileURLToPath(new URL('./killed.js', import.meta.url));
  const bench = spawn(process.execPath, [script, out], { stdio: 'ignore' });
  t.teardown(() => bench.kill('SIGKILL'));
  await waitFor('the two relays', () => processesOf(out).length >= 2, { timeoutMs: 20_000 });
  const router = childrenOf(bench.pid as number);
  t.ok(router.length > 0, 'the link has processes');
  await killed(bench);
  await waitFor('the end of its processes', () => processesOf(out).length === 0, { timeoutMs: 10_000 });
  await waitFor('the end of the link', () => router.every((pid) => !lives(pid)), { timeoutMs: 10_000 });
  t.pass();
});

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  while (child.signalCode === null && child.exitCode === null) await sleep(10);
}

/** Processes whose arguments name the result directory: relays, source, viewer, sampler. */
function processesOf(out: string): number[] {
  return allPids().filter(
    (pid) => pid !== process.pid && read(`/proc/${pid}/cmdline`).includes(`${out}/work`),
  );
}

function childrenOf(parent: number): number[] {
  return allPids().filter((pid) => new RegExp(`^PPid:\\s+${parent}$`, 'm').test(read(`/proc/${pid}/status`)));
}

function lives(pid: number): boolean {
  return !/^State:\s+Z/m.test(read(`/proc/${pid}/status`) || 'State:\tZ');
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
