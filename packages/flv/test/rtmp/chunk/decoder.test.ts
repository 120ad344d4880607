import fc from 'fast-check';
import t from 'tap';
import { DEFAULT_RTMP_LIMITS, RtmpProtocolError } from '../../../src/index.js';
import { ChunkDecoder } from '../../../src/rtmp/chunk/decoder.js';
import { ChunkEncoder } from '../../../src/rtmp/chunk/encoder.js';
import type { RtmpMessage } from '../../../src/rtmp/message/message.js';
import { seededRandom } from '../../seeded-random.js';

function decode(pieces: readonly Uint8Array[], limits = DEFAULT_RTMP_LIMITS): RtmpMessage[] {
  const messages: RtmpMessage[] = [];
  const decoder = new ChunkDecoder({ limits, onMessage: (message) => messages.push(message) });
  for (const piece of pieces) decoder.push(piece);
  return messages;
}

/** Hexadecimal with a word for runs: `aa*3` is three bytes aa. */
function bytes(...parts: readonly string[]): Uint8Array {
  const expand = (part: string) => {
    const [hex = '', count] = part.split('*');
    return hex.repeat(Number(count ?? 1));
  };
  return new Uint8Array(Buffer.from(parts.map(expand).join(''), 'hex'));
}

function payload(hexByte: string, count: number): Uint8Array {
  return bytes(`${hexByte}*${count}`);
}

