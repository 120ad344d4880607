import { Random } from '@longhaul/testkit';
import type { CloseInfo, ReceiveStream } from '@longhaul/transport';
import t, { type Test } from 'tap';
import { MuxConnection } from '../../src/mux/connection.js';
import { encodeAbort, encodeClose, encodeHead, encodeSettings, TYPE, VERSION } from '../../src/mux/frame.js';
import { FrameDecoder } from '../../src/mux/frame-decoder.js';
import { complete, type MuxLinkOptions } from '../../src/options.js';
import { FakeCarrier } from '../support/fake-carrier.js';

const WINDOW = 64 * 1024;
const limits: MuxLinkOptions = {
  streamWindowBytes: WINDOW,
  connectionWindowBytes: 2 * WINDOW,
  maxConcurrentUni: 16,
  maxConcurrentBidi: 16,
  keepAliveMs: 0,
};
const settings = encodeSettings({
  version: VERSION,
  streamWindowBytes: WINDOW,
  connectionWindowBytes: WINDOW,
  maxUni: 16,
  maxBidi: 16,
  maxDatagramBytes: 0,
});

/** The frame of a type with its numbers, and bytes behind it. */
function frame(type: number, fields: readonly number[], bytes = 0): Buffer {
  const head = Buffer.alloc(64);
  return Buffer.concat([head.subarray(0, encodeHead(head, 0, type, fields)), Buffer.alloc(bytes)]);
}

