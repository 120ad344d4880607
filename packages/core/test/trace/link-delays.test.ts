import t from 'tap';
import type { Frame, FrameKind } from '../../src/frame.js';
import { FrameTrace } from '../../src/trace/frame-trace.js';
import { InboundDelays } from '../../src/trace/inbound.js';
import { LinkDelays, type PacketNews } from '../../src/trace/link-delays.js';

/** A link that serves one broadcast; frames come every 40 ms and are 1,000 bytes of one stream each. */
function serving(options: { follows?: boolean; sinceMs?: number } = {}) {
  const delays = new LinkDelays('center');
  if (options.follows) delays.follows = () => true;
  const inbound = new InboundDelays();
  const sending = delays.serve('default/live/a', inbound, options.sinceMs ?? 0);
  let packets = 0;
  return {
    delays,
    inbound,
    sending,
    hand: (ordinal: number, queueMs: number, kind: FrameKind = 'delta') => {
      const frame: Frame = { kind, ordinal, timestamp: 0, payload: new Uint8Array(980) };
      const cameMs = 1_000 + ordinal * 40;
      inbound.came({ track: 'video0', frame, positionMs: ordinal * 40, nowMs: cameMs });
      const place = { streamId: 4, start: ordinal * 1_000, end: (ordinal + 1) * 1_000 };
      delays.handed({ sending, frame, ...place, nowMs: cameMs + queueMs });
      return cameMs + queueMs;
    },
    news: (
      ...rows: readonly (readonly [
        PacketNews['fate'],
        packet: number,
        start: number,
        end: number,
        atMs: number,
      ])[]
    ) =>
      delays.news(
        rows.map(([fate, packet, start, end, atMs]) => ({ fate, packet, start, end, atMs, streamId: 4 })),
      ),
    next: () => packets++,
  };
}

t.test('a transport that tells nothing of packets: the wait in our queue is known', async (t) => {
  const { delays, hand, sending } = serving();
  hand(0, 3);
  hand(1, 45, 'key');
  for (const minute of [delays.sent, sending.minute]) {
    t.match(minute.view(2_000), {
      frames: 2,
      worstMs: 45,
      keys: { frames: 1, parts: { queue: 45, pacing: 0 } },
    });
  }
});

t.test('a frame counts when the peer has all of it: pacing until its last byte had left once', async (t) => {
  const { delays, hand, news } = serving({ follows: true });
  const handedMs = hand(0, 5, 'key');
  news(['sent', 0, 0, 600, handedMs + 2], ['sent', 1, 600, 1_000, handedMs + 20]);
  t.equal(delays.sent.view(2_000), undefined);
  news(['acked', 0, 0, 600, handedMs + 180], ['acked', 1, 600, 1_000, handedMs + 200]);
  t.match(delays.sent.view(2_000)?.keys, { frames: 1, parts: { queue: 5, pacing: 20, recovery: 0 } });
});

t.test('a frame that lost a packet waited until that left again', async (t) => {
  const { delays, hand, news } = serving({ follows: true });
  const handedMs = hand(0, 0, 'key');
  news(
    ['sent', 0, 0, 600, handedMs],
    ['sent', 1, 600, 1_000, handedMs + 1],
    ['acked', 1, 600, 1_000, handedMs + 180],
    ['lost', 0, 0, 600, handedMs + 200],
    ['sent', 2, 0, 600, handedMs + 201],
    ['acked', 2, 0, 600, handedMs + 381],
  );
  t.match(delays.sent.view(2_000), {
    frames: 1,
    recovered: { frames: 1, meanMs: 200 },
    keys: { parts: { queue: 0, pacing: 1, recovery: 200 } },
  });
});

t.test('what was sent again without need delays nothing', async (t) => {
  const { delays, hand, news } = serving({ follows: true });
  const handedMs = hand(0, 0, 'key');
  news(
    ['sent', 0, 0, 1_000, handedMs],
    ['lost', 0, 0, 1_000, handedMs + 200],
    ['sent', 1, 0, 1_000, handedMs + 200],
    // It came after all, and late.
    ['acked', 0, 0, 1_000, handedMs + 210],
    ['acked', 1, 0, 1_000, handedMs + 390],
  );
  t.match(delays.sent.view(2_000)?.keys, { frames: 1, parts: { recovery: 0 } });
});

