import t from 'tap';
import type { Frame, FrameKind } from '../../src/frame.js';
import { FrameTrace } from '../../src/trace/frame-trace.js';
import { InboundDelays } from '../../src/trace/inbound.js';
import { Minute } from '../../src/trace/minute.js';

const frame = (ordinal: number, kind: FrameKind = 'delta'): Frame => ({
  kind,
  ordinal,
  timestamp: ordinal * 40,
  payload: new Uint8Array(10),
});

/** A frame every 40 ms that takes `lateMs`; ordinals and media time from 0. */
function came(delays: InboundDelays, ordinal: number, lateMs = 0, kind: FrameKind = 'delta'): number {
  const nowMs = 1_000_000 + ordinal * 40 + lateMs;
  delays.came({ track: 'video0', frame: frame(ordinal, kind), positionMs: ordinal * 40, nowMs });
  return nowMs;
}

t.test('a frame is late against the best one of its track', async (t) => {
  const delays = new InboundDelays();
  came(delays, 0, 5);
  came(delays, 1, 0);
  came(delays, 2, 70);
  came(delays, 3, 0);
  const seen = delays.view(1_000_000 + 10_000);
  t.equal(seen?.frames, 4);
  t.equal(seen?.worstMs, 70);
  t.match(seen?.p99.parts, { recovery: 0, transfer: 0, merge: 0, egress: 0 });
});

t.test('waiting for lost packets, and the bytes of the frame itself, are told apart', async (t) => {
  const delays = new InboundDelays();
  const link = new Minute();
  came(delays, 0);
  // Its first byte 20 ms late, its last one 30 ms later, and then 180 ms for what was lost.
  const nowMs = 1_000_000 + 40 + 230;
  delays.arriving(1, { firstMs: nowMs - 210, passedMs: nowMs - 180, link });
  came(delays, 1, 230, 'key');
  const seen = delays.view(nowMs + 10_000);
  t.match(seen?.keys, { frames: 1, worstMs: 230, parts: { before: 20, transfer: 30, recovery: 180 } });
  t.match(seen?.recovered, { frames: 1 });
  t.match(link.view(nowMs + 10_000)?.keys, { frames: 1, parts: { before: 20, transfer: 30, recovery: 180 } });
});

t.test('parts are never more than the delay: the best frame had some of them too', async (t) => {
  const delays = new InboundDelays();
  const link = new Minute();
  came(delays, 0);
  delays.arriving(1, { firstMs: 1_000_000 + 40 - 100, passedMs: 1_000_000 + 40 - 50, link });
  came(delays, 1, 0, 'key');
  t.match(delays.view(1_010_000)?.keys, { worstMs: 0, parts: { before: 0, transfer: 0, recovery: 0 } });
});

t.test('merge and egress follow when the frame was let out and written', async (t) => {
  const delays = new InboundDelays();
  const link = new Minute();
  delays.arriving(0, { firstMs: 0, passedMs: 0, link });
  const nowMs = came(delays, 0, 0, 'key');
  delays.ordered(0, nowMs + 12);
  delays.written(0, nowMs + 15);
  delays.written(0, nowMs + 99);
  delays.ordered(0, nowMs + 99);
  t.match(delays.view(nowMs + 1_000)?.keys, { frames: 1, worstMs: 15, parts: { merge: 12, egress: 3 } });
  t.equal(link.view(nowMs + 1_000)?.keys.worstMs, 0, 'what waits here is not of the link');
});

t.test('what the jitter buffer holds is told from what its egress takes', async (t) => {
  const delays = new InboundDelays();
  delays.evened(0, 0);
  const nowMs = came(delays, 0, 0, 'key');
  delays.evened(0, nowMs + 5);
  delays.ordered(0, nowMs + 10);
  delays.evened(0, nowMs + 110);
  delays.written(0, nowMs + 111);
  t.match(delays.view(nowMs + 1_000)?.keys, { worstMs: 111, parts: { merge: 10, jitter: 100, egress: 1 } });
});

t.test('frames that a first viewer begins with were not waiting for it', async (t) => {
  const delays = new InboundDelays();
  const nowMs = came(delays, 0);
  delays.written(0, nowMs + 2_000);
  t.equal(delays.view(nowMs + 2_500), undefined, 'not yet');
  t.match(delays.view(nowMs + 4_000), { frames: 1, worstMs: 0 });
});

t.test('a frame counts without a viewer when its place is wanted', async (t) => {
  const delays = new InboundDelays();
  for (let ordinal = 0; ordinal < 600; ordinal += 1) came(delays, ordinal);
  t.equal(delays.cameMs(0), undefined, 'forgotten');
  t.equal(delays.cameMs(599), 1_000_000 + 599 * 40);
  delays.ordered(0, 0);
  delays.written(0, 0);
  t.equal(delays.view(1_000_000 + 599 * 40)?.frames, 600 - 76, 'all but those of the last three seconds');
  t.equal(new InboundDelays().cameMs(0), undefined);
});

t.test('the best frame is one of the last minute: a path that changed is not late for ever', async (t) => {
  const delays = new InboundDelays();
  for (let ordinal = 0; ordinal < 500; ordinal += 1) came(delays, ordinal);
  for (let ordinal = 500; ordinal < 4_000; ordinal += 1) came(delays, ordinal, 100);
  const seen = delays.view(1_000_000 + 4_000 * 40);
  t.ok((seen?.worstMs ?? 100) < 1, `${seen?.worstMs}`);
});

t.test('what a broadcast without anybody is asked for is nothing', async (t) => {
  const delays = new InboundDelays();
  t.equal(delays.view(0), undefined);
  delays.ordered(3, 0);
  delays.written(3, 0);
  t.equal(delays.view(0), undefined);
});

t.test('a frame that was dropped on the way is not late: it does not come', async (t) => {
  const delays = new InboundDelays();
  const dropped: Frame = { ...frame(3), payload: new Uint8Array(0), dropped: true };
  delays.came({ track: 'video0', frame: dropped, positionMs: 0, nowMs: 1_000_000 });
  t.equal(delays.cameMs(3), undefined);
});

t.test('a trace has the times of each frame while it is wanted', async (t) => {
  const delays = new InboundDelays();
  const trace = new FrameTrace();
  delays.trace = trace;
  const nowMs = came(delays, 7);
  delays.ordered(7, nowMs + 1);
  delays.written(7, nowMs + 2);
  delays.trace = undefined;
  came(delays, 8);
  t.match(trace.frames, [
    {
      ordinal: 7,
      track: 'video0',
      kind: 'delta',
      bytes: 10,
      timestamp: 280,
      cameMs: nowMs,
      orderedMs: nowMs + 1,
      writtenMs: nowMs + 2,
    },
  ]);
  t.equal(trace.frames.length, 1);
});
