import t from 'tap';
import { Meter } from '../../src/memory/meter.js';

function aMeter(rateBps: number) {
  const queue = { bytes: 0 };
  return { queue, meter: new Meter({ rateBps, queuedBytes: () => queue.bytes }) };
}

t.test('everything is wanted until it is set, and when it is set to 0', async (t) => {
  const { meter, queue } = aMeter(8_000_000);
  queue.bytes = 1_000_000;
  t.equal(meter.wantedBytes, Number.POSITIVE_INFINITY);
  t.equal(meter.isDue, false);
  meter.set(20);
  t.equal(meter.wantedBytes, -980_000);
  meter.set(0);
  t.equal(meter.wantedBytes, Number.POSITIVE_INFINITY);
});

t.test('as much may wait as leaves in the time set, four packets at the least', async (t) => {
  const { meter } = aMeter(8_000_000);
  meter.set(20);
  t.equal(meter.wantedBytes, 20_000);
  const slow = aMeter(100_000).meter;
  slow.set(20);
  t.equal(slow.wantedBytes, 5_808);
});

t.test('it is due once when half has left since nothing was wanted', async (t) => {
  const { meter, queue } = aMeter(8_000_000);
  meter.set(20);
  queue.bytes = 10_000;
  t.equal(meter.takeDue(), false, 'it has wanted something all the time');
  queue.bytes = 20_000;
  t.equal(meter.isDue, false);
  queue.bytes = 10_001;
  t.equal(meter.isDue, false);
  queue.bytes = 10_000;
  t.equal(meter.takeDue(), true);
  t.equal(meter.takeDue(), false);
});