t.test('one packet carries the end of a frame and the beginning of the next', async (t) => {
  const { delays, inbound, hand, news } = serving({ follows: true });
  const trace = new FrameTrace();
  inbound.trace = trace;
  hand(0, 0);
  hand(1, 0);
  hand(2, 0);
  news(
    ['sent', 0, 0, 900, 1_100],
    ['sent', 1, 900, 2_100, 1_101],
    ['lost', 1, 900, 2_100, 1_300],
    ['sent', 2, 900, 2_100, 1_301],
    ['acked', 2, 900, 2_100, 1_400],
    ['acked', 0, 0, 900, 1_400],
    ['sent', 3, 2_100, 3_000, 1_500],
    ['acked', 3, 2_100, 3_000, 1_600],
  );
  t.equal(delays.sent.view(2_000)?.frames, 3);
  t.match(
    trace.frames.map(({ sendings }) => sendings[0]),
    [
      {
        peer: 'center',
        handedMs: 1_000,
        firstSentMs: 1_100,
        lastSentMs: 1_101,
        ackedMs: 1_400,
        lostBytes: 100,
      },
      { firstSentMs: 1_101, lastSentMs: 1_101, ackedMs: 1_400, lostBytes: 1_000 },
      { firstSentMs: 1_101, lastSentMs: 1_500, ackedMs: 1_600, lostBytes: 100 },
    ],
  );
});

t.test('what was lost is of the frames it held, not of those behind', async (t) => {
  const { inbound, hand, news } = serving({ follows: true });
  const trace = new FrameTrace();
  inbound.trace = trace;
  for (const ordinal of [0, 1, 2]) hand(ordinal, 0);
  news(['sent', 0, 200, 1_000, 1_100], ['lost', 0, 200, 1_000, 1_300]);
  t.strictSame(
    trace.frames.map(({ sendings }) => sendings[0]?.lostBytes),
    [800, 0, 0],
  );
});

t.test('frames from before the subscription waited for the subscriber', async (t) => {
  for (const follows of [false, true]) {
    const { delays, hand, news } = serving({ follows, sinceMs: 1_030 });
    hand(0, 500);
    news(['sent', 0, 0, 1_000, 1_500], ['acked', 0, 0, 1_000, 1_600]);
    t.equal(delays.sent.view(2_000), undefined);
  }
});

t.test('of a stream that is not followed nothing counts, nor of a frame that is forgotten', async (t) => {
  const { delays, hand, sending, news } = serving();
  delays.follows = () => false;
  hand(0, 5);
  delays.follows = undefined;
  const frame: Frame = { kind: 'delta', ordinal: 77, timestamp: 0, payload: new Uint8Array(1) };
  delays.handed({ sending, frame, streamId: 4, start: 0, end: 1, nowMs: 2_000 });
  news(['sent', 0, 0, 1_000, 1_500]);
  t.equal(delays.sent.view(2_000), undefined);
});

t.test('an acknowledgement without a packet that left counts for nothing', async (t) => {
  const { delays, hand, news } = serving({ follows: true });
  hand(0, 0);
  news(['acked', 9, 0, 1_000, 1_300]);
  t.equal(delays.sent.view(2_000), undefined, 'when it left is not known');
});

t.test('streams and packets are bounded', async (t) => {
  const { delays, hand, sending } = serving({ follows: true });
  const handedMs = hand(0, 0);
  const frame: Frame = { kind: 'delta', ordinal: 0, timestamp: 0, payload: new Uint8Array(1) };
  for (let streamId = 10; streamId < 10 + 256; streamId += 1) {
    delays.handed({ sending, frame, streamId, start: 0, end: 1, nowMs: handedMs });
  }
  const whole = (streamId: number, packet: number) =>
    delays.news(
      (['sent', 'acked'] as const).map((fate) => ({
        fate,
        packet,
        streamId,
        start: 0,
        end: 1_000,
        atMs: handedMs,
      })),
    );
  whole(4, 0);
  t.equal(delays.sent.view(2_000), undefined, 'the first stream is forgotten');
  whole(10, 1);
  t.equal(delays.sent.view(2_000)?.frames, 1);
  // Packets that are never told of again.
  for (let packet = 2; packet < 20_000; packet += 1) {
    delays.news([{ fate: 'sent', packet, streamId: 11, start: 0, end: 1_000, atMs: handedMs + packet }]);
  }
  delays.news([{ fate: 'acked', packet: 2, streamId: 11, start: 0, end: 1_000, atMs: 9_000 }]);
  t.equal(delays.sent.view(2_000)?.recovered.frames, 0);
});

t.test('a broadcast that is served again has a minute of its own', async (t) => {
  const { delays, inbound, sending } = serving();
  const again = delays.serve('default/live/a', inbound, 5);
  delays.served('default/live/a', sending);
  t.equal(delays.sendings.get('default/live/a'), again);
  delays.served('default/live/a', again);
  t.equal(delays.sendings.size, 0);
});