/** An acceptor whose peer is the test. */
function acceptor(t: Test) {
  const carrier = new FakeCarrier();
  const connection = new MuxConnection({
    side: 'acceptor',
    peerName: 'evil',
    carrier,
    limits: complete(limits),
  });
  const streams: ReceiveStream[] = [];
  let end: CloseInfo | undefined;
  connection.attach({
    onUniStream: (stream) => streams.push(stream),
    onBidiStream: ({ receive }) => streams.push(receive),
    onDatagram: () => {},
    onClosed: (info) => {
      end = info;
    },
  });
  t.teardown(() => {
    connection.close(0, '');
    carrier.close();
  });
  return { carrier, connection, streams, ended: () => end };
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

/** The first uni and bidi streams of a dialler. */
const [UNI, BIDI] = [2, 0];

const BREACHES: readonly (readonly [name: string, frames: Buffer, says: RegExp])[] = [
  ['data before settings', frame(TYPE.data, [UNI, 1], 1), /before its settings/],
  ['a ping before settings', frame(TYPE.ping, [1]), /before its settings/],
  ['settings twice', Buffer.concat([settings, settings]), /a second time/],
  ['another version', frame(TYPE.settings, [9, WINDOW, WINDOW, 1, 1, 0]), /version 9/],
  ['a window that is too small', frame(TYPE.settings, [VERSION, 1, WINDOW, 1, 1, 0]), /window below/],
  ['type 0', Buffer.concat([settings, Buffer.of(0)]), /type 0/],
  ['an unknown type', Buffer.concat([settings, Buffer.of(200, 1)]), /type 200/],
  ['a number over 2^53', Buffer.concat([settings, Buffer.of(8, ...Array(8).fill(0xff))]), /the number/],
  ['data without bytes', Buffer.concat([settings, frame(TYPE.data, [UNI, 0])]), /without bytes/],
  [
    'more than the stream takes',
    Buffer.concat([settings, frame(TYPE.data, [UNI, WINDOW + 1], WINDOW + 1)]),
    /may not send/,
  ],
  [
    'more than the connection takes',
    Buffer.concat([settings, ...[0, 1, 2].map((n) => frame(TYPE.data, [UNI + 4 * n, WINDOW], WINDOW))]),
    /may not send/,
  ],
  [
    'data after the end',
    Buffer.concat([settings, frame(TYPE.dataEnd, [UNI, 3], 3), frame(TYPE.data, [UNI, 3], 3)]),
    /may not send/,
  ],
  [
    'one stream too many',
    Buffer.concat([settings, frame(TYPE.data, [UNI + 4 * 16, 1], 1)]),
    /more than are allowed/,
  ],
  [
    'a far too high stream',
    Buffer.concat([settings, frame(TYPE.reset, [2 ** 50 + 2, 1, 0])]),
    /more than are allowed/,
  ],
  ['data of our own stream', Buffer.concat([settings, frame(TYPE.data, [UNI + 1, 1], 1)]), /not opened/],
  ['a stop of a stream that is not', Buffer.concat([settings, frame(TYPE.stop, [1, 1])]), /not opened/],
  [
    'a receipt for what has not ended',
    Buffer.concat([settings, frame(TYPE.data, [BIDI, 1], 1), frame(TYPE.received, [BIDI])]),
    /has not ended/,
  ],
  [
    'a reset of more than the window',
    Buffer.concat([settings, frame(TYPE.reset, [UNI, 1, 1 << 30])]),
    /cannot be/,
  ],
  [
    'a reset of less than came',
    Buffer.concat([settings, frame(TYPE.data, [UNI, 9], 9), frame(TYPE.reset, [UNI, 1, 3])]),
    /cannot be/,
  ],
  [
    'an end before what came',
    Buffer.concat([settings, frame(TYPE.data, [UNI, 9], 9), frame(TYPE.end, [UNI, 3])]),
    /an end of stream/,
  ],
  ['a code over 32 bits', Buffer.concat([settings, frame(TYPE.reset, [UNI, 2 ** 32, 0])]), /the code/],
  ['a long reason', Buffer.concat([settings, frame(TYPE.close, [0, 257], 257)]), /reason of 257/],
  ['a large datagram', Buffer.concat([settings, frame(TYPE.datagram, [70_000])]), /datagram of 70000/],
  [
    'an abort for no reason we know',
    Buffer.concat([settings, frame(TYPE.abort, [9, 0])]),
    /abort for reason 9/,
  ],
];

t.test('what breaks a rule ends the connection, and the peer is told', async (t) => {
  for (const [name, frames, says] of BREACHES) {
    await t.test(name, async (t) => {
      const { carrier, ended } = acceptor(t);
      carrier.feed(frames);
      await turns();
      t.match(ended(), { by: 'transport', error: { code: 'LH_TRANSPORT_PROTOCOL', message: says } });
      await turns();
      const heard = read(Buffer.concat(carrier.written));
      t.match(heard.at(-1), { type: 'abort', why: 'protocol' });
      t.ok(carrier.ended, 'nothing follows');
    });
  }
});

t.test('frames may be cut anywhere', async (t) => {
  const frames = Buffer.concat([settings, frame(TYPE.dataEnd, [UNI, 5], 5), frame(TYPE.ping, [300])]);
  for (let cut = 1; cut < frames.byteLength; cut++) {
    const { carrier, streams, ended } = acceptor(t);
    carrier.feed(frames.subarray(0, cut));
    carrier.feed(frames.subarray(cut));
    await turns();
    const size = await new Promise((resolve) => {
      streams[0]?.read({ onData: () => {}, onFinished: resolve, onReset: resolve });
    });
    t.equal(size, 5, `cut at ${cut}`);
    t.equal(ended(), undefined);
  }
});

t.test('bytes one by one, garbage and truncated frames never throw past the connection', async (t) => {
  const random = new Random(7);
  for (let round = 0; round < 300; round++) {
    const { carrier, ended } = acceptor(t);
    const [, frames = settings] = BREACHES[round % BREACHES.length] ?? [];
    const bytes = Buffer.from(frames.subarray(0, random.integer(0, Math.min(frames.byteLength, 300))));
    for (let flip = 0; flip < 3 && bytes.byteLength > 0; flip++)
      bytes[random.integer(0, bytes.byteLength - 1)] = random.integer(0, 255);
    for (const byte of bytes) carrier.feed(Buffer.of(byte));
    await turns();
    const info = ended();
    t.ok(info === undefined || info.by !== 'local', `round ${round}`);
  }
});

t.test('a peer that floods without reading makes us hold a bounded amount', async (t) => {
  const { carrier, connection } = acceptor(t);
  carrier.feed(settings);
  await turns();
  carrier.credit = 0;
  const before = process.memoryUsage().heapUsed;
  const flood = Buffer.concat(Array.from({ length: 10_000 }, (_, id) => frame(TYPE.ping, [id])));
  for (let round = 0; round < 20; round++) carrier.feed(flood);
  for (let round = 0; round < 50_000; round++) carrier.feed(frame(TYPE.window, [round]));
  await turns();
  t.ok(process.memoryUsage().heapUsed - before < 64 << 20, 'pings and limits are not queued');
  t.notOk(connection.closed);
  carrier.written.length = 0;
  carrier.give(1 << 20);
  const answers = read(Buffer.concat(carrier.written), true).filter(({ type }) => type === 'pong');
  t.same(answers, [{ type: 'pong', id: 9_999 }], 'the last ping is answered');
});

t.test('small pieces of an unread stream do not keep the large buffers that they came in', async (t) => {
  const { carrier, streams } = acceptor(t);
  carrier.feed(settings);
  for (let piece = 0; piece < 2_000; piece++) {
    const large = Buffer.alloc(64 * 1024);
    const one = frame(TYPE.data, [UNI, 1], 1);
    one.copy(large);
    carrier.feed(large.subarray(0, one.byteLength));
  }
  await turns();
  const kept = new Set<ArrayBufferLike>();
  let received = 0;
  streams[0]?.read({
    onData: (chunks) => {
      for (const { bytes } of chunks) {
        received += bytes.byteLength;
        kept.add(bytes.buffer);
      }
    },
    onFinished: () => {},
    onReset: () => {},
  });
  await turns();
  t.equal(received, 2_000);
  const held = [...kept].reduce((sum, { byteLength }) => sum + byteLength, 0);
  t.ok(held < 16_384, `${held} bytes were held for them`);
});

t.test('a peer that says why it leaves is understood', async (t) => {
  const refused = acceptor(t);
  refused.carrier.feed(encodeAbort('identity', 'certificate of relay "x": revoked'));
  await turns();
  t.match(refused.ended(), { by: 'transport', error: { code: 'LH_TRANSPORT_TLS', message: /revoked/ } });
  const closed = acceptor(t);
  closed.carrier.feed(Buffer.concat([settings, encodeClose(7, 'enough')]));
  await turns();
  t.same(closed.ended(), { by: 'peer', code: 7, reason: 'enough' });
  const cut = acceptor(t);
  cut.carrier.close();
  await turns();
  t.match(cut.ended(), { by: 'transport', error: { code: 'LH_TRANSPORT_IO' } });
});

/** What frames say. */
function read(bytes: Buffer, settled = false): { type: string }[] {
  const frames: { type: string }[] = [];
  const handler = { handleData: () => {}, handleFrame: (each: { type: string }) => frames.push(each) };
  new FrameDecoder(handler).push(bytes);
  if (!settled) t.equal(frames[0]?.type, 'settings', 'our settings came first');
  return frames;
}
