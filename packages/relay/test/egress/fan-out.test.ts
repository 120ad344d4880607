import t from 'tap';
import { FanOut, type Output } from '../../src/egress/fan-out.js';

/** A fan-out on a clock that the test moves; `costMs` passes in each pump. */
function setUp(options: { costMs?: number; tickMaxMs?: number } = {}) {
  let nowMs = 1_000;
  const waits: number[] = [];
  const pumped: string[] = [];
  const fanOut = new FanOut({
    nowMs: () => nowMs,
    busyMs: () => nowMs,
    tickMaxMs: () => options.tickMaxMs ?? 150,
    onTick: (waitedMs) => waits.push(waitedMs),
  });
  const output = (name: string): Output => ({
    pump: () => {
      pumped.push(name);
      nowMs += options.costMs ?? 0;
      return false;
    },
  });
  return { fanOut, output, pumped, waits, pass: (ms: number) => (nowMs += ms) };
}

const turn = () => new Promise(setImmediate);

t.test('at light load outputs are written to once, after the callback that woke them', async (t) => {
  const { fanOut, output, pumped } = setUp();
  const [a, b] = [output('a'), output('b')];
  fanOut.wake(a);
  fanOut.wake(b);
  fanOut.wake(a);
  t.strictSame(pumped, []);
  await turn();
  t.strictSame(pumped, ['a', 'b']);
  t.equal(fanOut.tickMs, 0);
});

t.test('the interval follows what a tick costs and is capped', async (t) => {
  const { fanOut, output } = setUp({ costMs: 20 });
  fanOut.wake(output('a'));
  await turn();
  await turn();
  t.equal(fanOut.tickMs, 20);
  const heavy = setUp({ costMs: 400 });
  heavy.fanOut.wake(heavy.output('a'));
  await turn();
  await turn();
  t.equal(heavy.fanOut.tickMs, 150);
});

t.test('under load what wakes within the interval waits for its end', async (t) => {
  const { fanOut, output, pumped, pass, waits } = setUp({ costMs: 5 });
  const a = output('a');
  fanOut.wake(a);
  await turn();
  fanOut.wake(a);
  await turn();
  t.strictSame(pumped, ['a']);
  pass(10);
  await new Promise((resolve) => setTimeout(resolve, 15));
  t.strictSame(pumped, ['a', 'a']);
  t.strictSame(waits, [0, 10]);
});

t.test('a long tick is cut into slices; what wakes meanwhile has its turn in the next', async (t) => {
  const { fanOut, output, pumped, waits } = setUp({ costMs: 4, tickMaxMs: 0 });
  const outputs = ['a', 'b', 'c', 'd', 'e'].map(output);
  for (const one of outputs) fanOut.wake(one);
  await Promise.resolve();
  await new Promise<void>((resolve) => process.nextTick(resolve));
  t.strictSame(pumped, ['a', 'b', 'c'], 'up to 10 ms');
  fanOut.wake(outputs[0] as Output);
  await turn();
  await turn();
  t.strictSame(pumped, ['a', 'b', 'c', 'd', 'e', 'a']);
  t.strictSame(waits, [0, 8]);
});

t.test('a new output is written to at once whatever the load', async (t) => {
  const { fanOut, output, pumped } = setUp({ costMs: 100 });
  fanOut.wake(output('old'));
  await turn();
  fanOut.pumpNow(output('new'));
  t.strictSame(pumped, ['old', 'new']);
});

t.test('an output that used up its share goes on in a later turn', async (t) => {
  const { fanOut } = setUp();
  let left = 3;
  fanOut.pumpNow({
    pump: () => {
      left -= 1;
      return left > 0;
    },
  });
  t.equal(left, 2);
  for (let i = 0; i < 5; i += 1) await turn();
  t.equal(left, 0);
});

t.test('nothing is written after close', async (t) => {
  const { fanOut, output, pumped } = setUp();
  fanOut.wake(output('a'));
  fanOut.close();
  fanOut.wake(output('b'));
  await turn();
  t.strictSame(pumped, []);
});
