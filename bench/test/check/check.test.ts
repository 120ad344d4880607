import t from 'tap';
import { type Check, describe, findingsOf } from '../../src/check/check.js';
import { Evidence } from '../../src/check/evidence.js';
import type { Finding } from '../../src/check/finding.js';
import { attemptOf } from '../../src/report/attempts.js';
import type { Plan } from '../../src/report/directory.js';
import * as Synthetic from '../report/synthetic.js';

const ARMS = { arm: 'quic-bbr-live', plain: 'quic-bbr-live-plain' };
const SEEDS = [1, 2, 3, 4, 5];

/** Loss of the media direction by profile; `trace`: none, but a rate that changes. */
type Links = Readonly<Record<string, { rttMs?: number; share: number; kind?: 'rate' | 'trace' }>>;

function planOf(links: Links, arms: readonly string[]): Plan {
  const profiles = Object.keys(links);
  const described = profiles.map((name) => {
    const { rttMs = 100, share, kind = 'rate' } = links[name] as Links[string];
    return [name, { rttMs, forward: { loss: { kind: 'gilbert', share }, bottleneck: { kind } } }] as const;
  });
  return {
    ...Synthetic.planOf({ profiles, arms, seeds: SEEDS, durationS: 8 }),
    links: Object.fromEntries(described),
  };
}

/** How many of a hundred frames are late (by 400 ms, one-way 50, round trip 100: after 300 ms they are late). */
type Late = Readonly<Record<string, number>>;

function evidenceOf(links: Links, late: Late, lateMs = 450): Evidence {
  const plan = planOf(links, Object.keys(late));
  const attempts = plan.profiles.flatMap((profile) =>
    Object.entries(late).flatMap(([arm, percent]) =>
      SEEDS.map((seed) =>
        attemptOf(
          Synthetic.record({
            profile,
            arm,
            seed,
            delayMs: (at) => (at % 100 >= 100 - percent ? lateMs : 60),
          }),
        ),
      ),
    ),
  );
  return new Evidence(plan, attempts);
}

const of = (findings: readonly Finding[], criterion: string, where?: string) =>
  findings.filter((each) => each.criterion === criterion && (where === undefined || each.where === where));

t.test('lateness is held against kernel BBR by the class of the link', async (t) => {
  const links: Links = {
    clean: { share: 0.005 },
    lossy: { share: 0.05 },
    peak: { share: 0.15 },
    trace: { share: 0, kind: 'trace' },
  };
  const states = (arm: number) =>
    Object.fromEntries(
      of(findingsOf(evidenceOf(links, { 'tcp-bbr': 20, 'quic-bbr-live': arm }), ARMS), 'late frames').map(
        ({ where, state }) => [where, state],
      ),
    );
  t.same(states(2), { clean: 'met', lossy: 'met', peak: 'met', trace: 'met' });
  t.same(states(3), { clean: 'met', lossy: 'not met', peak: 'met', trace: 'met' });
  t.same(states(11), { clean: 'met', lossy: 'not met', peak: 'not met', trace: 'met' });
  t.same(states(21), { clean: 'not met', lossy: 'not met', peak: 'not met', trace: 'not met' });
});

t.test('nothing late beside nothing late is as promised', async (t) => {
  const found = findingsOf(evidenceOf({ a: { share: 0.02 } }, { 'tcp-bbr': 0, 'quic-bbr-live': 0 }), ARMS);
  t.match(of(found, 'late frames'), [{ state: 'met', figure: '0 % beside 0 %' }]);
});

t.test('p99 is asked for at 180 ms and 5 % alone', async (t) => {
  const links: Links = { 'us-cn-5': { rttMs: 180, share: 0.05 }, other: { rttMs: 180, share: 0.04 } };
  const at = (percent: number) =>
    of(findingsOf(evidenceOf(links, { 'quic-bbr-live': percent }), ARMS), 'frame delay p99');
  t.match(at(0), [{ where: 'us-cn-5', figure: '60 ms (60 to 60)', state: 'met' }]);
  t.match(at(2), [{ figure: '450 ms (450 to 450)', state: 'not met' }]);
  const { other } = links as { other: Links[string] };
  const without = findingsOf(evidenceOf({ other }, { 'quic-bbr-live': 0 }), ARMS);
  t.match(of(without, 'frame delay p99'), [{ state: 'not measured', figure: /no such profile/ }]);
});

