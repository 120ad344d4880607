import t from 'tap';
import { ArrivalLine } from '../../src/trace/arrival-line.js';

t.test('a frame has the times at which its first and last byte were reached', async (t) => {
  const line = new ArrivalLine();
  line.reached(100, 1);
  line.reached(200, 2);
  line.reached(250, 5);
  t.strictSame(line.of(0, 100), { firstMs: 1, passedMs: 1 });
  t.strictSame(line.of(100, 240), { firstMs: 2, passedMs: 5 });
  t.equal(line.of(250, 300), undefined, 'nothing came of it');
  t.equal(line.of(240, 300), undefined, 'its end did not come');
});

t.test('what is lost counts as reached when something behind it came', async (t) => {
  const line = new ArrivalLine();
  line.reached(100, 1);
  // 100 to 200 is lost.
  line.reached(300, 3);
  line.reached(200, 90);
  t.strictSame(line.of(100, 200), { firstMs: 3, passedMs: 3 });
  t.strictSame(line.of(200, 300), { firstMs: 3, passedMs: 3 });
});

t.test('what comes at the same time is one place', async (t) => {
  const line = new ArrivalLine();
  line.reached(10, 7);
  line.reached(20, 7);
  line.reached(30, 8);
  t.strictSame(line.of(0, 30), { firstMs: 7, passedMs: 8 });
});

t.test('places are bounded: the oldest of a frame without end are forgotten', async (t) => {
  const line = new ArrivalLine();
  for (let at = 1; at <= 5_000; at += 1) line.reached(at * 10, at);
  t.strictSame(line.of(0, 50_000), { firstMs: 5_000 - 1_023, passedMs: 5_000 });
});
