import t from 'tap';
import { percentiles } from '../../src/probe/percentiles.js';

t.test('nearest rank of a known set', async (t) => {
  const samples = Array.from({ length: 100 }, (_, at) => 100 - at);
  t.strictSame(percentiles(samples), { count: 100, min: 1, p50: 50, p95: 95, p99: 99, max: 100 });
  t.equal(samples[0], 100, 'the argument stays as it was');
});

t.test('one sample is every percentile, none is nothing', async (t) => {
  t.strictSame(percentiles([7]), { count: 1, min: 7, p50: 7, p95: 7, p99: 7, max: 7 });
  t.equal(percentiles([]), undefined);
});