t.test('stalls go over the lossy links together and need an interval without zero', async (t) => {
  const arms = { 'tcp-cubic': 60, 'tcp-bbr': 60, 'quic-bbr-live': 0 };
  const links: Links = { clean: { share: 0.001 }, a: { share: 0.01 }, b: { share: 0.15 } };
  const found = findingsOf(evidenceOf(links, arms, 1_450), ARMS);
  const stalls = of(found, 'stall ratio with skips, player p300');
  t.match(stalls, [
    { where: '2 lossy profiles', state: 'met', limit: /0.05 of tcp-cubic/ },
    { where: '2 lossy profiles', state: 'met', limit: /0.4 of tcp-bbr/ },
  ]);
  t.equal(found.filter(({ criterion }) => criterion.startsWith('stall ratio')).length, 12);
  const none = findingsOf(evidenceOf(links, { 'tcp-bbr': 0, 'quic-bbr-live': 0 }), ARMS);
  t.match(of(none, 'stall ratio with skips, player p300')[1], {
    state: 'not measured',
    figure: 'neither stalled',
  });
  const same = findingsOf(evidenceOf(links, { ...arms, 'quic-bbr-live': 60 }, 1_450), ARMS);
  t.match(of(same, 'stall ratio with skips, player p300'), [{ state: 'not met' }, { state: 'not met' }]);
});

t.test('bytes and processor are held against the arm without mechanisms', async (t) => {
  const links: Links = { a: { share: 0.05 } };
  const found = findingsOf(evidenceOf(links, { 'quic-bbr-live': 0, 'quic-bbr-live-plain': 0 }), ARMS);
  t.match(of(found, 'bytes on the wire'), [{ state: 'met', limit: 'at most 1.13 of quic-bbr-live-plain' }]);
  t.match(of(found, 'processor per broadcast'), [{ state: 'met', where: '1 profiles' }]);
  const alone = findingsOf(evidenceOf(links, { 'quic-bbr-live': 0 }), ARMS);
  t.match(of(alone, 'bytes on the wire'), [{ state: 'not measured' }]);
  t.match(of(alone, 'processor per broadcast'), [{ state: 'not measured' }]);
});

t.test('the first key frame is asked for in round trips and beside TCP and RTMP', async (t) => {
  const links: Links = { a: { rttMs: 100, share: 0.01 } };
  const took: Record<string, number> = { 'quic-0rtt': 120, 'quic-1rtt': 240, 'tcp-full': 400, rtmp: 500 };
  const plan = planOf(links, ['quic-bbr-live']);
  const attempts = Object.entries(took).flatMap(([arm, ms]) =>
    SEEDS.map((seed) => attemptOf(Synthetic.joining({ profile: 'a', arm, seed }, ms))),
  );
  const found = findingsOf(new Evidence({ ...plan, scenarios: ['live', 'join'] }, attempts), ARMS);
  const states = found
    .filter(({ criterion }) => criterion.startsWith('first key frame'))
    .map(({ criterion, limit, state }) => [criterion, limit, state]);
  t.same(states, [
    ['first key frame, quic-0rtt', 'at most 125 ms (1.15 x 100 + 10 ms)', 'met'],
    ['first key frame, quic-1rtt', 'at most 220 ms (2.1 x 100 + 10 ms)', 'not met'],
    ['first key frame, quic-0rtt beside tcp-full', 'at least 60 % lower', 'met'],
    ['first key frame, quic-1rtt beside tcp-full', 'at least 30 % lower', 'met'],
    ['first key frame, quic-0rtt beside rtmp', 'at least 75 % lower', 'met'],
  ]);
});

t.test('the table counts what is met', async (t) => {
  const findings = findingsOf(evidenceOf({ a: { share: 0.02 } }, { 'tcp-bbr': 9, 'quic-bbr-live': 0 }), ARMS);
  const check: Check = { ...ARMS, findings };
  const met = findings.filter(({ state }) => state === 'met').length;
  t.match(describe(check), /late frames +a +0 % beside 10.8 % .* met\n/);
  t.match(describe(check), new RegExp(`quic-bbr-live: ${met} met, \\d+ not met, \\d+ not measured`));
});
