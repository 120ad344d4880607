import t from 'tap';
import {
  type ChunkHeader,
  decodeBasicHeader,
  decodeExtendedTime,
  decodeMessageHeader,
  encodeChunkHeader,
  MAX_HEADER_BYTES,
} from '../../../src/rtmp/chunk/header.js';

const base: ChunkHeader = {
  format: 0,
  chunkStreamId: 3,
  time: 0x010203,
  length: 0x0a0b0c,
  type: 20,
  streamId: 1,
};

const VECTORS: readonly { name: string; value: ChunkHeader; bytes: string }[] = [
  { name: 'format 0', value: base, bytes: '030102030a0b0c1401000000' },
  { name: 'format 1', value: { ...base, format: 1 }, bytes: '430102030a0b0c14' },
  { name: 'format 2', value: { ...base, format: 2 }, bytes: '83010203' },
  { name: 'format 3', value: { ...base, format: 3 }, bytes: 'c3' },
  {
    name: 'stream id, least significant byte first',
    value: { ...base, streamId: 0x01020304 },
    bytes: '030102030a0b0c1404030201',
  },
  { name: 'largest 1-byte id', value: { ...base, format: 3, chunkStreamId: 63 }, bytes: 'ff' },
  { name: 'smallest 2-byte id', value: { ...base, format: 3, chunkStreamId: 64 }, bytes: 'c000' },
  { name: 'largest 2-byte id', value: { ...base, format: 3, chunkStreamId: 319 }, bytes: 'c0ff' },
  { name: 'smallest 3-byte id', value: { ...base, format: 3, chunkStreamId: 320 }, bytes: 'c10001' },
  { name: 'largest 3-byte id', value: { ...base, format: 3, chunkStreamId: 65_599 }, bytes: 'c1ffff' },
  { name: 'largest 24-bit time', value: { ...base, format: 2, time: 0xfffffe }, bytes: '83fffffe' },
  {
    name: 'smallest extended time',
    value: { ...base, format: 2, time: 0xffffff },
    bytes: '83ffffff00ffffff',
  },
  {
    name: 'extended time in format 0',
    value: { ...base, time: 0xfffefdfc },
    bytes: '03ffffff0a0b0c1401000000fffefdfc',
  },
  { name: 'extended time in format 3', value: { ...base, format: 3, time: 0x01000000 }, bytes: 'c301000000' },
];

for (const { name, value, bytes } of VECTORS) {
  t.test(name, async (t) => {
    const encoded = encodeChunkHeader(value);
    t.equal(Buffer.from(encoded).toString('hex'), bytes);
    t.ok(encoded.length <= MAX_HEADER_BYTES);
    const basic = decodeBasicHeader(encoded, 0);
    t.match(basic, { format: value.format, chunkStreamId: value.chunkStreamId });
    const at = basic?.byteLength ?? 0;
    if (value.format === 3) return;
    const header = decodeMessageHeader(encoded, at, value.format);
    t.equal(
      header.time === 0xffffff ? decodeExtendedTime(encoded, encoded.length - 4) : header.time,
      value.time,
    );
    if (value.format < 2) t.match(header, { length: value.length, type: value.type });
    t.equal(header.streamId, value.format === 0 ? value.streamId : undefined);
  });
}

t.test('a basic header that is cut short is not read', async (t) => {
  t.equal(decodeBasicHeader(new Uint8Array(0), 0), undefined);
  t.equal(decodeBasicHeader(Uint8Array.of(0xc0), 0), undefined);
  t.equal(decodeBasicHeader(Uint8Array.of(0xc1, 0), 0), undefined);
});

t.test('chunk stream ids outside 2 to 65,599 are the caller mistake', async (t) => {
  for (const chunkStreamId of [0, 1, 65_600, Number.NaN]) {
    t.throws(() => encodeChunkHeader({ ...base, chunkStreamId }), RangeError);
  }
});
