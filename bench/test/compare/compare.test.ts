import { type Teardown, temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import * as Compare from '../../src/compare/compare.js';
import * as Synthetic from '../report/synthetic.js';

const plan = { profiles: ['hk-fra', 'sg-jnb'], arms: ['tcp-bbr', 'quic-cubic'], seeds: [1, 2, 3, 4, 5, 6] };
type Change = Partial<Synthetic.SyntheticPlan> & { delayMs?: number; backend?: string };

async function side(t: Teardown, { delayMs = 60, backend = 'router', ...change }: Change = {}) {
  const directory = await temporaryDirectory(t);
  await Synthetic.writeResults(directory, { ...plan, ...change }, (key) => [
    { ...key, backend, delayMs: () => (key.arm === 'quic-cubic' ? delayMs : 60) },
  ]);
  return Compare.read(directory);
}

t.test('each arm is compared with itself, by seed', async (t) => {
  const result = Compare.compare(await side(t), await side(t, { delayMs: 100 }));
  const row = (arm: string) =>
    result.rows.find(
      (each) => each.arm === arm && each.metric === 'delay.p95Ms' && each.profile === 'hk-fra',
    );
  t.match(row('quic-cubic'), {
    a: 60,
    b: 100,
    difference: 40,
    interval: [40, 40],
    blocks: 6,
    verdict: 'worse',
  });
  t.match(row('tcp-bbr'), { a: 60, b: 60, difference: 0, verdict: 'no difference' });
  const text = Compare.describe(result);
  t.match(text, /hk-fra +quic-cubic +delay.p95Ms +60 ms +100 ms +\+40 ms +\+40 to \+40 +6 +worse/);
});

t.test('arms of other scenarios are compared, too', async (t) => {
  const handshakes = ['tcp-full', 'quic-0rtt'];
  const { rows } = Compare.compare(await side(t, { handshakes }), await side(t, { handshakes }));
  const arms = rows.filter(({ scenario }) => scenario === 'connect').map(({ arm }) => arm);
  t.same([...new Set(arms)], handshakes);
});

t.test('what only one directory holds is left out and said', async (t) => {
  const result = Compare.compare(await side(t), await side(t, { seeds: [5, 6, 7], profiles: ['hk-fra'] }));
  t.same(result.leftOut, [
    'profiles in one directory only, left out: sg-jnb',
    'seeds in one directory only, left out: 1, 2, 3, 4, 7',
  ]);
  t.equal(result.rows[0]?.blocks, 2);
  t.equal(result.rows[0]?.verdict, 'undecided', 'two pairs decide nothing');
});

t.test('results that cannot be compared are refused in one line', async (t) => {
  const a = await side(t);
  const cases: [Change, RegExp][] = [
    [{ backend: 'tc' }, /backends router and tc/],
    [{ durationS: 9 }, /durationS 8 and 9: different plans/],
    [{ shape: '4m-2s' }, /shape 2.5m-2s and 4m-2s/],
    [{ seeds: [17, 18] }, /no seeds in common/],
    [{ profiles: ['hk-gru'] }, /no profiles in common/],
  ];
  for (const [change, message] of cases) {
    const b = await side(t, change);
    t.throws(() => Compare.compare(a, b), { code: 'LH_CLI_USAGE', message });
  }
});

t.test('a profile that was changed is not the same link', async (t) => {
  const [a, b] = [await side(t), await side(t)];
  const links = { ...b.plan.links, 'sg-jnb': { rttMs: 300 } };
  t.throws(() => Compare.compare(a, { ...b, plan: { ...b.plan, links } }), {
    code: 'LH_CLI_USAGE',
    message: /profile sg-jnb is not the same link in both/,
  });
});
