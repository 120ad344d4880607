import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import { fileName } from '../../src/records/index.js';
import { PLAN_VERSION, type Plan, ResultDirectory, runsOf } from '../../src/run/plan.js';

const PLAN: Plan = {
  version: PLAN_VERSION,
  scenarios: ['live', 'connect'],
  profiles: ['hk-fra', 'sg-jnb'],
  arms: ['tcp-bbr', 'quic-cubic'],
  contestants: { live: ['tcp-bbr', 'quic-cubic'], connect: ['rtmp'] },
  skipped: {},
  seeds: [1, 2],
  durationS: 5,
  warmUpS: 2,
  shape: '2.5m-2s',
  jobs: 1,
  maxAttempts: 3,
  backend: 'router',
  startedAt: '2026-01-01T00:00:00.000Z',
  machine: {},
  versions: {},
  links: {},
  sittings: [],
};

t.test('every block has every arm once, and a seed is done over all profiles before the next', async (t) => {
  const runs = runsOf(PLAN);
  t.equal(runs.length, 2 * 2 * 2 + 2 * 2);
  t.same(
    runs.slice(0, 8).map(({ seed, profile }) => `${seed} ${profile}`),
    ['1 hk-fra', '1 hk-fra', '1 sg-jnb', '1 sg-jnb', '2 hk-fra', '2 hk-fra', '2 sg-jnb', '2 sg-jnb'],
  );
  for (let block = 0; block < 4; block++) {
    const arms = runs.slice(block * 2, block * 2 + 2).map(({ arm }) => arm);
    t.same([...arms].sort(), ['quic-cubic', 'tcp-bbr']);
  }
  t.equal(new Set(runs.map(fileName)).size, runs.length, 'each run has a file of its own');
});

t.test('each arm is first as often as the other', async (t) => {
  const first = runsOf(PLAN)
    .filter(({ scenario }) => scenario === 'live')
    .filter((_, at) => at % 2 === 0)
    .map(({ arm }) => arm);
  t.equal(first.filter((arm) => arm === 'tcp-bbr').length, 2);
});

t.test('a benchmark goes on with what has no valid record and attempts left', async (t) => {
  const directory = new ResultDirectory(join(await temporaryDirectory(t), 'result'));
  await directory.create(PLAN);
  const runs = runsOf(PLAN);
  const [done, tried, hopeless] = runs as [(typeof runs)[0], (typeof runs)[0], (typeof runs)[0]];
  await writeFile(directory.run(done), '');
  await writeFile(directory.invalid(tried, 1), '');
  for (const attempt of [1, 2, 3]) await writeFile(directory.invalid(hopeless, attempt), '');
  // One that was being written when the machine went down.
  await writeFile(`${directory.run(runs[3] as (typeof runs)[0])}.part-17`, '');
  const again = new ResultDirectory(directory.path);
  const pending = await again.pending(await again.open());
  t.equal(pending.length, runs.length - 2);
  t.same(pending[0], { spec: tried, failedAttempts: 1 });
  t.same(pending[1], { spec: runs[3], failedAttempts: 0 });
  t.same(await again.counts(), { valid: 1, attempts: 4 });
});

t.test('a result directory is never begun twice', async (t) => {
  const directory = new ResultDirectory(join(await temporaryDirectory(t), 'result'));
  await directory.create(PLAN);
  await t.rejects(directory.create(PLAN), { code: 'LH_CLI_USAGE', message: /--resume/ });
  t.same((await readdir(directory.path)).sort(), ['invalid', 'plan.json', 'runs', 'work']);
});

t.test('what is no plan is not gone on with', async (t) => {
  const path = await temporaryDirectory(t);
  const directory = new ResultDirectory(path);
  await t.rejects(directory.open(), { code: 'LH_CLI_USAGE', message: /no plan\.json/ });
  await mkdir(path, { recursive: true });
  for (const text of ['{"version":', '{"version": 0}', 'null']) {
    await writeFile(join(path, 'plan.json'), text);
    await t.rejects(directory.open(), { code: 'LH_CLI_USAGE', message: /another version or damaged/ }, text);
  }
});

t.test('a directory that cannot be made is told', async (t) => {
  const file = join(await temporaryDirectory(t), 'file');
  await writeFile(file, '');
  await t.rejects(new ResultDirectory(join(file, 'result')).create(PLAN), { code: 'LH_CLI_FILE' });
});