/** Wire bytes and the messages they are. */
const VECTORS: readonly { name: string; wire: Uint8Array; messages: readonly RtmpMessage[] }[] = [
  {
    name: 'format 0, one chunk',
    wire: bytes('04', '0003e8', '000003', '08', '01000000', 'aa*3'),
    messages: [{ type: 8, streamId: 1, timestamp: 1000, payload: payload('aa', 3) }],
  },
  {
    // RTMP 1.0 §5.3.2.1
    name: 'the specification example of audio: formats 0, 2, 3, 3',
    wire: bytes(
      ...['03', '0003e8', '000020', '08', '39300000', '01*32'],
      ...['83', '000014', '02*32'],
      ...['c3', '03*32'],
      ...['c3', '04*32'],
    ),
    messages: [1000, 1020, 1040, 1060].map((timestamp, index) => ({
      type: 8,
      streamId: 12345,
      timestamp,
      payload: payload(`0${index + 1}`, 32),
    })),
  },
  {
    // RTMP 1.0 §5.3.2.2
    name: 'the specification example of a long video message',
    wire: bytes('04', '0003e8', '000133', '09', '3a300000', '01*128', 'c4', '02*128', 'c4', '03*51'),
    messages: [
      {
        type: 9,
        streamId: 12346,
        timestamp: 1000,
        payload: bytes('01*128', '02*128', '03*51'),
      },
    ],
  },
  {
    name: 'format 1 keeps the stream id',
    wire: bytes('04', '00000a', '000001', '08', '05000000', 'aa', '44', '000005', '000002', '09', 'bbbb'),
    messages: [
      { type: 8, streamId: 5, timestamp: 10, payload: payload('aa', 1) },
      { type: 9, streamId: 5, timestamp: 15, payload: payload('bb', 2) },
    ],
  },
  {
    name: 'format 3 after format 0 adds its timestamp again',
    wire: bytes('04', '000064', '000001', '08', '01000000', 'aa', 'c4', 'bb'),
    messages: [
      { type: 8, streamId: 1, timestamp: 100, payload: payload('aa', 1) },
      { type: 8, streamId: 1, timestamp: 200, payload: payload('bb', 1) },
    ],
  },
  {
    name: 'a chunk stream that begins with format 1, as librtmp does',
    wire: bytes('44', '000005', '000001', '08', 'aa'),
    messages: [{ type: 8, streamId: 0, timestamp: 5, payload: payload('aa', 1) }],
  },
  {
    name: 'an empty message',
    wire: bytes('04', '000001', '000000', '08', '01000000', '84', '000001'),
    messages: [1, 2].map((timestamp) => ({ type: 8, streamId: 1, timestamp, payload: new Uint8Array(0) })),
  },
  {
    name: 'two- and three-byte basic headers',
    wire: bytes(
      '00ff',
      '000001',
      '000001',
      '08',
      '01000000',
      'aa',
      '010001',
      '000001',
      '000001',
      '09',
      '01000000',
      'bb',
    ),
    messages: [
      { type: 8, streamId: 1, timestamp: 1, payload: payload('aa', 1) },
      { type: 9, streamId: 1, timestamp: 1, payload: payload('bb', 1) },
    ],
  },
  {
    name: 'interleaved chunk streams, in order of their last byte',
    wire: bytes(
      ...['04', '000001', '000082', '08', '01000000', 'aa*128'],
      ...['06', '000002', '000001', '09', '01000000', 'bb'],
      ...['c4', 'aa*2'],
    ),
    messages: [
      { type: 9, streamId: 1, timestamp: 2, payload: payload('bb', 1) },
      { type: 8, streamId: 1, timestamp: 1, payload: payload('aa', 130) },
    ],
  },
  {
    name: 'extended timestamp, repeated in format 3',
    wire: bytes('06', 'ffffff', '000082', '09', '01000000', 'fffffff0', 'aa*128', 'c6', 'fffffff0', 'bb*2'),
    messages: [{ type: 9, streamId: 1, timestamp: 0xfffffff0, payload: bytes('aa*128', 'bb*2') }],
  },
  {
    name: 'extended timestamp, left out in format 3',
    wire: bytes(
      '06',
      'ffffff',
      '000082',
      '09',
      '01000000',
      'fffffff0',
      'aa*128',
      'c6',
      'bb*2',
      '04',
      '000001',
      '000001',
      '08',
      '01000000',
      'cc',
    ),
    messages: [
      { type: 9, streamId: 1, timestamp: 0xfffffff0, payload: bytes('aa*128', 'bb*2') },
      { type: 8, streamId: 1, timestamp: 1, payload: payload('cc', 1) },
    ],
  },
  {
    name: 'extended timestamp left out before a payload that begins like it',
    wire: bytes('06', 'ffffff', '000084', '09', '01000000', 'fffffff0', 'aa*128', 'c6', 'fffffff1'),
    messages: [{ type: 9, streamId: 1, timestamp: 0xfffffff0, payload: bytes('aa*128', 'fffffff1') }],
  },
  {
    name: 'extended delta that wraps 32 bits, then the same again in format 3',
    wire: bytes(
      '06',
      'ffffff',
      '000001',
      '09',
      '01000000',
      'ffffffff',
      'aa',
      '86',
      'ffffff',
      '01000000',
      'bb',
      'c6',
      '01000000',
      'cc',
    ),
    messages: [
      { type: 9, streamId: 1, timestamp: 0xffffffff, payload: payload('aa', 1) },
      { type: 9, streamId: 1, timestamp: 0x00ffffff, payload: payload('bb', 1) },
      { type: 9, streamId: 1, timestamp: 0x01ffffff, payload: payload('cc', 1) },
    ],
  },
  {
    name: 'Set Chunk Size holds from the next chunk on',
    wire: bytes(
      ...['04', '000001', '000082', '08', '01000000', 'aa*128'],
      ...['02', '000000', '000004', '01', '00000000', '00001000'],
      ...['c4', 'aa*2'],
      ...['44', '000001', '000400', '08', 'bb*1024'],
    ),
    messages: [
      { type: 8, streamId: 1, timestamp: 1, payload: payload('aa', 130) },
      { type: 8, streamId: 1, timestamp: 2, payload: payload('bb', 1024) },
    ],
  },
  {
    name: 'Abort throws away what has come of a message, and only of that',
    wire: bytes(
      ...['04', '000001', '000082', '08', '01000000', 'aa*128'],
      ...['06', '000001', '000082', '09', '01000000', 'bb*128'],
      ...['02', '000000', '000004', '02', '00000000', '00000004'],
      ...['02', '000000', '000004', '02', '00000000', '00000004'],
      ...['02', '000000', '000004', '02', '00000000', '00000063'],
      ...['c6', 'bb*2'],
      ...['44', '000001', '000001', '08', 'cc'],
    ),
    messages: [
      { type: 9, streamId: 1, timestamp: 1, payload: payload('bb', 130) },
      { type: 8, streamId: 1, timestamp: 2, payload: payload('cc', 1) },
    ],
  },
];

for (const { name, wire, messages } of VECTORS) {
  t.test(name, async (t) => {
    t.strictSame(decode([wire]), messages);
    t.strictSame(decode(Array.from(wire, (byte) => Uint8Array.of(byte))), messages, 'byte by byte');
    for (let cut = 1; cut < wire.length; cut++) {
      const got = decode([wire.subarray(0, cut), wire.subarray(cut)]);
      if (got.length !== messages.length) t.fail(`cut at ${cut}: ${got.length} messages`);
    }
    for (let length = 0; length < wire.length; length++) {
      const got = decode([wire.subarray(0, length)]);
      if (got.length > messages.length) t.fail(`the first ${length} bytes give ${got.length} messages`);
    }
  });
}

