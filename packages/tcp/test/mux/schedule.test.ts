import t from 'tap';
import { MuxConnection } from '../../src/mux/connection.js';
import { encodeSettings, VERSION } from '../../src/mux/frame.js';
import { FrameDecoder } from '../../src/mux/frame-decoder.js';
import { complete, type MuxLinkOptions } from '../../src/options.js';
import { FakeCarrier } from '../support/fake-carrier.js';

const MIB = 1 << 20;
const SETTINGS = {
  version: VERSION,
  streamWindowBytes: 8 * MIB,
  connectionWindowBytes: 8 * MIB,
  maxUni: 100,
  maxBidi: 100,
  maxDatagramBytes: 0,
};

const turns = () => new Promise((resolve) => setImmediate(resolve));

/** A dialler that is blocked, with what it has to say. */
async function blocked(options: MuxLinkOptions, settings = encodeSettings(SETTINGS)) {
  const carrier = new FakeCarrier();
  const limits = complete({ keepAliveMs: 0, ...options });
  const connection = new MuxConnection({ side: 'dialer', peerName: 'edge-1', carrier, limits });
  connection.attach({ onUniStream() {}, onBidiStream() {}, onDatagram() {}, onClosed() {} });
  carrier.feed(settings);
  await turns();
  carrier.credit = 0;
  const close = () => {
    connection.close(0, '');
    carrier.close();
  };
  return { carrier, connection, close };
}

/** Which stream each run of bytes belongs to. */
function order(carrier: FakeCarrier): number[] {
  const streams: number[] = [];
  const handler = {
    handleData: (stream: number, bytes: Buffer) => {
      if (bytes.byteLength > 0 && streams.at(-1) !== stream) streams.push(stream);
    },
    handleFrame: () => {},
  };
  new FrameDecoder(handler).push(Buffer.concat(carrier.written));
  return streams;
}

t.test('by priority the highest goes first, whenever it was written; equals take turns', async (t) => {
  const { carrier, connection, close } = await blocked({ schedule: 'priority' });
  const [low, high, equal] = [3, 9, 9].map((priority) => connection.openUni({ priority }));
  low?.write([Buffer.alloc(40_000)]);
  high?.write([Buffer.alloc(40_000)]);
  equal?.write([Buffer.alloc(40_000)]);
  await turns();
  carrier.give(MIB);
  t.same(order(carrier), [6, 10, 6, 10, 6, 10, 2]);
  close();
});

t.test('by arrival bytes leave as they were written, whatever their priority', async (t) => {
  const { carrier, connection, close } = await blocked({ schedule: 'arrival' });
  const [video, audio, next] = [1, 9, 5].map((priority) => connection.openUni({ priority }));
  for (let frame = 0; frame < 3; frame++) {
    video?.write([Buffer.alloc(100), Buffer.alloc(30_000)]);
    audio?.write([Buffer.alloc(200)]);
  }
  next?.write([Buffer.alloc(10)]);
  video?.write([Buffer.alloc(10)]);
  await turns();
  carrier.give(MIB);
  t.same(order(carrier), [2, 6, 2, 6, 2, 6, 10, 2]);
  close();
});

t.test('a stream whose window is full lets those behind it pass', async (t) => {
  const narrow = encodeSettings({ ...SETTINGS, streamWindowBytes: 64 * 1024 });
  const { carrier, connection, close } = await blocked({ schedule: 'arrival' }, narrow);
  const [stuck, free] = [0, 0].map((priority) => connection.openUni({ priority }));
  stuck?.write([Buffer.alloc(100_000)]);
  free?.write([Buffer.alloc(1_000)]);
  await turns();
  carrier.give(MIB);
  t.same(order(carrier), [2, 6]);
  close();
});

t.test('all send buffers together are bounded; who found no room is told when there is some', async (t) => {
  const limits = { sendBufferBytes: 300_000, totalBufferBytes: 400_000 };
  const { carrier, connection, close } = await blocked(limits);
  const [first, second] = [0, 0].map((priority) => connection.openUni({ priority }));
  let told = 0;
  second?.listen({ onCredit: () => told++ });
  t.equal(first?.write([Buffer.alloc(MIB)]), 300_000);
  t.equal(second?.credit, 100_000, 'what is left of the whole');
  t.equal(second?.write([Buffer.alloc(MIB)]), 100_000);
  const third = connection.openUni({ priority: 0 });
  t.equal(third.write([Buffer.alloc(1)]), 0);
  t.equal(connection.stats().bytesQueued, 400_000);
  await turns();
  carrier.give(MIB);
  await turns();
  t.equal(told, 1);
  t.equal(connection.stats().bytesQueued, 0);
  t.equal(third.credit, 300_000);
  close();
});

t.test('framing costs less than the tag header of FLV', async (t) => {
  const { carrier, connection, close } = await blocked({ schedule: 'arrival', sendBufferBytes: 4 * MIB });
  // 2.5 Mbit/s at 30 frames a second, two seconds in a group, and AAC beside it.
  const [video, audio] = [connection.openUni({ priority: 1 }), connection.openUni({ priority: 2 })];
  let payload = 0;
  let frames = 0;
  for (let frame = 0; frame < 60; frame++) {
    for (const [stream, size] of [
      [video, frame === 0 ? 60_000 : 9_600],
      [audio, 340],
      [audio, 340],
    ] as const) {
      stream.write([Buffer.alloc(size)]);
      payload += size;
      frames += 1;
    }
  }
  await turns();
  carrier.written.length = 0;
  carrier.give(MIB);
  const bytes = carrier.written.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const overhead = bytes - payload;
  t.ok(
    overhead / payload < 0.005,
    `${overhead} bytes of ${payload}: ${((100 * overhead) / payload).toFixed(3)} %`,
  );
  t.ok(overhead / frames < 15, `${(overhead / frames).toFixed(1)} bytes a frame; FLV 10.1 §E.4.1 takes 15`);
  close();
});
