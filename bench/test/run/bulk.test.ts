import t from 'tap';
import { goodputBps, WAYS } from '../../src/bulk/ways.js';

t.test('goodput is what came between two samples of the window', async (t) => {
  const received = { timeUs: [0, 1_000_000, 2_000_000, 3_000_000], bytes: [0, 0, 125_000, 500_000] };
  t.equal(goodputBps(received, 0, 2_000_000), 500_000);
  t.equal(goodputBps(received, 1_500_000, 3_500_000), 3_000_000, 'samples outside do not count');
  t.equal(goodputBps(received, 1_500_000, 2_500_000), undefined, 'one sample is no rate');
  t.equal(goodputBps({ timeUs: [], bytes: [] }, 0, 1), undefined);
});

t.test('every way to carry a flow has a name of its own', async (t) => {
  t.equal(new Set(WAYS.map(({ name }) => name)).size, WAYS.length);
});
