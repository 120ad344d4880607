import fc from 'fast-check';
import t from 'tap';
import { MAX_RANGES, OrdinalSet } from '../src/ordinal-set.js';

t.test('ranges are added upwards and members taken out anywhere', async (t) => {
  const set = new OrdinalSet();
  set.addRange(3, 6);
  set.addRange(6, 8);
  set.addRange(9, 9);
  t.equal(set.ranges, 1, 'neighbours join, an empty range is none');
  t.ok(set.hasBetween(2, 4));
  t.notOk(set.hasBetween(0, 3));
  t.notOk(set.hasBetween(7, 20));
  set.delete(5);
  t.equal(set.ranges, 2);
  t.notOk(set.hasBetween(4, 6));
  t.ok(set.hasBetween(4, 7));
  set.delete(5);
  set.delete(3);
  set.delete(4);
  set.delete(7);
  set.delete(6);
  t.equal(set.ranges, 0);
  t.notOk(set.hasBetween(-1, 100));
});

t.test('the bound is reached: the lowest ranges are forgotten', async (t) => {
  const set = new OrdinalSet();
  for (let at = 0; at <= MAX_RANGES; at += 1) set.addRange(at * 2, at * 2 + 1);
  t.equal(set.ranges, MAX_RANGES);
  t.notOk(set.hasBetween(-1, 1));
  t.ok(set.hasBetween(1, 3));
  const split = new OrdinalSet();
  split.addRange(0, 10 * MAX_RANGES);
  for (let at = 1; at <= MAX_RANGES; at += 1) split.delete(at * 3);
  t.equal(split.ranges, MAX_RANGES);
  t.notOk(split.hasBetween(-1, 3));
});

t.test('it agrees with a plain set', async (t) => {
  const steps = fc.array(fc.record({ skip: fc.nat(3), length: fc.nat(4), gone: fc.array(fc.nat(60)) }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const set = new OrdinalSet();
      const plain = new Set<number>();
      let next = 0;
      for (const { skip, length, gone } of all) {
        next += skip;
        set.addRange(next, next + length);
        for (let at = 0; at < length; at += 1) plain.add(next++);
        for (const ordinal of gone) {
          set.delete(ordinal);
          plain.delete(ordinal);
        }
      }
      for (let after = -1; after < next; after += 1) {
        for (let before = after; before <= next + 1; before += 3) {
          const expected = [...plain].some((ordinal) => ordinal > after && ordinal < before);
          if (set.hasBetween(after, before) !== expected) return false;
        }
      }
      return true;
    }),
  );
  t.pass('held for all runs');
});
