import fc from 'fast-check';
import t from 'tap';
import { encodeFlvHeader, encodeTag, FlvFormatError, FlvReader, type FlvTag } from '../../src/index.js';
import { seededRandom } from '../seeded-random.js';

const random = seededRandom(1);
const TAGS: readonly FlvTag[] = [
  { type: 18, timestamp: 0, payload: random(300) },
  { type: 9, timestamp: 0, payload: random(50) },
  { type: 8, timestamp: 0xffffffff, payload: new Uint8Array(0) },
  { type: 9, timestamp: 20, payload: random(20_000) },
];
const HEADER = encodeFlvHeader({ audio: true, video: true });
const FILE = file(TAGS);

function file(tags: readonly FlvTag[], header: Uint8Array = HEADER): Uint8Array {
  return new Uint8Array(Buffer.concat([header, ...tags.flatMap(encodeTag)]));
}

function read(bytes: Uint8Array, step = bytes.length): FlvTag[] {
  const reader = new FlvReader();
  const tags: FlvTag[] = [];
  for (let at = 0; at < bytes.length; at += step) tags.push(...reader.push(bytes.subarray(at, at + step)));
  return tags;
}

t.test('a file gives its tags however it is split', async (t) => {
  for (const step of [1, 2, 3, 5, 11, 13, 1000, FILE.length])
    t.strictSame(read(FILE, step), TAGS, `${step} bytes`);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), (steps) => {
      const reader = new FlvReader();
      const tags: FlvTag[] = [];
      for (let at = 0, turn = 0; at < FILE.length; turn++) {
        const step = steps[turn % steps.length] as number;
        tags.push(...reader.push(FILE.subarray(at, at + step)));
        at += step;
      }
      reader.end();
      t.strictSame(tags, TAGS);
    }),
    { numRuns: 50 },
  );
});

t.test('the header is known before the first tag', async (t) => {
  const reader = new FlvReader();
  t.equal(reader.header, undefined);
  reader.push(FILE.subarray(0, 9));
  t.same(reader.header, { audio: true, video: true });
});

t.test('payloads have buffers of their own', async (t) => {
  const socketBuffer = Buffer.from(FILE);
  const tags = new FlvReader().push(socketBuffer);
  socketBuffer.fill(0);
  t.strictSame(tags, TAGS);
  t.equal(tags[1]?.payload.buffer.byteLength, 50);
});

t.test('a longer header is skipped', async (t) => {
  const header = Buffer.from('464c5601010000000bffff00000000', 'hex');
  t.strictSame(read(file(TAGS, header)), TAGS);
  t.strictSame(read(file(TAGS, header), 1), TAGS);
});

t.test('a wrong PreviousTagSize is counted and does no harm', async (t) => {
  const bytes = file(TAGS);
  bytes.fill(0, bytes.length - 4);
  const reader = new FlvReader();
  t.strictSame(reader.push(bytes), TAGS);
  t.equal(reader.trailerMismatches, 1);
});

t.test('the end is known to be regular or not, at every length', async (t) => {
  const bytes = file(TAGS.slice(0, 2));
  const between = new Set([13]);
  let at = 13;
  for (const tag of TAGS.slice(0, 2)) {
    at += 11 + tag.payload.length;
    for (let extra = 0; extra <= 4; extra++) between.add(at + extra);
    at += 4;
  }
  for (let length = 0; length <= bytes.length; length++) {
    const reader = new FlvReader();
    reader.push(bytes.subarray(0, length));
    if (between.has(length)) reader.end();
    else t.throws(() => reader.end(), { code: 'LH_FLV_TRUNCATED' }, `${length} bytes`);
  }
  t.ok(between.has(bytes.length));
});

t.test('what is no FLV is refused with the reason', async (t) => {
  const tagHeader = (type: string, length = '000001') =>
    Buffer.concat([HEADER, Buffer.from(`${type}${length}00000000000000`, 'hex')]);
  const cases: [string, Uint8Array, { code: string; message?: string }][] = [
    ['HTML', Buffer.from('<!doctype html>'), { code: 'LH_FLV_SIGNATURE' }],
    ['FLX', Buffer.from('FLX      '), { code: 'LH_FLV_SIGNATURE' }],
    ['FXV', Buffer.from('FXV      '), { code: 'LH_FLV_SIGNATURE' }],
    ['version 2', Buffer.from('464c56020500000009', 'hex'), { code: 'LH_FLV_HEADER', message: 'version 2' }],
    ['a header of 8 bytes', Buffer.from('464c56010500000008', 'hex'), { code: 'LH_FLV_HEADER' }],
    ['a header of 1 MiB', Buffer.from('464c56010500100000', 'hex'), { code: 'LH_FLV_HEADER' }],
    ['tag type 0', tagHeader('00'), { code: 'LH_FLV_TAG_TYPE', message: '0 is no' }],
    ['tag type 15', tagHeader('0f'), { code: 'LH_FLV_TAG_TYPE' }],
    ['encrypted audio', tagHeader('28'), { code: 'LH_FLV_ENCRYPTED' }],
    ['encrypted video', tagHeader('29'), { code: 'LH_FLV_ENCRYPTED' }],
    ['encrypted data', tagHeader('32'), { code: 'LH_FLV_ENCRYPTED' }],
  ];
  for (const [name, bytes, error] of cases) {
    t.throws(() => read(bytes), error, name);
    t.throws(() => read(bytes, 1), error, `${name}, byte by byte`);
  }
});

t.test('tags over the limit are refused before they are read', async (t) => {
  const limits = { maxTagBytes: 300, maxHeaderBytes: 9 };
  t.equal(new FlvReader({ limits }).push(file(TAGS.slice(0, 1))).length, 1);
  const over = file([{ type: 9, timestamp: 0, payload: new Uint8Array(301) }]).subarray(0, 24);
  t.throws(() => new FlvReader({ limits }).push(over), { code: 'LH_FLV_TAG_TOO_LARGE', message: '301' });
});

t.test('random bytes behind a header give tags or a format error, nothing else', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      try {
        return Array.isArray(read(new Uint8Array(Buffer.concat([HEADER, bytes]))));
      } catch (error) {
        return error instanceof FlvFormatError;
      }
    }),
    { numRuns: 1000 },
  );
  t.pass('held for 1,000 inputs');
});
