import fc from 'fast-check';
import t from 'tap';
import { Merge } from '../src/merge.js';

function aMerge(options: { firstOrdinal?: number; holdMs?: number; maxHeldBytes?: number } = {}) {
  const out: number[] = [];
  const times: number[] = [];
  const merge = new Merge<number>({
    firstOrdinal: 0,
    holdMs: 100,
    maxHeldBytes: 1_000,
    ...options,
    onItem: (item, nowMs) => {
      out.push(item);
      times.push(nowMs);
    },
  });
  const push = (ordinal: number, nowMs = 0, bytes = 10) => merge.push(ordinal, bytes, ordinal, nowMs);
  return { merge, push, out, times };
}

t.test('items in order leave in the call that brings them', async (t) => {
  const { merge, push, out } = aMerge();
  for (const ordinal of [0, 1, 2]) {
    push(ordinal);
    t.equal(out.at(-1), ordinal);
  }
  t.equal(merge.deadlineMs, undefined);
  t.equal(merge.nextOrdinal, 3);
});

t.test('a missing item is waited for and then all leave in order', async (t) => {
  const { merge, push, out } = aMerge();
  push(0);
  push(3, 10);
  push(2, 20);
  t.same(out, [0]);
  t.equal(merge.heldBytes, 20);
  t.equal(merge.deadlineMs, 110, 'from the first later item on');
  push(1, 30);
  t.same(out, [0, 1, 2, 3]);
  t.equal(merge.deadlineMs, undefined);
  t.equal(merge.heldBytes, 0);
  t.same(merge.counters, { held: 2, late: 0, expiredGaps: 0, overflownGaps: 0 });
});

t.test('the bound in time is reached: the gap is given up', async (t) => {
  const { merge, push, out } = aMerge();
  push(2, 10);
  merge.poll(109);
  t.same(out, []);
  merge.poll(110);
  t.same(out, [2]);
  t.equal(merge.counters.expiredGaps, 1);
  t.equal(merge.nextOrdinal, 3);
});

t.test('a second gap is waited for as long as what stands behind it', async (t) => {
  const { merge, push, out } = aMerge();
  push(1, 0);
  push(5, 60);
  push(3, 80);
  merge.poll(100);
  t.same(out, [1]);
  t.equal(merge.deadlineMs, 160);
  merge.poll(160);
  t.same(out, [1, 3, 5], 'one item that has waited long enough takes the earlier ones along');
  t.equal(merge.counters.expiredGaps, 3);
});

t.test('the bound in bytes is reached: gaps are given up until it holds', async (t) => {
  const { merge, push, out } = aMerge({ maxHeldBytes: 100 });
  push(2, 0, 60);
  push(4, 0, 40);
  t.same(out, []);
  push(6, 0, 50);
  t.same(out, [2]);
  t.equal(merge.counters.overflownGaps, 1);
  push(8, 0, 500);
  t.same(out, [2, 4, 6, 8], 'an item above the bound waits for nothing');
  t.equal(merge.heldBytes, 0);
});

t.test('what comes after it was given up leaves at once and counts as late', async (t) => {
  const { merge, push, out } = aMerge();
  push(2, 0);
  merge.poll(100);
  push(0, 150);
  push(1, 150);
  push(3, 150);
  t.same(out, [2, 0, 1, 3]);
  t.equal(merge.counters.late, 2);
});

t.test('without a hold nothing waits, and what is missing is known', async (t) => {
  const { merge, push, out } = aMerge({ holdMs: 0 });
  push(2);
  push(4);
  t.same(out, [2, 4]);
  t.equal(merge.deadlineMs, undefined);
  t.equal(merge.isMissing(2, 4), true);
  push(3);
  push(0);
  t.same(out, [2, 4, 3, 0]);
  t.equal(merge.isMissing(2, 4), false);
  t.equal(merge.isMissing(-1, 2), true);
  t.match(merge.counters, { held: 0, late: 2, expiredGaps: 2 });
});

