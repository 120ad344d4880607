import t from 'tap';
import { BASELINE_VERSION, type Baseline } from '../../src/gate/baseline.js';
import { ALL_PROFILES, type Judgement, judge } from '../../src/gate/judge.js';
import { makeBaseline } from '../../src/gate/make.js';
import { pairedRatio, WATCHED, type Watched } from '../../src/gate/paired.js';
import { attemptOf } from '../../src/report/attempts.js';
import * as Synthetic from '../report/synthetic.js';

const seeds = [1, 2, 3, 4];
const arms = ['tcp-bbr', 'quic-cubic'];

interface Arm {
  /** Late frames of a hundred, by seed. */
  readonly late?: readonly number[];
  readonly connectMs?: readonly number[];
  readonly delayMs?: number;
}

function attempts(quic: Arm = {}, profile = 'hk-fra') {
  return arms.flatMap((arm) =>
    seeds.map((seed, place) => {
      const { late, connectMs, delayMs = 60 }: Arm = arm === 'quic-cubic' ? quic : {};
      const share = late?.[place] ?? 10;
      const run = { profile, arm, seed, connectMs: connectMs?.[place] ?? 100 };
      const delayOf = (at: number) => (at > 0 && at % 100 < share ? 360 : delayMs);
      return attemptOf(Synthetic.record({ ...run, delayMs: delayOf }));
    }),
  );
}

const plan = Synthetic.planOf({ profiles: ['hk-fra'], arms, seeds });
const baseline: Baseline = makeBaseline({
  plan,
  attempts: attempts(),
  arm: 'quic-cubic',
  against: 'tcp-bbr',
  margin: 0.25,
  madeAt: '2026-08-01T12:00:00Z',
});
const profile = baseline.profiles['hk-fra'] as Baseline['profiles'][string];
const judged = (quic: Arm): Judgement => judge(attempts(quic), baseline);
const watched = (metric: string) => WATCHED.find((each) => each.metric === metric) as Watched;

t.test('the baseline is of what was measured', async (t) => {
  t.equal(baseline.version, BASELINE_VERSION);
  t.match(baseline.profiles['hk-fra'], {
    // 20 of the 250 frames after 3 s: three times 8 %, and six points.
    mostLate: 0.3,
    ratios: { 'steady.late.owd+200': { ratio: 1, seeds: { 1: 1, 4: 1 }, arm: 0.08, against: 0.08 } },
  });
});

t.test('worse for certain and within the margin is no regression', async (t) => {
  const { state, checks } = judged({ late: [12, 12, 12, 12] });
  const late = checks.find(({ what }) => what === 'late(200)');
  t.ok((late?.pValue ?? 1) < 0.05, `${late?.pValue}`);
  t.equal(state, 'ok');
});

t.test('beyond the margin by one bad seed is no regression', async (t) => {
  const { state, checks } = judged({ late: [10, 10, 10, 60] });
  const late = checks.find(({ what }) => what === 'late(200)');
  t.match(late?.measured, /^1\.5\d /);
  t.ok((late?.pValue ?? 0) > 0.05 && (late?.pValue ?? 1) < 1, `${late?.pValue}`);
  t.equal(state, 'ok');
});

t.test('a link on which nothing varies makes nothing certain of another one', async (t) => {
  const profiles = ['hk-fra', 'hk-sg-core'];
  const over = (late: readonly number[]) => [
    ...attempts({ late }, 'hk-fra'),
    ...attempts({ late: [0, 0, 0, 0] }, 'hk-sg-core'),
  ];
  const both = makeBaseline({
    plan: Synthetic.planOf({ profiles, arms, seeds }),
    attempts: over([10, 10, 10, 10]),
    arm: 'quic-cubic',
    against: 'tcp-bbr',
    margin: 0.25,
    madeAt: '2026-08-01T12:00:00Z',
  });
  const { state, checks } = judge(over([38, 38, 38, 16]), both);
  const [all, own] = [ALL_PROFILES, 'hk-fra'].map((profile) =>
    checks.find((check) => check.what === 'late(200)' && check.profile === profile),
  );
  t.equal(state, 'ok');
  t.ok((all?.pValue ?? 0) > 0.05, `${all?.pValue}, on its own ${own?.pValue}`);
});

t.test('one seed tells nothing, and what it says is not judged', async (t) => {
  const late = { late: [60, 10, 10, 10] };
  const of = (...kept: number[]) => attempts(late).filter(({ run }) => kept.includes(run.seed));
  const one = judge(of(1), { ...baseline, profiles: { 'hk-fra': { ...profile, mostLate: 1 } } });
  t.match(one, { state: 'no valid runs', reason: 'fewer than 2 seeds on hk-fra' });
  t.ok(one.checks.some(({ what, state }) => what === 'late(200)' && state === 'too few seeds'));
  t.equal(judge(of(2, 3), baseline).state, 'ok');
});

t.test('seeds that are missing now do not count in the baseline', async (t) => {
  const kinds = [40, 10, 40, 10];
  const uneven = makeBaseline({
    plan,
    attempts: attempts({ late: kinds }),
    arm: 'quic-cubic',
    against: 'tcp-bbr',
    margin: 0.25,
    madeAt: '2026-08-01T12:00:00Z',
  });
  const of = (late: readonly number[], ...kept: number[]) =>
    attempts({ late }).filter(({ run }) => kept.includes(run.seed));
  t.equal(judge(of(kinds, 1, 3), uneven).state, 'ok', 'nothing changed');
  t.match(
    judge(of([40, 20, 40, 20], 2, 4), uneven),
    { state: 'regression' },
    'twice as late, but below the mean',
  );
});

t.test('beyond the margin in every seed is one', async (t) => {
  t.match(judged({ late: [16, 17, 16, 17] }), { state: 'regression', reason: /late\(200\) on hk-fra/ });
});

t.test('one slow handshake is no rule, three of four are', async (t) => {
  t.equal(judged({ connectMs: [200, 100, 100, 100] }).state, 'ok');
  t.match(judged({ connectMs: [100, 200, 200, 200] }), {
    state: 'regression',
    reason: 'regression: connect of quic-cubic on hk-fra',
  });
});

t.test('the path is taken from delays before they are compared', async (t) => {
  const runs = attempts({ late: [0, 0, 0, 0], delayMs: 100 });
  const of = (arm: string) => runs.filter(({ run }) => run.arm === arm);
  // The other arm: 360 ms at the 95th percentile. One way takes 50 ms, a round trip 100; 25 and 50 are added.
  const delay = pairedRatio(watched('steady.p95Ms'), of('quic-cubic'), of('tcp-bbr'));
  t.match(delay, { arm: 100, against: 360 });
  t.equal(delay?.ratio, (100 - 50 + 25) / (360 - 50 + 25));
  // First key frames after 100 and 60 ms: the second is quicker than a round trip and counts as the floor.
  t.equal(pairedRatio(watched('ttffMs'), of('quic-cubic'), of('tcp-bbr'))?.ratio, 1);
  t.equal(pairedRatio(watched('ttffMs'), of('quic-cubic'), [])?.ratio, undefined);
});
