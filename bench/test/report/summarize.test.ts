import t from 'tap';
import { attemptOf } from '../../src/report/attempts.js';
import type { Comparison } from '../../src/report/model.js';
import * as Realised from '../../src/report/realised.js';
import { pair, summarize } from '../../src/report/summarize.js';
import * as Synthetic from './synthetic.js';

const profiles = ['hk-fra', 'sg-kl-edge', 'hk-gru'];
const arms = ['tcp-cubic', 'tcp-bbr', 'quic-cubic'];
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

/** Of ten frames one is late by 300 ms, the others take 80 ms. */
const oneInTen = (at: number) => (at % 10 === 9 ? 300 : 80);
const delays: Record<string, Record<string, (at: number) => number | undefined>> = {
  'hk-fra': { 'tcp-cubic': oneInTen, 'tcp-bbr': oneInTen, 'quic-cubic': () => 60 },
  'sg-kl-edge': { 'tcp-cubic': () => 60, 'tcp-bbr': () => 60, 'quic-cubic': () => 100 },
  'hk-gru': { 'tcp-cubic': () => 60, 'tcp-bbr': () => 60, 'quic-cubic': () => 61 },
};

function attempts() {
  const runs = profiles.flatMap((profile) =>
    arms.flatMap((arm) =>
      seeds.map((seed) => ({ profile, arm, seed, delayMs: delays[profile]?.[arm] as () => number })),
    ),
  );
  const missing = (run: (typeof runs)[number]) =>
    run.profile === 'hk-gru' && run.arm === 'quic-cubic' && run.seed === 5;
  const disturbed = { ...(runs[0] as (typeof runs)[number]), invalid: ['late by 3.2 ms'] };
  const again = { ...disturbed, invalid: ['late by 7 ms', 'host dropped 3 packets'] };
  return [...runs.filter((run) => !missing(run)), disturbed, again].map((run) =>
    attemptOf(Synthetic.record(run)),
  );
}

const summary = summarize({
  name: 'golden',
  plan: Synthetic.planOf({ profiles, arms, seeds }),
  attempts: attempts(),
  finishedAt: '2026-08-01T12:00:00Z',
});

const cell = (profile: string, arm: string) => {
  const found = summary.cells.find((each) => each.profile === profile && each.arm === arm);
  if (found === undefined) throw new Error(`no cell of ${profile} ${arm}`);
  return found;
};
const comparison = (profile: string, metric: string): Comparison => {
  const found = summary.comparisons.find(
    (each) =>
      each.profile === profile &&
      each.metric === metric &&
      each.arm === 'quic-cubic' &&
      each.baseline === 'tcp-bbr',
  );
  if (found === undefined) throw new Error(`no comparison of ${metric} on ${profile}`);
  return found;
};
const exactly = (value: number) => ({ value, low: value, high: value });

t.test('values of a cell are those that the delays were chosen for', async (t) => {
  const { metrics, runs, neverStarted } = cell('hk-fra', 'tcp-bbr');
  t.equal(runs, 8);
  t.equal(neverStarted, 0);
  t.same(metrics['delay.p50Ms'], exactly(80));
  t.same(metrics['delay.p95Ms'], exactly(300));
  t.same(metrics['delay.late.owd+100'], exactly(0.1));
  t.same(metrics['steady.late.owd+200'], exactly(0.1));
  t.same(metrics['steady.p95Ms'], exactly(300));
  t.same(metrics['delay.late.owd+200'], exactly(0.1));
  t.same(metrics['delay.late.owd+500'], exactly(0));
  t.same(metrics.connectMs, exactly(100));
  t.same(metrics.ttffMs, exactly(80));
});

t.test('bytes on the wire are what entered the link, dropped packets too', async (t) => {
  // 1.2 delivered per byte of media, 1.1 entered per delivered.
  t.ok(Math.abs((cell('hk-fra', 'quic-cubic').metrics.wireOverhead?.value ?? 0) - 1.32) < 0.005);
});

t.test('an arm that is better beyond the margin is called so', async (t) => {
  const found = comparison('hk-fra', 'steady.p95Ms');
  t.same(found.difference, exactly(-240));
  t.equal(found.verdict, 'better');
  t.same([found.blocks, found.better, found.worse], [8, 8, 0]);
  t.same(comparison('hk-fra', 'steady.late.owd+200').difference, exactly(-0.1));
});

t.test('an arm that is worse is called so', async (t) => {
  const found = comparison('sg-kl-edge', 'steady.p95Ms');
  t.same(found.difference, exactly(40));
  t.equal(found.verdict, 'worse');
});

t.test('a difference within the margin is none, and a missing run leaves its block out', async (t) => {
  const found = comparison('hk-gru', 'steady.p95Ms');
  t.same(found.difference, exactly(1));
  t.equal(found.verdict, 'no difference');
  t.equal(found.blocks, 7);
});

t.test('runs are counted by what became of them', async (t) => {
  t.same(summary.counts, {
    planned: 72,
    valid: 71,
    invalid: 2,
    missing: 1,
    neverStarted: 0,
    reasons: [
      { reason: 'late by N ms', attempts: 2 },
      { reason: 'host dropped N packets', attempts: 1 },
    ],
  });
});

