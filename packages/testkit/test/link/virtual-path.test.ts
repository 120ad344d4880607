import t from 'tap';
import { virtualPath } from '../../src/index.js';

const PACKET = { sizeBytes: 1_250, reliable: true };

t.test('a path without options is instant', async (t) => {
  const path = virtualPath();
  t.equal(path.readyMs(5), 5);
  t.same(path.carry(PACKET, 5), { arrivesMs: 5, lostPackets: 0 });
  t.equal(path.mtuBytes, 1452);
});

t.test('a packet takes its time at the rate, then the latency; the next waits for it', async (t) => {
  const path = virtualPath({ latencyMs: 90, rateBps: 1_000_000, mtuBytes: 1_300 });
  t.equal(path.mtuBytes, 1_300);
  t.equal(path.carry(PACKET, 100).arrivesMs, 200, '10 ms to leave, 90 ms to cross');
  t.equal(path.readyMs(105), 110);
  t.equal(path.readyMs(150), 150, 'an idle path saves nothing up');
});

t.test('jitter delays each packet otherwise, within its bound', async (t) => {
  const path = virtualPath({ latencyMs: 10, jitterMs: 5, seed: 4 });
  const delays = Array.from({ length: 200 }, () => path.carry(PACKET, 0).arrivesMs as number);
  t.ok(Math.min(...delays) < 10.5 && Math.min(...delays) >= 10);
  t.ok(Math.max(...delays) > 14.5 && Math.max(...delays) < 15);
});

t.test('losses come at the asked share, in runs of the asked mean', async (t) => {
  for (const meanBurst of [1, 3]) {
    const path = virtualPath({ loss: 0.05, meanBurst, seed: 11 });
    const lost = Array.from({ length: 200_000 }, () =>
      path.carry({ sizeBytes: 100, reliable: false }, 0).arrivesMs === undefined ? '1' : '0',
    ).join('');
    const runs = lost.match(/1+/g) ?? [];
    const share = runs.join('').length / lost.length;
    t.ok(Math.abs(share - 0.05) < 0.005, `share ${share}`);
    const mean = (share * lost.length) / runs.length;
    const wanted = meanBurst === 1 ? 1 / 0.95 : 3;
    t.ok(Math.abs(mean - wanted) < 0.25, `mean run ${mean}, wanted ${wanted}`);
  }
});

t.test('a lost datagram is gone, anything else comes later by the recovery', async (t) => {
  const path = virtualPath({ latencyMs: 80, loss: 0.5, recoveryMs: 200, seed: 2 });
  for (let index = 0; index < 100; index++) {
    const { arrivesMs, lostPackets } = path.carry(PACKET, 1_000);
    t.equal(arrivesMs, 1_080 + 200 * lostPackets);
  }
  const gone = Array.from({ length: 100 }, () => path.carry({ ...PACKET, reliable: false }, 0));
  t.ok(gone.some(({ arrivesMs }) => arrivesMs === undefined));
  for (const { arrivesMs, lostPackets } of gone) t.equal(lostPackets, arrivesMs === undefined ? 1 : 0);
});

t.test('without a word on recovery it takes 9/8 of the round trip, and its share of the rate', async (t) => {
  const path = virtualPath({ latencyMs: 80, loss: 0.5, rateBps: 1_000_000, seed: 2 });
  let freeMs = 0;
  for (let index = 0; index < 50; index++) {
    const { arrivesMs, lostPackets } = path.carry(PACKET, freeMs);
    t.equal(arrivesMs, freeMs + 10 + lostPackets * (180 + 10) + 80);
    freeMs += 10 * (1 + lostPackets);
    t.equal(path.readyMs(0), freeMs);
  }
});

t.test('impossible losses are refused', async (t) => {
  t.throws(() => virtualPath({ loss: 1 }), { name: 'RangeError', message: /loss 1/ });
  for (const rateBps of [0, -1, Number.NaN]) t.throws(() => virtualPath({ rateBps }), { name: 'RangeError' });
  t.throws(() => virtualPath({ loss: -0.1 }), RangeError);
  t.throws(() => virtualPath({ meanBurst: 0.5 }), { name: 'RangeError', message: /mean burst 0.5/ });
});
