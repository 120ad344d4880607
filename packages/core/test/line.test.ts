import fc from 'fast-check';
import t from 'tap';
import { Line } from '../src/line.js';

t.test('whoever stays keeps its index', async (t) => {
  const step = fc.oneof(
    fc.record({ push: fc.integer({ min: 1, max: 100 }) }),
    fc.record({ release: fc.integer({ min: 0, max: 120 }) }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const line = new Line<number>();
      let [start, end] = [0, 0];
      for (const now of steps) {
        if ('push' in now) for (let count = 0; count < now.push; count += 1) line.push(end++);
        else {
          start = Math.min(start + now.release, end);
          line.release(start);
        }
        const seen = Array.from({ length: end + 2 }, (_, index) => line.at(index));
        const wanted = seen.map((_, index) => (index >= start && index < end ? index : undefined));
        if (line.start !== start || line.end !== end || `${seen}` !== `${wanted}`) return false;
      }
      return true;
    }),
    { seed: 20261122, numRuns: 300 },
  );
  t.pass('for 300 random lists');
});

t.test('a release touches what it releases and seldom the rest', async (t) => {
  const line = new Line<number>();
  for (let index = 0; index < 100_000; index += 1) line.push(index);
  const copied: number[] = [];
  const slice = Array.prototype.slice;
  t.teardown(() => {
    Array.prototype.slice = slice;
  });
  Array.prototype.slice = function (this: unknown[], ...args) {
    const result = slice.apply(this, args);
    copied.push(result.length);
    return result;
  };
  for (let index = 1; index <= 100_000; index += 1) line.release(index);
  Array.prototype.slice = slice;
  t.ok(copied.length > 0 && copied.length < 20, `${copied.length} copies`);
  t.ok(copied.reduce((sum, count) => sum + count, 0) <= 100_000);
});
