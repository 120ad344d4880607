import t from 'tap';
import type { LinkFigures } from '#page/figures.js';
import { broadcastRate, historySeconds, LinkHistory } from '#page/history.js';

const link = (counters: Partial<LinkFigures>): LinkFigures => ({
  peer: 'edge-1',
  side: 'dialer',
  state: 'open',
  ...counters,
});

t.test('counters become rates over the relay clock, not over the time of arrival', async (t) => {
  const history = new LinkHistory();
  history.add({
    nowMs: 1_000,
    atSeconds: 50,
    link: link({ bytesReceived: 0, bytesSent: 100, packetsSent: 0, packetsLost: 0 }),
  });
  history.add({
    nowMs: 3_000,
    atSeconds: 50.1,
    link: link({ bytesReceived: 500_000, bytesSent: 350, packetsSent: 200, packetsLost: 5 }),
  });
  const [first, second] = history.samples;
  t.match(
    first,
    { inBps: null, outBps: null, lossPercent: null },
    'the first reading has nothing to compare with',
  );
  t.match(second, { inBps: 2_000_000, outBps: 1_000, lossPercent: 2.5 });
});

t.test('a link made anew leaves a gap and not a negative rate', async (t) => {
  const history = new LinkHistory();
  history.add({
    nowMs: 1_000,
    atSeconds: 1,
    link: link({ bytesReceived: 9_000, packetsSent: 10, packetsLost: 3 }),
  });
  history.add({
    nowMs: 2_000,
    atSeconds: 2,
    link: link({ bytesReceived: 10, packetsSent: 1, packetsLost: 0 }),
  });
  t.match(history.samples[1], { inBps: null, lossPercent: null });
});

t.test('unknown gauges are gaps, an idle link has no loss', async (t) => {
  const history = new LinkHistory();
  history.add({ nowMs: 1_000, atSeconds: 1, link: link({ packetsSent: 10, packetsLost: 3 }) });
  history.add({ nowMs: 2_000, atSeconds: 2, link: link({ packetsSent: 10, packetsLost: 3, rttMs: 12 }) });
  t.match(history.samples[0], { rttMs: null, cwndBytes: null, streams: null });
  t.match(history.samples[1], { rttMs: 12, lossPercent: 0 });
});

t.test('the same reading twice is one sample', async (t) => {
  const history = new LinkHistory();
  history.add({ nowMs: 1_000, atSeconds: 1, link: link({}) });
  history.add({ nowMs: 1_000, atSeconds: 2, link: link({}) });
  t.equal(history.samples.length, 1);
});

t.test('samples older than the plots reach are let go', async (t) => {
  const history = new LinkHistory();
  for (let second = 0; second <= historySeconds + 10; second++) {
    history.add({ nowMs: second * 1_000, atSeconds: second, link: link({}) });
  }
  t.equal(history.samples[0]?.atSeconds, 10);
  t.equal(history.samples.length, historySeconds + 1);
});

t.test('the rate of a broadcast is of one epoch', async (t) => {
  const before = { nowMs: 0, bytes: 1_000, epoch: 7 };
  t.equal(broadcastRate(before, { nowMs: 500, bytes: 2_000, epoch: 7 }), 16_000);
  t.equal(broadcastRate(before, { nowMs: 500, bytes: 2_000, epoch: 8 }), null);
  t.equal(broadcastRate(before, { nowMs: 0, bytes: 2_000, epoch: 7 }), null, 'no time passed');
  t.equal(broadcastRate(undefined, { nowMs: 500, bytes: 2_000, epoch: 7 }), null);
});
