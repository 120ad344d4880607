import t from 'tap';
import { type LinkCounters, type LinkGauges, LinkMinute } from '../../src/trace/link-minute.js';

const counters = (at: number, more: Partial<LinkCounters> = {}): LinkCounters => ({
  packetsSent: at * 100,
  packetsLost: at * 2,
  bytesSent: at * 1_000,
  bytesReceived: 0,
  framesSent: 0,
  framesReceived: 0,
  dropped: {},
  ...more,
});

const gauges = (more: Partial<LinkGauges> = {}): LinkGauges => ({
  rttMs: 100,
  minRttMs: 90,
  cwndBytes: 0,
  pacingRateBps: 0,
  deliveryRateBps: undefined,
  appLimited: undefined,
  algorithm: 'copa',
  ...more,
});

t.test('counters are those of the last minute, gauges their mean and least', async (t) => {
  const minute = new LinkMinute();
  t.equal(minute.view(0), undefined);
  minute.opened(0);
  for (let second = 0; second <= 200; second += 1) {
    const dropped = { 'delta (expired)': second < 190 ? 3 : 8, 'key (evicted)': 1 };
    minute.look(
      counters(second, { dropped }),
      gauges({ rttMs: second, minRttMs: 300 - second }),
      second * 1_000,
    );
  }
  const seen = minute.view(200_000);
  t.match(seen, {
    spanMs: 60_000,
    counted: { packetsSent: 6_000, packetsLost: 120, bytesSent: 60_000, dropped: { 'delta (expired)': 5 } },
    meanRttMs: 170,
    leastRttMs: 100,
    algorithmSwitches: 0,
    openings: 0,
  });
  t.strictSame(
    Object.keys(seen?.counted.dropped ?? {}),
    ['delta (expired)'],
    'reasons without any are left out',
  );
});

t.test('a link that is opened anew counts from there, and the openings are told', async (t) => {
  const minute = new LinkMinute();
  minute.opened(0);
  minute.look(counters(5), gauges(), 5_000);
  minute.opened(6_000);
  minute.look(counters(0), gauges(), 6_000);
  minute.look(counters(1), gauges({ algorithm: 'reno' }), 7_000);
  minute.look(counters(2), gauges({ algorithm: 'cubic' }), 8_000);
  t.match(minute.view(8_000), {
    spanMs: 2_000,
    counted: { packetsSent: 200 },
    algorithmSwitches: 2,
    openings: 2,
  });
  t.match(minute.view(67_500), { algorithmSwitches: 1, openings: 0 });
  t.equal(minute.quietSince(60_000), false);
  t.equal(minute.quietSince(68_000), true);
});

t.test('changes are counted up to a bound', async (t) => {
  const minute = new LinkMinute();
  for (let at = 0; at < 500; at += 1) {
    minute.look(counters(at), gauges({ algorithm: at % 2 === 0 ? 'copa' : 'reno' }), at);
  }
  for (let at = 0; at < 500; at += 1) minute.opened(at);
  minute.look(counters(0), gauges({ rttMs: 0, minRttMs: 0 }), 500);
  t.match(minute.view(500), { algorithmSwitches: 60, openings: 60, meanRttMs: 0, leastRttMs: 0 });
});
