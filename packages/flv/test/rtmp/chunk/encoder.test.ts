import t from 'tap';
import { encodeSharedMedia, type MediaMessage } from '../../../src/index.js';
import { ChunkEncoder } from '../../../src/rtmp/chunk/encoder.js';

const message = (timestamp: number, size = 1, streamId = 1) => ({
  type: 8,
  streamId,
  timestamp,
  payload: new Uint8Array(size),
});

/** The first byte's format bits of each message sent in turn on one chunk stream. */
function formats(messages: readonly ReturnType<typeof message>[]): number[] {
  const encoder = new ChunkEncoder();
  return messages.map((each) => ((encoder.encode(4, each)[0] as Uint8Array)[0] as number) >> 6);
}

t.test('headers are as short as the ones before allow', async (t) => {
  t.same(formats([message(0), message(20), message(40), message(60)]), [0, 2, 3, 3], 'equal steps');
  t.same(formats([message(0), message(20), message(50)]), [0, 2, 2], 'unequal steps');
  t.same(formats([message(0), message(20, 2)]), [0, 1], 'another length');
  t.same(formats([message(0), { ...message(20), type: 9 }]), [0, 1], 'another type');
  t.same(
    formats([message(0), message(20, 1, 2), message(40, 1, 2)]),
    [0, 0, 2],
    'another message stream, then its first step',
  );
  t.same(formats([message(20), message(0), message(20)]), [0, 0, 2], 'time that runs backwards');
  t.same(formats([message(0), message(0xffffff)]), [0, 0], 'a step that 24 bits do not hold');
  t.same(
    formats([message(20), message(40)]),
    [0, 2],
    'never format 3 after 0: it would repeat the timestamp',
  );
  t.same(formats([message(0xffffffff), message(10)]), [0, 2], 'a timestamp that wraps is a small step');
});

t.test('the payload is cut into views, not copied', async (t) => {
  const payload = new Uint8Array(300);
  const pieces = new ChunkEncoder().encode(4, { type: 9, streamId: 1, timestamp: 0, payload });
  t.same(
    pieces.map(({ length }) => length),
    [12, 128, 1, 128, 1, 44],
  );
  t.ok([1, 3, 5].every((index) => pieces[index]?.buffer === payload.buffer));
});

t.test('a payload of exactly one chunk has one header, an empty one nothing else', async (t) => {
  const lengths = (size: number) =>
    new ChunkEncoder().encode(4, message(0, size)).map(({ length }) => length);
  t.same(lengths(128), [12, 128]);
  t.same(lengths(0), [12]);
});

t.test('the new chunk size holds after its own message', async (t) => {
  const encoder = new ChunkEncoder();
  t.equal(encoder.chunkBytes, 128);
  t.equal(Buffer.concat(encoder.setChunkBytes(65_536)).toString('hex'), '02000000000004010000000000010000');
  t.equal(encoder.chunkBytes, 65_536);
  t.equal(encoder.encode(4, message(0, 65_536)).length, 2);
});

t.test('shared media has a full header of its own and repeats the extended timestamp', async (t) => {
  const shared = (type: MediaMessage['type'], timestamp: number) =>
    encodeSharedMedia(
      { type, timestamp, payload: new Uint8Array(3).fill(0xaa) },
      { chunkBytes: 2, streamId: 1 },
    );
  t.equal(Buffer.concat(shared(8, 5)).toString('hex'), '040000050000030801000000aaaac4aa');
  t.equal(Buffer.concat(shared(9, 5)).toString('hex'), '060000050000030901000000aaaac6aa');
  t.equal(Buffer.concat(shared(18, 5)).toString('hex'), '050000050000031201000000aaaac5aa');
  t.equal(
    Buffer.concat(shared(9, 0x01020304)).toString('hex'),
    '06ffffff000003090100000001020304aaaac601020304aa',
  );
});
