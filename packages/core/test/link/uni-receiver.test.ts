import type { ReceiveEvents, ReceiveStream } from '@longhaul/transport';
import { encodeGroupHeader, StreamCode } from '@longhaul/wire';
import t from 'tap';
import { Broadcast } from '../../src/broadcast.js';
import type { LinkContext } from '../../src/link/context.js';
import { Traffic } from '../../src/link/counters.js';
import { DEFAULT_LINK_LIMITS } from '../../src/link/options.js';
import { TurnBudget } from '../../src/link/turn-budget.js';
import { type ReceiverTarget, UniReceiver } from '../../src/link/uni-receiver.js';
import { LinkDelays } from '../../src/trace/link-delays.js';
import { PATH } from './fixture.js';
import { rawPair } from './raw.js';

/** A receiver with the stream in the test's hands. */
function receiver(options: {
  readonly maxBufferedBytes: number;
  readonly target?: (subscriptionId: number) => ReceiverTarget | undefined;
  readonly budget?: TurnBudget;
}) {
  const seen = {
    events: undefined as ReceiveEvents | undefined,
    stopped: undefined as number | undefined,
    paused: false,
    held: 0,
    most: 0,
  };
  const stream = {
    id: 1,
    read: (events: ReceiveEvents) => {
      seen.events = events;
    },
    pause: () => {
      seen.paused = true;
    },
    resume: () => {
      seen.paused = false;
    },
    stop: (code: number) => {
      seen.stopped = code;
    },
  } satisfies ReceiveStream;
  const limits = { ...DEFAULT_LINK_LIMITS, maxBufferedBytes: options.maxBufferedBytes };
  const budget = options.budget ?? new TurnBudget(1_000_000, () => {});
  const delays = new LinkDelays('peer');
  const context = { limits, budget, delays, now: () => 0, streamEndedEarly() {} } as unknown as LinkContext;
  const made = new UniReceiver({
    stream,
    context,
    target: options.target ?? (() => undefined),
    buffered: (delta) => {
      seen.held += delta;
      seen.most = Math.max(seen.most, seen.held);
      return seen.held;
    },
    onOver: () => {},
  });
  return Object.assign(seen, { receiver: made });
}

t.test('pieces that wait for a gap count for more than their bytes', async (t) => {
  const seen = receiver({ maxBufferedBytes: 1_000_000 });
  let islands = 0;
  for (; seen.stopped === undefined && islands < 16_000; islands++) {
    seen.events?.onData([{ offset: 10 + 2 * islands, bytes: Uint8Array.of(0) }]);
  }
  t.equal(seen.stopped, StreamCode.LIMIT);
  t.ok(islands < 4_000, `stopped after ${islands} islands of one byte`);
  t.ok(seen.most < 1_001_000);
  t.equal(seen.held, 0, 'nothing is left of it in the sum of the link');
  seen.receiver.stop(StreamCode.MALFORMED, 'again');
});

t.test('what comes before its subscription is accepted waits as bytes and is counted', async (t) => {
  const broadcast = new Broadcast(PATH, 1);
  const accepted: { epoch: number; broadcast: Broadcast }[] = [];
  const traffic = new Traffic();
  const target: ReceiverTarget = {
    get accepted() {
      return accepted[0];
    },
    trafficOf: () => traffic,
    joined() {},
    claim: () => true,
    progressed() {},
    left() {},
  };
  const early = () => receiver({ maxBufferedBytes: 2_000_000, target: () => target });
  const frames = 100_000;
  const bytes = Buffer.concat([
    encodeGroupHeader({
      subscriptionId: 1,
      track: { media: 'video', index: 0 },
      epoch: 1,
      sequence: 0,
      initVersion: undefined,
      skippedFrames: 0,
      baseOrdinal: 0,
      baseTimestamp: 0,
    }),
    Buffer.from(`01000000${'02000100'.repeat(frames - 1)}`, 'hex'),
  ]);
  const seen = early();
  seen.events?.onData([{ offset: 0, bytes }]);
  t.equal(seen.paused, true);
  t.ok(seen.held > 390_000, `${seen.held} bytes are held`);
  seen.events?.onData([{ offset: bytes.length, bytes: Uint8Array.of(2, 0, 1, 1) }]);
  accepted.push({ epoch: 1, broadcast });
  seen.receiver.accept();
  t.equal(seen.paused, false);
  t.equal(seen.held, 0);
  t.equal(broadcast.tracks.get('video0')?.newestGroup?.frameCount, frames);
  seen.events?.onData([{ offset: bytes.length + 4, bytes: Uint8Array.of(9) }]);
  t.equal(broadcast.tracks.get('video0')?.newestGroup?.frameCount, frames + 1);

  accepted.length = 0;
  const greedy = early();
  for (let at = 0; at < 6 && greedy.stopped === undefined; at++) {
    greedy.events?.onData([{ offset: at * bytes.length, bytes }]);
  }
  t.equal(greedy.stopped, StreamCode.LIMIT);
  t.equal(greedy.held, 0);
});

t.test('what stands behind the record that stops a stream counts for nothing', async (t) => {
  const seen = receiver({ maxBufferedBytes: 1_000_000 });
  const header = encodeGroupHeader({
    subscriptionId: 7,
    track: { media: 'video', index: 0 },
    epoch: 1,
    sequence: 0,
    initVersion: undefined,
    skippedFrames: 0,
    baseOrdinal: 0,
    baseTimestamp: 0,
  });
  seen.events?.onData([{ offset: 0, bytes: Buffer.concat([header, Buffer.alloc(300, 1)]) }]);
  t.equal(seen.stopped, StreamCode.UNKNOWN_SUBSCRIPTION);
  t.equal(seen.held, 0);
});

t.test('codes that no table lists do not make counters of their own', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  for (let code = 1_000; code < 1_050; code++) peer.uni(Uint8Array.of(2)).reset(code);
  peer.uni(Uint8Array.of(2)).reset(StreamCode.EVICTED);
  clock.advance(100);
  t.strictSame(end.session.snapshot().endedEarly.peer, { INTERNAL: 50, EVICTED: 1 });
});

t.test('a stream that begins when the budget of the turn is spent waits for the next', async (t) => {
  const budget = new TurnBudget(1, () => {});
  budget.spend(1);
  const seen = receiver({ maxBufferedBytes: 1_000_000, budget });
  t.equal(seen.paused, true);
  budget.refill();
  t.equal(seen.paused, false, 'it goes on');
  budget.spend(1);
  const over = receiver({ maxBufferedBytes: 1_000_000, budget });
  over.receiver.stop(StreamCode.UNSUBSCRIBED, 'nobody wants it');
  over.receiver.proceed();
  t.equal(over.paused, true, 'not one that is over');
});
