import t from 'tap';
import { VirtualClock } from '../src/index.js';

t.test(
  'things run at their time, in order, those of the same time in the order they were asked for',
  async (t) => {
    const clock = new VirtualClock({ startMs: 100 });
    const ran: string[] = [];
    clock.at(130, (nowMs) => ran.push(`c ${nowMs}`));
    clock.at(110, (nowMs) => ran.push(`a ${nowMs}`));
    clock.at(130, (nowMs) => ran.push(`d ${nowMs}`));
    clock.at(120, () => clock.at(125, (nowMs) => ran.push(`b ${nowMs} ${clock.nowMs}`)));
    t.equal(clock.nextMs, 110);
    clock.advance(29);
    t.same(ran, ['a 110', 'b 125 125']);
    t.equal(clock.nowMs, 129);
    clock.advanceTo(130);
    t.same(ran.slice(2), ['c 130', 'd 130']);
    t.equal(clock.nextMs, undefined);
    clock.advanceTo(5);
    t.equal(clock.nowMs, 130, 'time does not go back');
  },
);

t.test('what is asked for in the past runs at the next advance, now', async (t) => {
  const clock = new VirtualClock({ startMs: 50 });
  const ran: number[] = [];
  clock.at(3, (nowMs) => ran.push(nowMs));
  t.same(ran, []);
  clock.advance(0);
  t.same(ran, [50]);
});

t.test('what is cancelled does not run', async (t) => {
  const clock = new VirtualClock();
  const ran: number[] = [];
  const cancel = clock.at(5, (nowMs) => ran.push(nowMs));
  const stop = clock.every(10, (nowMs) => ran.push(nowMs));
  cancel();
  cancel();
  clock.advance(35);
  stop();
  clock.advance(100);
  t.same(ran, [10, 20, 30]);
});

t.test('advanceUntil stops right when the condition holds', async (t) => {
  const clock = new VirtualClock();
  let count = 0;
  const stop = clock.every(10, () => count++);
  t.equal(
    clock.advanceUntil(() => count === 3, { limitMs: 100 }),
    30,
  );
  t.equal(
    clock.advanceUntil(() => count === 3, { limitMs: 100 }),
    0,
  );
  t.throws(() => clock.advanceUntil(() => count === 90, { limitMs: 100 }), /not within 100 ms/);
  stop();
  t.throws(() => clock.advanceUntil(() => count === 90, { limitMs: 100 }), /nothing is due any more/);
});

t.test('things that call each other for ever at one instant are stopped', async (t) => {
  const clock = new VirtualClock();
  const again = (nowMs: number) => void clock.at(nowMs, again);
  clock.at(0, again);
  t.throws(() => clock.advance(1), /more than 1000000 things at 0 ms/);
});

t.test('what is no time is refused', async (t) => {
  const clock = new VirtualClock();
  t.throws(() => clock.at(Number.NaN, () => {}), RangeError);
  t.equal(clock.nextMs, undefined);
});