const VIOLATIONS: readonly { name: string; wire: Uint8Array; code: string }[] = [
  { name: 'format 2 on a new chunk stream', wire: bytes('84', '000001'), code: 'LH_RTMP_CHUNK_HEADER' },
  { name: 'format 3 on a new chunk stream', wire: bytes('c4'), code: 'LH_RTMP_CHUNK_HEADER' },
  {
    name: 'a message inside another one',
    wire: bytes(
      '04',
      '000001',
      '000082',
      '08',
      '01000000',
      'aa*128',
      '04',
      '000001',
      '000001',
      '08',
      '01000000',
    ),
    code: 'LH_RTMP_CHUNK_HEADER',
  },
  {
    name: 'audio over its limit',
    wire: bytes('04', '000001', '400001', '08', '01000000'),
    code: 'LH_RTMP_MESSAGE_TOO_LARGE',
  },
  {
    name: 'video over its limit',
    wire: bytes('04', '000001', '400001', '09', '01000000'),
    code: 'LH_RTMP_MESSAGE_TOO_LARGE',
  },
  {
    name: 'an aggregate over its limit',
    wire: bytes('04', '000001', 'ffffff', '16', '01000000'),
    code: 'LH_RTMP_MESSAGE_TOO_LARGE',
  },
  {
    name: 'a command over its limit',
    wire: bytes('04', '000001', '010001', '14', '01000000'),
    code: 'LH_RTMP_MESSAGE_TOO_LARGE',
  },
  {
    name: 'chunk size 1',
    wire: bytes('02', '000000', '000004', '01', '00000000', '00000001'),
    code: 'LH_RTMP_CHUNK_SIZE',
  },
  {
    name: 'chunk size over 1 MiB',
    wire: bytes('02', '000000', '000004', '01', '00000000', '00100001'),
    code: 'LH_RTMP_CHUNK_SIZE',
  },
  {
    name: 'Set Chunk Size cut short',
    wire: bytes('02', '000000', '000003', '01', '00000000', '000010'),
    code: 'LH_RTMP_CONTROL',
  },
  {
    name: 'Abort cut short',
    wire: bytes('02', '000000', '000000', '02', '00000000'),
    code: 'LH_RTMP_CONTROL',
  },
];

for (const { name, wire, code } of VIOLATIONS) {
  t.test(`${name} is refused`, async (t) => {
    t.throws(() => decode([wire]), { code });
    t.throws(() => decode(Array.from(wire, (byte) => Uint8Array.of(byte))), { code }, 'byte by byte');
  });
}

t.test('the limits themselves are allowed', async (t) => {
  t.same(decode([bytes('04', '000001', '400000', '09', '01000000')]), []);
  t.same(decode([bytes('04', '000001', '010000', '14', '01000000')]), []);
  for (const size of ['00000080', '00100000']) {
    t.same(decode([bytes('02', '000000', '000004', '01', '00000000', size)]), []);
  }
});

t.test('chunk streams are limited, however long they were silent', async (t) => {
  const open = (id: number) =>
    bytes((id | 0).toString(16).padStart(2, '0'), '000000', '000000', '08', '01000000');
  const ids = Array.from({ length: 17 }, (_, index) => index + 3);
  t.equal(decode(ids.slice(0, 16).map(open)).length, 16);
  t.throws(() => decode(ids.map(open)), { code: 'LH_RTMP_CHUNK_STREAMS', message: '19' });
});

t.test('incomplete messages together are limited', async (t) => {
  const limits = { ...DEFAULT_RTMP_LIMITS, maxPartialBytes: 300 };
  const begin = (id: string) => bytes(id, '000001', '000100', '09', '01000000', 'aa*128');
  const decoder = new ChunkDecoder({ limits, onMessage: () => {} });
  decoder.push(begin('04'));
  decoder.push(begin('05'));
  t.equal(decoder.partialBytes, 256);
  t.throws(() => decoder.push(begin('06')), { code: 'LH_RTMP_PARTIAL_LIMIT' });
});

