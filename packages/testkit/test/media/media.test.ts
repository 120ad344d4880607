import t from 'tap';
import { Media } from '../../src/index.js';

t.test('a picture says its kind, its size and its number', async (t) => {
  const types = { key: [0x17, 0x65], delta: [0x27, 0x41], discardable: [0x27, 0x01] } as const;
  for (const [kind, [first, nal]] of Object.entries(types)) {
    const bytes = Media.avcFrame({
      kind: kind as Media.PictureKind,
      sequence: 70_000,
      size: 500,
      compositionMs: 66,
    });
    t.equal(bytes.length, 500);
    t.equal(bytes[0], first, 'FLV frame type and codec');
    t.same([...bytes.subarray(1, 5)], [1, 0, 0, 66], 'NALU and composition time');
    t.same([...bytes.subarray(5, 9)], [0, 0, 1, 235], 'the length of the NAL unit');
    t.equal(bytes[9], nal);
    t.equal(Media.sequenceOf(bytes), 70_000);
  }
  t.equal(Media.avcFrame({ kind: 'key', sequence: 1, size: 14 }).length, 14);
  t.throws(() => Media.avcFrame({ kind: 'key', sequence: 1, size: 13 }), {
    name: 'RangeError',
    message: /at least 14/,
  });
});

t.test('an audio packet says its number', async (t) => {
  const bytes = Media.aacFrame({ sequence: 9, size: 100 });
  t.same([...bytes.subarray(0, 2)], [0xaf, 1]);
  t.equal(Media.sequenceOf(bytes), 9);
  t.throws(() => Media.aacFrame({ sequence: 9, size: 5 }), { name: 'RangeError', message: /at least 6/ });
});

t.test('the rest of a body depends on its number and its place', async (t) => {
  const [first, second] = [1, 2].map((sequence) => Media.aacFrame({ sequence, size: 1_000 }));
  t.strictNotSame(first?.subarray(6), second?.subarray(6));
  t.notOk(first?.subarray(6).includes(0));
  t.ok(new Set(first?.subarray(6)).size > 200);
});

t.test('headers are those of AVC and AAC', async (t) => {
  t.match([...Media.avcSequenceHeader()], [0x17, 0, 0, 0, 0, 1, 0x42]);
  t.strictNotSame(Media.avcSequenceHeader({ version: 1 }), Media.avcSequenceHeader());
  t.same([...Media.avcEndOfSequence()], [0x17, 2, 0, 0, 0]);
  t.same([...Media.aacSequenceHeader()], [0xaf, 0, 0x12, 0x10]);
  t.equal(Buffer.from(Media.metadata()).toString('latin1', 3, 13), 'onMetaData');
  t.equal(Buffer.from(Media.metadata({ framerate: 25 })).readDoubleBE(30), 25);
});

t.test('a broadcast begins with metadata and headers, then media by time', async (t) => {
  const messages = Media.broadcast({ seconds: 2, framerate: 25, keyEvery: 10, discardableEvery: 3 });
  t.same(
    messages.slice(0, 3).map(({ type, timestamp }) => [type, timestamp]),
    [
      [18, 0],
      [9, 0],
      [8, 0],
    ],
  );
  const pictures = messages.slice(3).filter(({ type }) => type === 9);
  t.equal(pictures.length, 50);
  t.equal(pictures[1]?.timestamp, 40);
  t.same(
    pictures.slice(0, 11).map(({ payload }) => ({ 101: 'k', 65: 'd', 1: 'x' })[payload[9] as number]),
    [...'kdxddxddxdk'],
  );
  t.same(
    pictures.map(({ payload }) => Media.sequenceOf(payload)),
    pictures.map((_, index) => index),
  );
  const packets = messages.slice(3).filter(({ type }) => type === 8);
  t.equal(packets.length, 86);
  const times = messages.map(({ timestamp }) => timestamp);
  t.same(
    times,
    [...times].sort((a, b) => a - b),
  );
});

t.test('a broadcast may lack video or audio, have its own sizes, and wrap', async (t) => {
  t.notOk(Media.broadcast({ seconds: 1, framerate: 0 }).some(({ type }) => type === 9));
  t.notOk(Media.broadcast({ seconds: 1, audioBytes: 0 }).some(({ type }) => type === 8));
  const sized = Media.broadcast({ seconds: 1, keyBytes: 2_000_000, deltaBytes: 20, audioBytes: 6 });
  t.same(
    [...new Set(sized.slice(3).map(({ payload }) => payload.length))].sort((a, b) => a - b),
    [6, 20, 2_000_000],
  );
  const wrapping = Media.broadcast({ seconds: 1, audioBytes: 0, startTimestamp: 2 ** 32 - 500 });
  t.equal(wrapping[0]?.timestamp, 2 ** 32 - 500);
  t.equal(wrapping.at(-1)?.timestamp, 467);
});

t.test('an FLV file holds header, tags and their sizes', async (t) => {
  const messages = [
    { type: 18, timestamp: 0, payload: Uint8Array.of(1, 2) },
    { type: 9, timestamp: 0x1234567, payload: Uint8Array.of(3) },
  ] as const;
  t.equal(
    Buffer.from(Media.flvFile(messages)).toString('hex'),
    [
      '464c560101' + '00000009' + '00000000',
      '12000002' + '00000000' + '000000' + '0102' + '0000000d',
      '09000001' + '23456701' + '000000' + '03' + '0000000c',
    ].join(''),
  );
  t.equal(Media.flvFile([{ type: 8, timestamp: 0, payload: Uint8Array.of(1) }])[4], 4, 'audio only');
});
