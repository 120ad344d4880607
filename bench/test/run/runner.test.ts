import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import { RECORD_VERSION, type RunRecord, readRun, type Validity } from '../../src/records/index.js';
import { PLAN_VERSION, type Plan, ResultDirectory } from '../../src/run/plan.js';
import { Runner } from '../../src/run/runner.js';
import type { RunSpec } from '../../src/run/spec.js';

function planOf(arms: string[], jobs = 1): Plan {
  return {
    version: PLAN_VERSION,
    scenarios: ['live'],
    profiles: ['hk-fra'],
    arms,
    contestants: { live: arms },
    skipped: {},
    seeds: [1],
    durationS: 5,
    warmUpS: 2,
    shape: '2.5m-2s',
    jobs,
    maxAttempts: 3,
    backend: 'router',
    startedAt: '',
    machine: {},
    versions: {},
    links: {},
    sittings: [],
  };
}

function recordOf({ profile, seed, arm, scenario, durationS }: RunSpec, validity: Validity): RunRecord {
  return {
    version: RECORD_VERSION,
    run: { profile, seed, arm, scenario, durationS },
    link: { oneWayMs: 95, rttMs: 190 },
    settings: {},
    versions: {},
    validity,
    series: [],
    cpu: {},
  };
}

const VALID: Validity = { state: 'valid' };
const INVALID: Validity = { state: 'invalid', reasons: ['the source was late'] };

/** What a runner of these tests has beside its runs. */
function quiet(plan: Plan, directory: ResultDirectory) {
  return {
    plan,
    directory,
    signal: new AbortController().signal,
    onLine: () => {},
    pause: async () => {},
  };
}

async function begin(t: Parameters<typeof temporaryDirectory>[0], plan: Plan): Promise<ResultDirectory> {
  const directory = new ResultDirectory(join(await temporaryDirectory(t), 'result'));
  await directory.create(plan);
  return directory;
}

t.test(
  'an invalid run is repeated, kept and told; one that stays invalid ends after its attempts',
  async (t) => {
    const plan = planOf(['good', 'flaky', 'bad']);
    const directory = await begin(t, plan);
    const tries = new Map<string, number>();
    const lines: string[] = [];
    const runner = new Runner(
      {
        ...quiet(plan, directory),
        onLine: (line) => lines.push(line),
        runOne: async (spec) => {
          const tried = (tries.get(spec.arm) ?? 0) + 1;
          tries.set(spec.arm, tried);
          const valid = spec.arm === 'good' || (spec.arm === 'flaky' && tried === 2);
          return recordOf(spec, valid ? VALID : INVALID);
        },
      },
      await directory.pending(plan),
    );
    await runner.run();
    t.same(Object.fromEntries(tries), { good: 1, flaky: 2, bad: 3 });
    t.same(await directory.counts(), { valid: 2, attempts: 4 });
    t.match(runner.state, { done: 3, total: 3, invalidAttempts: 4, current: [], leftMs: 0 });
    t.equal(lines.filter((line) => /INVALID, attempt \d: the source was late/.test(line)).length, 4);
    const [name] = await readdir(join(directory.path, 'runs'));
    t.equal((await readRun(join(directory.path, 'runs', name as string))).validity.state, 'valid');
    t.same(await directory.pending(plan), [], 'nothing is left to go on with');
  },
);

t.test('an interruption keeps what is done, and the run under way is made again', async (t) => {
  const plan = planOf(['a', 'b', 'c']);
  const directory = await begin(t, plan);
  const stop = new AbortController();
  const seen: string[] = [];
  const runner = new Runner(
    {
      ...quiet(plan, directory),
      signal: stop.signal,
      runOne: async (spec) => {
        seen.push(spec.arm);
        if (seen.length === 2) stop.abort();
        return recordOf(spec, VALID);
      },
    },
    await directory.pending(plan),
  );
  await runner.run();
  t.equal(seen.length, 2);
  t.same(await directory.counts(), { valid: 1, attempts: 0 });
  t.same(
    (await directory.pending(plan)).map(({ spec }) => spec.arm).sort(),
    ['a', 'b', 'c'].filter((arm) => arm !== seen[0]),
  );
});

t.test('two jobs make two runs at a time and never three', async (t) => {
  const plan = planOf(['a', 'b', 'c', 'd', 'e'], 2);
  const directory = await begin(t, plan);
  let [now, most] = [0, 0];
  const runner = new Runner(
    {
      ...quiet(plan, directory),
      runOne: async (spec) => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
        return recordOf(spec, VALID);
      },
    },
    await directory.pending(plan),
  );
  await runner.run();
  t.equal(most, 2);
  t.equal((await directory.counts()).valid, 5);
});