t.test('the words say where TCP is better', async (t) => {
  t.equal(summary.words.length, 4);
  t.equal(
    summary.words[0],
    'Of 3 profiles, quic-cubic beside tcp-bbr: stalling better on 0 and worse on 0, skipped media better on 0 and worse on 0, late frames better on 1 and worse on 0, p95 frame delay better on 1 and worse on 1 and first key frame better on 1 and worse on 1.',
  );
  t.match(summary.words[1], /^On hk-fra, quic-cubic .*is earlier at the 95th percentile \(−240 ms/);
  t.match(summary.words[2], /^On sg-kl-edge, quic-cubic is later at the 95th percentile \(\+40 ms/);
  t.match(summary.words[3], /^On hk-gru, quic-cubic and tcp-bbr: no difference in/);
});

t.test('started means the player with 500 ms', async (t) => {
  // Two seconds of media: enough for 500 ms, never for 3 s.
  const made = Synthetic.record({ profile: 'p', arm: 'a', seed: 1, durationS: 2, delayMs: () => 60 });
  t.equal(attemptOf(made).started, true);
});

t.test('a session that never starts stays in', async (t) => {
  const dead = seeds.map((seed) =>
    attemptOf(Synthetic.record({ profile: 'hk-fra', arm: 'tcp-bbr', seed, delayMs: () => undefined })),
  );
  const plan = Synthetic.planOf({ profiles: ['hk-fra'], arms: ['tcp-bbr'], seeds });
  const { cells, counts } = summarize({ name: 'dead', plan, attempts: dead, finishedAt: '' });
  t.equal(counts.neverStarted, 8);
  t.equal(cells[0]?.neverStarted, 8);
  t.same(cells[0]?.metrics['p500.stallTimeRatio'], exactly(1));
  t.same(cells[0]?.metrics['delay.late.owd+500'], exactly(1));
  t.same(cells[0]?.metrics.ttffMs, exactly(8000));
});

t.test('runs are paired by their seed', async (t) => {
  const runs = (arm: string, own: readonly number[]) =>
    own.map((seed) =>
      attemptOf(Synthetic.record({ profile: 'p', arm, seed, connectMs: 100 + seed, delayMs: () => 60 })),
    );
  t.same(pair(runs('quic-cubic', [1, 2, 3]), runs('tcp-bbr', [3, 4, 2]), 'connectMs'), [
    { profile: 'p', seed: 2, a: 102, b: 102 },
    { profile: 'p', seed: 3, a: 103, b: 103 },
  ]);
});

t.test('a claim on one of many profiles has to stand Holm', async (t) => {
  const changes = [-99, -70, -70, -46, -46, -46, 28, 28];
  const verdictBeside = (others: number) => {
    const names = ['first', ...Array.from({ length: others }, (_, at) => `other-${at}`)];
    const made = names.flatMap((profile) =>
      seeds.flatMap((seed, at) =>
        ['tcp-bbr', 'quic-cubic'].map((arm) => {
          const change = arm === 'tcp-bbr' || profile !== 'first' ? 0 : (changes[at] as number);
          const run = { profile, arm, seed, connectMs: 100 + change, delayMs: () => 60, durationS: 1 };
          return attemptOf(Synthetic.record(run));
        }),
      ),
    );
    const plan = Synthetic.planOf({ profiles: names, arms: ['tcp-bbr', 'quic-cubic'], seeds });
    const { comparisons } = summarize({ name: 'many', plan, attempts: made, finishedAt: '' });
    return comparisons.find(({ profile, metric }) => profile === 'first' && metric === 'connectMs')?.verdict;
  };
  t.equal(verdictBeside(0), 'better');
  t.equal(verdictBeside(11), 'undecided');
});

t.test('runs of two backends are refused', async (t) => {
  const mixed = ['router', 'tc'].map((backend, at) =>
    attemptOf(Synthetic.record({ profile: 'hk-fra', arm: 'tcp-bbr', seed: at, delayMs: () => 60, backend })),
  );
  const plan = Synthetic.planOf({ profiles: ['hk-fra'], arms: ['tcp-bbr'], seeds: [0, 1] });
  t.throws(() => summarize({ name: 'mixed', plan, attempts: mixed, finishedAt: '' }), {
    code: 'LH_CLI_FILE',
    message: /backends router and tc/,
  });
});

t.test('the links as they were are told by sums, means and the worst run', async (t) => {
  const forward = (lost: number, p99: number) => ({
    pushed: 1000,
    drops: { loss: lost, queue: 2 },
    lateness: { p99, max: 4000 },
    loss: { configuredShare: 0.01, chain: { value: lost / 2000 }, chainBurst: { value: 3 } },
  });
  const audits = [
    { forward: forward(10, 100), rttMs: { measured: { meanMs: 100.2 } }, hostDrops: { socket: 1 } },
    { forward: forward(30, 900), reverse: { lateness: { max: 9000 } } },
    { forward: { pushed: 'much' } },
    undefined,
  ];
  const runs = audits.flatMap((audit) => {
    const record = Synthetic.record({ profile: 'hk-fra', arm: 'tcp-bbr', seed: 1, delayMs: () => 60 });
    return Realised.ofRecord({ ...record, audit }) ?? [];
  });
  t.same(Realised.together('hk-fra', runs), {
    profile: 'hk-fra',
    runs: 2,
    pingMs: 100.2,
    configuredShare: 0.01,
    chainShare: 0.01,
    chainBurst: 3,
    packets: 2000,
    lost: 40,
    queueDrops: 4,
    hostDrops: 1,
    lateP99Ms: 0.9,
    lateMaxMs: 9,
  });
});
