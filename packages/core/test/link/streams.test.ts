import type { BidiStream, Connection, ReceiveEvents, StreamChunk } from '@longhaul/transport';
import { encodeFrame, encodeGroupHeader, type FrameRecord, StreamCode } from '@longhaul/wire';
import t from 'tap';
import { Broadcast } from '../../src/broadcast.js';
import type { LinkContext } from '../../src/link/context.js';
import { Traffic } from '../../src/link/counters.js';
import { LinkDelivery } from '../../src/link/link-delivery.js';
import { DEFAULT_LINK_LIMITS, DEFAULT_LINK_TIMING } from '../../src/link/options.js';
import { RequestStream } from '../../src/link/request-stream.js';
import { TurnBudget } from '../../src/link/turn-budget.js';
import { UniReceiver } from '../../src/link/uni-receiver.js';
import { LinkDelays } from '../../src/trace/link-delays.js';
import { PATH } from './fixture.js';

/** A session that writes down what its parts tell it. */
function context(): LinkContext & { readonly log: string[]; closed: boolean } {
  const log: string[] = [];
  return {
    log,
    closed: false,
    limits: DEFAULT_LINK_LIMITS,
    maxQueuedControlBytes: 1_000,
    budget: new TurnBudget(1_000_000, () => {}),
    timing: DEFAULT_LINK_TIMING,
    sent: new Traffic(),
    received: new Traffic(),
    delays: new LinkDelays('peer'),
    delivery: new LinkDelivery({} as Connection, {}, () => 0),
    now: () => 0,
    openUni: () => {
      throw new Error('nothing is sent here');
    },
    notice: () => {},
    fail: (code, reason) => log.push(`fail ${code} ${reason}`),
    violated: (reason) => log.push(`violated ${reason}`),
    streamEndedEarly: (by, code) => log.push(`ended by ${by} ${code}`),
  };
}

/** A receiver of `pieces`, handed over in one event. */
function receive(pieces: readonly StreamChunk[]) {
  const shared = context();
  const broadcast = new Broadcast(PATH, 1);
  const stops: number[] = [];
  let events: ReceiveEvents | undefined;
  new UniReceiver({
    stream: {
      id: 0,
      read: (given) => {
        events = given;
      },
      pause: () => {},
      resume: () => {},
      stop: (code) => stops.push(code),
    },
    context: shared,
    target: () => ({
      accepted: { epoch: 1, broadcast },
      trafficOf: () => shared.received,
      joined: () => {},
      claim: () => true,
      progressed: () => {},
      left: () => {},
    }),
    buffered: (delta) => delta,
    onOver: () => {},
  });
  events?.onData(pieces);
  return { stops, log: shared.log, broadcast, traffic: shared.received.snapshot() };
}

t.test('pieces out of order that break two rules stop their stream once', async (t) => {
  const header = encodeGroupHeader({
    subscriptionId: 1,
    track: { media: 'video', index: 0 },
    epoch: 1,
    sequence: 0,
    initVersion: undefined,
    skippedFrames: 0,
    baseOrdinal: 0,
    baseTimestamp: 0,
  });
  const wrong: FrameRecord = { kind: 'audio', ordinal: 0, timestamp: 0, payload: Uint8Array.of(1) };
  const first = Buffer.concat([header, ...encodeFrame(wrong, { ordinal: 0, timestamp: 0 })]);
  const second = Uint8Array.of(15, 0, 0, 1);
  const { stops, log, traffic } = receive([
    { offset: first.length, bytes: second },
    { offset: 0, bytes: first },
  ]);
  t.strictSame(stops, [StreamCode.MALFORMED]);
  t.strictSame(log, [`ended by local ${StreamCode.MALFORMED}`]);
  t.strictSame(traffic.dropped, { malformed: { audio: 1 } });
});

/** A request stream whose far end is the test. */
function request(options: { credit?: number } = {}) {
  const shared = context();
  const written: number[] = [];
  let finished = 0;
  let received: ReceiveEvents | undefined;
  const bidi: BidiStream = {
    id: 0,
    send: {
      id: 0,
      credit: options.credit ?? 1_000,
      listen: () => {},
      write: (chunks) => {
        const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
        written.push(bytes);
        return bytes;
      },
      finish: () => {
        finished += 1;
      },
      reset: () => {},
      setPriority: () => {},
    },
    receive: {
      id: 0,
      read: (given) => {
        received = given;
      },
      pause: () => {},
      resume: () => {},
      stop: () => {},
    },
  };
  const stream = new RequestStream(bidi, { context: shared });
  return {
    stream,
    shared,
    written,
    finished: () => finished,
    received: received as unknown as ReceiveEvents,
  };
}

t.test('nothing is sent behind the end of a request', async (t) => {
  const { stream, written, finished } = request();
  stream.send({ kind: 'announce-ok' });
  stream.finish();
  stream.send({ kind: 'announce-ok' });
  t.strictSame(written, [2]);
  t.equal(finished(), 1);
});

t.test('a request that nobody listens to takes everything', async (t) => {
  const { received, shared } = request();
  received.onData([{ offset: 0, bytes: Uint8Array.of(0x11, 0) }]);
  received.onReset(0);
  received.onReset(undefined);
  const second = request();
  second.received.onFinished(0);
  t.strictSame(shared.log, []);
  t.strictSame(second.shared.log, []);
});

t.test('an error that is not the fault of the peer goes through', async (t) => {
  const { stream, received } = request();
  const fault = new Error('a bug');
  stream.listen({
    onMessage: () => {
      throw fault;
    },
    onFinished: () => {},
    onAborted: () => {},
  });
  t.throws(() => received.onData([{ offset: 0, bytes: Uint8Array.of(0x11, 0) }]), fault);
});

t.test('a request of a closed link hears nothing', async (t) => {
  const { stream, received, shared } = request();
  const heard: string[] = [];
  stream.listen({
    onMessage: ({ kind }) => {
      heard.push(kind);
      shared.closed = true;
    },
    onFinished: () => heard.push('finished'),
    onAborted: () => heard.push('aborted'),
  });
  received.onData([{ offset: 0, bytes: Uint8Array.of(0x11, 0, 0x11, 0) }]);
  received.onReset(0);
  t.strictSame(heard, ['announce-ok']);
});
