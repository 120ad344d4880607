import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Output, runCli } from '@longhaul/cli';
import { temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import { commands } from '../../src/command.js';
import { BASELINE_VERSION } from '../../src/gate/baseline.js';
import { WATCHED } from '../../src/gate/paired.js';

/** Exit code and what was said of `longhaul bench ARGV`. */
async function bench(...argv: string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const note = (line: string) => void lines.push(line);
  const output: Output = { stdout: process.stdout, stderr: process.stderr, line: note, note };
  return { code: await runCli(['bench', ...argv], output, { commands }), said: lines.join('\n') };
}

t.test('what a baseline says cannot be said beside it', async (t) => {
  const { code, said } = await bench('gate', '--baseline', 'ci.json', '--seeds', '3');
  t.equal(code, 2);
  t.match(said, '--seeds stands in the baseline; write it only with --write-baseline');
});

t.test('numbers that cannot be are refused in one line', async (t) => {
  for (const [option, value] of [
    ['--minutes', '0'],
    ['--margin', '-5'],
    ['--duration', 'soon'],
  ] as const) {
    const { code, said } = await bench('gate', '--baseline', 'ci.json', '--write-baseline', option, value);
    t.equal(code, 2, option);
    t.match(said, /write a number above 0/);
    t.equal(said.split('\n').length, 1);
  }
});

t.test('a gate needs its baseline', async (t) => {
  t.match(await bench('gate'), { code: 2, said: /baseline/ });
  const none = join(await temporaryDirectory(t), 'none.json');
  t.match(await bench('gate', '--baseline', none), {
    code: 2,
    said: /no such file; --write-baseline makes one/,
  });
});

t.test('what cannot be judged is never called a regression', async (t) => {
  const directory = await temporaryDirectory(t);
  const baseline = join(directory, 'ci.json');
  const before = { ratio: 1, seeds: { 1: 1, 2: 1 }, arm: 1, against: 1 };
  const ratios = Object.fromEntries(WATCHED.map(({ metric }) => [metric, before]));
  await writeFile(
    baseline,
    JSON.stringify({
      version: BASELINE_VERSION,
      arm: 'quic-cubic',
      against: 'tcp-bbr',
      backend: 'router',
      plan: { profiles: ['hk-fra'], seeds: [1], durationS: 8 },
      margin: 0.25,
      profiles: { 'hk-fra': { ratios, mostLate: 1 } },
      madeAt: '2026-08-01T12:00:00Z',
      versions: {},
    }),
  );
  t.match(await bench('gate', directory, '--baseline', baseline), { code: 2, said: /no result directory/ });
});

t.test('a directory that holds no results is named by each command', async (t) => {
  const empty = await temporaryDirectory(t);
  t.match(await bench('report', empty), { code: 1, said: /is no result directory of longhaul bench run/ });
  t.match(await bench('compare', empty, empty), { code: 1, said: /is no result directory/ });
});