t.test('items below the start are late', async (t) => {
  const { merge, push, out } = aMerge({ firstOrdinal: 10 });
  push(4);
  push(10);
  t.same(out, [4, 10]);
  t.equal(merge.counters.late, 1);
});

t.test('flush lets all leave in order', async (t) => {
  const { merge, push, out } = aMerge();
  for (const ordinal of [9, 3, 6]) push(ordinal);
  merge.flush(5);
  t.same(out, [3, 6, 9]);
  t.equal(merge.deadlineMs, undefined);
  merge.flush(6);
  t.same(out, [3, 6, 9]);
});

t.test('an ordinal that comes twice leaves twice: tracks tell duplicates apart', async (t) => {
  const { push, out } = aMerge();
  push(1);
  push(1);
  push(0);
  push(0);
  t.same(out, [0, 1, 1, 0]);
});

/** Several tracks with ascending ordinals, an arrival order that keeps each track's, some lost, some time passing. */
const arrivals = fc
  .record({
    tracks: fc.array(fc.nat(3), { minLength: 1, maxLength: 60 }),
    lost: fc.array(fc.nat(59), { maxLength: 12 }),
    picks: fc.array(fc.record({ track: fc.nat(3), waitMs: fc.nat(40) }), { maxLength: 80 }),
  })
  .map(({ tracks, lost, picks }) => {
    const queues = new Map<number, number[]>();
    for (const [ordinal, track] of tracks.entries()) {
      if (lost.includes(ordinal)) continue;
      queues.set(track, [...(queues.get(track) ?? []), ordinal]);
    }
    const order: { ordinal: number; track: number; waitMs: number }[] = [];
    const take = (track: number, waitMs: number) => {
      const ordinal = queues.get(track)?.shift();
      if (ordinal !== undefined) order.push({ ordinal, track, waitMs });
    };
    for (const { track, waitMs } of picks) take(track, waitMs);
    for (const track of [...queues.keys()]) while ((queues.get(track)?.length ?? 0) > 0) take(track, 0);
    return { order, isWhole: lost.every((ordinal) => ordinal >= tracks.length) };
  });

t.test(
  'any interleaving: everything leaves once, each track in order, nobody waits beyond the bound',
  async (t) => {
    fc.assert(
      fc.property(arrivals, fc.boolean(), ({ order, isWhole }, isPatient) => {
        const holdMs = isPatient ? 1e9 : 50;
        const { merge, out, times, push } = aMerge({ holdMs, maxHeldBytes: 1e9 });
        const arrivedMs = new Map<number, number>();
        let nowMs = 0;
        const pass = (ms: number) => {
          for (let step = 0; step < ms; step += 1) {
            nowMs += 1;
            merge.poll(nowMs);
          }
        };
        for (const { ordinal, waitMs } of order) {
          pass(waitMs);
          arrivedMs.set(ordinal, nowMs);
          push(ordinal, nowMs);
        }
        if (isWhole && isPatient)
          t.equal(merge.deadlineMs, undefined, 'nothing waits when nothing is missing');
        pass(60);
        if (isPatient) merge.flush(nowMs);
        if (new Set(out).size !== out.length || out.length !== order.length) return false;
        const isInOrder = out.every((ordinal, index) => index === 0 || ordinal > (out[index - 1] as number));
        if (isPatient && !isInOrder) return false;
        for (const track of [0, 1, 2, 3]) {
          const mine = order.filter((arrival) => arrival.track === track).map(({ ordinal }) => ordinal);
          const left = out.filter((ordinal) => mine.includes(ordinal));
          if (left.some((ordinal, index) => index > 0 && ordinal < (left[index - 1] as number))) return false;
        }
        return (
          isPatient ||
          out.every(
            (ordinal, index) => (times[index] as number) - (arrivedMs.get(ordinal) as number) <= holdMs,
          )
        );
      }),
      { numRuns: 300 },
    );
    t.pass('held for all runs');
  },
);
