import t from 'tap';
import { FrameTrace } from '../../src/trace/frame-trace.js';
import { Minute } from '../../src/trace/minute.js';

const come = (ordinal: number, nowMs = ordinal) => ({
  track: 'audio0',
  frame: { kind: 'audio', ordinal, timestamp: 0, payload: new Uint8Array(1) } as const,
  arrival: undefined,
  nowMs,
});

t.test('what happens to a frame is written down once', async (t) => {
  const trace = new FrameTrace();
  trace.came(come(1));
  trace.came(come(1, 9));
  trace.ordered(1, 2);
  trace.ordered(1, 9);
  trace.written(1, 3);
  trace.written(1, 9);
  const sending = trace.sending(1, 'center');
  t.equal(trace.sending(1, 'center'), sending);
  trace.sending(1, 'other');
  t.match(trace.frames, [{ cameMs: 1, orderedMs: 2, writtenMs: 3 }]);
  t.strictSame(
    trace.frames[0]?.sendings.map(({ peer }) => peer),
    ['center', 'other'],
  );
  for (const what of ['ordered', 'written'] as const) trace[what](2, 3);
  t.equal(trace.sending(2, 'center'), undefined, 'a frame from before the trace');
});

t.test('what came over a link says when its first byte did', async (t) => {
  const trace = new FrameTrace();
  trace.came({ ...come(1, 9), arrival: { firstMs: 5, passedMs: 7, link: new Minute() } });
  t.match(trace.frames, [{ firstMs: 5, passedMs: 7, cameMs: 9 }]);
});

t.test('the oldest frames make room, by number and by what they hold', async (t) => {
  const few = new FrameTrace({ maxFrames: 3 });
  for (let ordinal = 0; ordinal < 10; ordinal += 1) few.came(come(ordinal));
  t.strictSame(
    few.frames.map(({ ordinal }) => ordinal),
    [7, 8, 9],
  );
  t.equal(few.leftOut, 7);
  const small = new FrameTrace({ maxBytes: 1_000 });
  for (let ordinal = 0; ordinal < 3; ordinal += 1) small.came(come(ordinal));
  t.equal(small.leftOut, 0);
  small.sending(2, 'a');
  small.sending(2, 'b');
  t.strictSame([small.leftOut, small.frames.length], [1, 2]);
});

t.test('a bound smaller than a frame keeps none', async (t) => {
  const none = new FrameTrace({ maxBytes: 1 });
  none.came(come(1));
  none.came(come(2));
  t.strictSame(none.frames, []);
  t.equal(none.leftOut, 2);
});