t.test('what is incomplete is counted down by completion and Abort', async (t) => {
  const decoder = new ChunkDecoder({ limits: DEFAULT_RTMP_LIMITS, onMessage: () => {} });
  decoder.push(bytes('04', '000001', '000082', '08', '01000000', 'aa*128'));
  decoder.push(bytes('06', '000001', '000082', '09', '01000000', 'aa*128'));
  t.equal(decoder.partialBytes, 256);
  decoder.push(bytes('c4', 'aa*2'));
  t.equal(decoder.partialBytes, 128);
  decoder.push(bytes('02', '000000', '000004', '02', '00000000', '00000006'));
  t.equal(decoder.partialBytes, 0);
  t.equal(decoder.chunkBytes, 128);
});

t.test('a message of 4 MiB declared sixteen times over costs nothing', async (t) => {
  const before = process.memoryUsage().arrayBuffers;
  const decoder = new ChunkDecoder({ limits: DEFAULT_RTMP_LIMITS, onMessage: () => {} });
  for (let id = 3; id < 19; id++) {
    decoder.push(bytes(id.toString(16).padStart(2, '0'), '000001', '400000', '09', '01000000', 'aa*128'));
  }
  t.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024);
  t.equal(decoder.partialBytes, 16 * 128);
});

t.test('payloads do not keep or share the socket buffer', async (t) => {
  const socketBuffer = Buffer.alloc(65_536);
  socketBuffer.set(bytes('04', '000001', '000003', '08', '01000000', 'aa*3'));
  const [message] = decode([socketBuffer.subarray(0, 15)]);
  socketBuffer.fill(0);
  t.same(message?.payload, payload('aa', 3));
  t.equal(message?.payload.buffer.byteLength, 3);
});

t.test('a header cut by the end of a socket buffer outlives the buffer', async (t) => {
  const socketBuffer = Buffer.alloc(16);
  const wire = bytes('04', '0003e8', '000001', '08', '01000000', 'aa');
  const messages: RtmpMessage[] = [];
  const decoder = new ChunkDecoder({
    limits: DEFAULT_RTMP_LIMITS,
    onMessage: (message) => messages.push(message),
  });
  socketBuffer.set(wire.subarray(0, 6));
  decoder.push(socketBuffer.subarray(0, 6));
  socketBuffer.fill(0xff);
  socketBuffer.set(wire.subarray(6));
  decoder.push(socketBuffer.subarray(0, 7));
  t.equal(messages[0]?.timestamp, 1000);
});

const message = fc.record({
  chunkStreamId: fc.constantFrom(3, 4, 6, 63, 64, 319, 320, 65_599),
  type: fc.constantFrom(8, 9, 18, 20),
  streamId: fc.constantFrom(0, 1, 0xffffffff),
  timestamp: fc.oneof(
    fc.nat(100),
    fc.constantFrom(0xfffffe, 0xffffff, 0x1000000, 0xffffffff),
    fc.nat(0xffffffff),
  ),
  size: fc.oneof(fc.nat(20), fc.nat(5000)),
});

t.test('any messages in any chunk size, split anywhere, come out as they went in', async (t) => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 12 }),
      fc.integer({ min: 128, max: 3000 }),
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 10 }),
      (plan, chunkBytes, steps) => {
        const random = seededRandom(chunkBytes);
        const encoder = new ChunkEncoder();
        const pieces = encoder.setChunkBytes(chunkBytes);
        const sent = plan.map(({ chunkStreamId, size, ...rest }) => ({
          chunkStreamId,
          message: { ...rest, payload: random(size) },
        }));
        for (const { chunkStreamId, message } of sent) pieces.push(...encoder.encode(chunkStreamId, message));
        const wire = new Uint8Array(Buffer.concat(pieces));
        const split: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < wire.length; turn++) {
          const step = steps[turn % steps.length] as number;
          split.push(wire.subarray(at, at + step));
          at += step;
        }
        t.strictSame(
          decode(split),
          sent.map(({ message }) => message),
        );
      },
    ),
    { numRuns: 200 },
  );
});

t.test('random bytes give messages or a protocol error, nothing else', async (t) => {
  const examples = [...VECTORS, ...VIOLATIONS].map(({ wire }) => [wire] as [Uint8Array]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (wire) => {
      try {
        return Array.isArray(decode([wire]));
      } catch (error) {
        return error instanceof RtmpProtocolError;
      }
    }),
    { numRuns: 3000, examples },
  );
  t.pass('held for 3,000 inputs');
});
