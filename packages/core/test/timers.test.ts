import fc from 'fast-check';
import t from 'tap';
import { type Timer, Timers } from '../src/timers.js';

t.test('timers fire in the order of their deadlines, once', async (t) => {
  const timers = new Timers();
  const fired: string[] = [];
  const late = timers.open(() => fired.push('late'));
  const early = timers.open(() => fired.push('early'));
  late.set(20);
  early.set(10);
  t.equal(timers.nextMs, 10);
  timers.poll(9);
  t.same(fired, []);
  timers.poll(20);
  timers.poll(30);
  t.same(fired, ['early', 'late']);
  t.equal(timers.nextMs, undefined);
  t.equal(timers.size, 0);
});

t.test('a timer can be moved and cleared, and knows when it fires', async (t) => {
  const timers = new Timers();
  const timer = timers.open(() => t.fail('a cleared timer fired'));
  t.equal(timer.atMs, undefined);
  timer.set(10);
  timer.set(5);
  t.equal(timer.atMs, 5);
  timer.set(50);
  t.equal(timers.nextMs, 50);
  timer.set(undefined);
  timer.set(undefined);
  timers.poll(100);
  t.equal(timer.atMs, undefined);
});

t.test('a timer that sets itself to the past for ever leaves the caller its turn', async (t) => {
  const timers = new Timers();
  let fired = 0;
  const timer = timers.open((nowMs) => {
    fired += 1;
    if (fired > 5_000) throw new Error('it does not end');
    timer.set(nowMs - 1);
  });
  timer.set(10);
  timers.poll(10);
  t.equal(timers.nextMs, 9, 'it is still to be polled');
});

t.test('a timer cannot be set to what is no time', async (t) => {
  const timers = new Timers();
  const timer = timers.open(() => {});
  t.throws(() => timer.set(Number.NaN), { code: 'ERR_ASSERTION' });
  t.equal(timers.size, 0);
});

t.test('a callback may set timers, also to times already past', async (t) => {
  const timers = new Timers();
  const fired: number[] = [];
  const second = timers.open((nowMs) => fired.push(nowMs));
  const first = timers.open(() => second.set(1));
  first.set(5);
  timers.poll(7);
  t.same(fired, [7]);
});

t.test('a callback may clear another timer that is due', async (t) => {
  const timers = new Timers();
  const other = timers.open(() => t.fail('it was cleared'));
  const first = timers.open(() => other.set(undefined));
  first.set(1);
  other.set(2);
  timers.poll(5);
  t.equal(timers.size, 0);
});

t.test('clearing a timer in one branch of the heap keeps the order of the others', async (t) => {
  const timers = new Timers();
  const fired: number[] = [];
  const all = new Map([4, 3, 5, 6, 7, 1, 2].map((at) => [at, timers.open(() => fired.push(at))]));
  for (const [at, timer] of all) timer.set(at);
  all.get(6)?.set(undefined);
  timers.poll(100);
  t.same(fired, [1, 2, 3, 4, 5, 7]);
});

t.test('whoever polls hears of an earlier deadline only', async (t) => {
  const timers = new Timers();
  const heard: number[] = [];
  timers.onEarlier = (atMs) => heard.push(atMs);
  const a = timers.open(() => {});
  const b = timers.open(() => {});
  a.set(10);
  b.set(20);
  b.set(5);
  a.set(30);
  t.same(heard, [10, 5]);
});

t.test('any sequence of set, clear and poll fires what a sorted list would', async (t) => {
  const operation = fc.record({
    timer: fc.nat(39),
    at: fc.option(fc.nat(500)),
    poll: fc.nat(9).map((chance) => chance === 0),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 300, size: 'max' }), (operations) => {
      const timers = new Timers();
      const fired: number[] = [];
      const model = new Map<number, number>();
      const all: Timer[] = Array.from({ length: 40 }, (_, index) => timers.open(() => fired.push(index)));
      let nowMs = 0;
      for (const { timer, at, poll } of operations) {
        if (poll) {
          nowMs += 5;
          fired.length = 0;
          timers.poll(nowMs);
          const due = [...model].filter(([, dueMs]) => dueMs <= nowMs);
          const dues = fired.map((index) => model.get(index) ?? -1);
          t.same([...fired].sort(), due.map(([index]) => index).sort());
          t.same(
            dues,
            [...dues].sort((a, b) => a - b),
            'in order of deadlines',
          );
          for (const [index] of due) model.delete(index);
        } else if (at === null) {
          all[timer]?.set(undefined);
          model.delete(timer);
        } else {
          all[timer]?.set(nowMs + at);
          model.set(timer, nowMs + at);
        }
        t.equal(timers.size, model.size);
        t.equal(timers.nextMs, model.size === 0 ? undefined : Math.min(...model.values()));
      }
    }),
    { numRuns: 25 },
  );
});
