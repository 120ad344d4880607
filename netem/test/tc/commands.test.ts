import t from 'tap';
import { loadProfile } from '../../src/profile/catalog.js';
import { assertServable, bridgeLinks, delayLimit, startLines, warmLines } from '../../src/tc/commands.js';
import { directionFigures } from '../../src/tc/figures.js';
import { plainProfile } from '../fixture/links.js';

t.test('before time zero only the delay is in force', async (t) => {
  t.same(warmLines(loadProfile('sg-jnb')), [
    'qdisc add dev lh-receiver root handle 1: netem limit 23438 delay 100000us',
    'qdisc add dev lh-sender root handle 1: netem limit 11719 delay 100000us',
  ]);
});

t.test('rate and queue on the near side, loss and delay on the port beyond', async (t) => {
  const lines = startLines(loadProfile('sg-jnb'), { seed: 7, again: false });
  t.same(lines.slice(0, 5), [
    'qdisc add dev lh-mid-a root handle 1: htb default 1',
    'class add dev lh-mid-a parent 1: classid 1:1 htb rate 20000000bit ceil 20000000bit burst 1600 cburst 1600',
    'qdisc add dev lh-mid-a parent 1:1 handle 10: bfifo limit 250000',
    'qdisc replace dev lh-receiver root handle 1: netem limit 23438 delay 100000us 4243us distribution normal loss gemodel 0.252525% 25% seed 14',
    'qdisc replace dev lh-receiver parent 1:1 pfifo limit 23438',
  ]);
  t.match(lines[8], /dev lh-sender root handle 1: netem .* loss gemodel 0\.0501% 25% seed 15$/);
});

t.test('without jitter netem keeps its own queue, without a seed none is named', async (t) => {
  const lines = startLines(plainProfile(), { again: false });
  t.equal(lines.length, 8);
  t.notMatch(lines.join('\n'), /seed|pfifo|loss|normal/);
});

t.test('a second time zero replaces what is there', async (t) => {
  const lines = startLines(plainProfile(), { again: true });
  t.same(
    lines.filter((line) => line.startsWith('qdisc del')),
    ['qdisc del dev lh-mid-a root', 'qdisc del dev lh-mid-b root'],
  );
});

t.test('the limit holds twice the product of rate and round trip and a full queue', async (t) => {
  // 50 Mbit/s over 300 ms are 1,250 full packets: the kernel's 1,000 would drop silently.
  const bottleneck = { kind: 'rate', bps: 50e6 } as const;
  const profile = plainProfile({ rttMs: 300, forward: { bottleneck, queueBytes: 1_875_000 } });
  t.ok(delayLimit(profile, 'forward') >= 2 * (1_250 + 1_250));
});

t.test('both ports are joined to the middle pair', async (t) => {
  const lines = bridgeLinks().join('\n');
  t.match(lines, /link set dev lh-sender master lh-a\nlink set dev lh-mid-a master lh-a/);
  t.match(lines, /link set dev lh-receiver master lh-b\nlink set dev lh-mid-b master lh-b/);
});

t.test('what the kernel cannot do is refused by name', async (t) => {
  const refused = {
    'lte-drive': /a rate trace \(forward\)/,
    'hk-fra-detour': /steps over time/,
    'sg-in-mobile-policer': /a policer/,
  };
  for (const [name, message] of Object.entries(refused))
    t.throws(() => assertServable(loadProfile(name)), { code: 'LH_NETEM_BACKEND', message });
  t.doesNotThrow(() => assertServable(loadProfile('hk-fra')));
});

t.test('counters are those since time zero', async (t) => {
  const at = (packets: number, drops: number, queueDrops: number) => [
    { kind: 'bfifo', dev: 'lh-mid-a', bytes: packets * 1_000, packets, drops: queueDrops },
    { kind: 'netem', dev: 'lh-receiver', bytes: packets * 1_000, packets: packets - drops, drops },
  ];
  const audit = directionFigures({
    direction: 'forward',
    path: loadProfile('hk-fra').forward,
    before: at(100, 10, 1),
    now: at(1_100, 60, 5),
  });
  t.match(audit, { pushed: 1_004, delivered: 950, drops: { loss: 50, queue: 4 } });
  t.match(audit.loss, { configuredShare: 0.005, realisedShare: 0.05, packets: 1_000 });
});