t.test('an invalid run is made again after the others', async (t) => {
  const plan = planOf(['a', 'b', 'c']);
  const directory = await begin(t, plan);
  const order: string[] = [];
  const runner = new Runner(
    {
      ...quiet(plan, directory),
      runOne: async (spec) => {
        order.push(spec.arm);
        return recordOf(spec, order.length === 1 ? INVALID : VALID);
      },
    },
    await directory.pending(plan),
  );
  await runner.run();
  t.equal(order.length, 4);
  t.equal(order[3], order[0]);
});

t.test('the starts of runs lie apart', async (t) => {
  const plan = planOf(['a', 'b', 'c', 'd'], 4);
  const directory = await begin(t, plan);
  const turns: (() => void)[] = [];
  const started: string[] = [];
  const asked: number[] = [];
  const runner = new Runner(
    {
      ...quiet(plan, directory),
      runOne: async (spec) => {
        started.push(spec.arm);
        return recordOf(spec, VALID);
      },
      pause: (ms) =>
        new Promise<void>((resolve) => {
          asked.push(ms);
          turns.push(resolve);
        }),
    },
    await directory.pending(plan),
  );
  const over = runner.run();
  for (const count of [1, 2, 3, 4]) {
    while (turns.length < count) await new Promise((resolve) => setImmediate(resolve));
    t.equal(started.length, count, `${count} runs have started after ${count - 1} pauses`);
    turns[count - 1]?.();
  }
  await over;
  // A quarter of the length of a run of 5 s.
  t.same(asked[0], 4750);
});

t.test('the wait between two starts keeps the process alive, and ends with the last run', async (t) => {
  const plan = { ...planOf(['a', 'b'], 8), durationS: 1, warmUpS: 0 };
  const directory = await begin(t, plan);
  const { pause: _pause, ...options } = quiet(plan, directory);
  const started: string[] = [];
  const runOne = async (spec: RunSpec) => {
    started.push(spec.arm);
    return recordOf(spec, VALID);
  };
  // Nothing but the wait is left between the two: the test itself would end with it.
  await new Runner({ ...options, runOne }, await directory.pending(plan)).run();
  t.equal(started.length, 2);
});

t.test('a scenario that goes alone has one run at a time', async (t) => {
  const plan = { ...planOf(['a', 'b', 'c'], 3), scenarios: ['live', 'bulk'] };
  const directory = await begin(t, { ...plan, contestants: { live: plan.arms, bulk: plan.arms } });
  const most = new Map<string, number>();
  const now = new Map<string, number>();
  const runner = new Runner(
    {
      ...quiet(plan, directory),
      isAlone: (scenario) => scenario === 'bulk',
      runOne: async (spec) => {
        const count = (now.get(spec.scenario) ?? 0) + 1;
        now.set(spec.scenario, count);
        most.set(spec.scenario, Math.max(count, most.get(spec.scenario) ?? 0));
        await new Promise((resolve) => setImmediate(resolve));
        now.set(spec.scenario, (now.get(spec.scenario) ?? 0) - 1);
        return recordOf(spec, VALID);
      },
    },
    await directory.pending({ ...plan, contestants: { live: plan.arms, bulk: plan.arms } }),
  );
  await runner.run();
  t.same(Object.fromEntries(most), { live: 3, bulk: 1 });
});

t.test('what stays invalid is told with its last reasons', async (t) => {
  const plan = planOf(['good', 'bad']);
  const directory = await begin(t, plan);
  const runner = new Runner(
    {
      ...quiet(plan, directory),
      runOne: async (spec) => recordOf(spec, spec.arm === 'good' ? VALID : INVALID),
    },
    await directory.pending(plan),
  );
  await runner.run();
  const missing = await directory.missing(plan);
  t.match(missing, [{ spec: { arm: 'bad' }, reasons: ['the source was late'] }]);
});

t.test('records that cannot be written end the benchmark', async (t) => {
  const plan = planOf(['a', 'b']);
  const directory = await begin(t, plan);
  await rm(join(directory.path, 'runs'), { recursive: true });
  let runs = 0;
  const runner = new Runner(
    {
      ...quiet(plan, directory),
      runOne: async (spec) => {
        runs += 1;
        return recordOf(spec, VALID);
      },
    },
    await directory.pending(plan),
  );
  await t.rejects(runner.run(), { code: 'LH_CLI_FILE' });
  t.equal(runs, 1);
});
