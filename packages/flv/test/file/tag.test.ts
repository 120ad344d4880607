import t from 'tap';
import { decodeFlags } from '../../src/file/header.js';
import { decodeTagHeader } from '../../src/file/tag.js';
import { encodeFlvHeader, encodeTag, type FlvTag } from '../../src/index.js';

const VECTORS: readonly { name: string; value: FlvTag; bytes: string }[] = [
  {
    name: 'audio',
    value: { type: 8, timestamp: 0x010203, payload: Uint8Array.of(0xaf, 1) },
    bytes: '08000002010203000000' + '00af01' + '0000000d',
  },
  {
    name: 'video at the largest 32-bit time',
    value: { type: 9, timestamp: 0xffffffff, payload: Uint8Array.of(0x17) },
    bytes: '09000001ffffffff000000' + '17' + '0000000c',
  },
  {
    name: 'script data beyond 24 bits',
    value: { type: 18, timestamp: 0x01000002, payload: Uint8Array.of(2) },
    bytes: '1200000100000201000000' + '02' + '0000000c',
  },
  {
    name: 'an empty tag',
    value: { type: 8, timestamp: 0, payload: new Uint8Array(0) },
    bytes: '0800000000000000000000' + '0000000b',
  },
];

for (const { name, value, bytes } of VECTORS) {
  t.test(name, async (t) => {
    const pieces = encodeTag(value);
    t.equal(Buffer.concat(pieces).toString('hex'), bytes);
    t.equal(pieces[1], value.payload, 'the payload itself');
    t.same(decodeTagHeader(pieces[0], 0), {
      typeByte: value.type,
      length: value.payload.length,
      timestamp: value.timestamp,
    });
  });
}

t.test('a payload over 16 MiB - 1 is the caller mistake', async (t) => {
  const tag = (length: number) => ({ type: 9, timestamp: 0, payload: new Uint8Array(length) }) as const;
  t.equal(encodeTag(tag(0xffffff))[0].length, 11);
  t.throws(() => encodeTag(tag(0x1000000)), RangeError);
});

t.test('the file header says what the file has', async (t) => {
  const cases = [
    { value: { audio: true, video: true }, flags: '05' },
    { value: { audio: true, video: false }, flags: '04' },
    { value: { audio: false, video: true }, flags: '01' },
    { value: { audio: false, video: false }, flags: '00' },
  ];
  for (const { value, flags } of cases) {
    t.equal(Buffer.from(encodeFlvHeader(value)).toString('hex'), `464c5601${flags}0000000900000000`);
    t.same(decodeFlags(Number.parseInt(flags, 16)), value);
  }
});
