import fc from 'fast-check';
import t from 'tap';
import { DEFAULT_RTMP_LIMITS, RtmpProtocolError } from '../../../src/index.js';
import { ChunkDecoder } from '../../../src/rtmp/chunk/decoder.js';
import { ChunkEncoder } from '../../../src/rtmp/chunk/encoder.js';
import type { RtmpMessage } from '../../../src/rtmp/message/message.js';
import { seededRandom } from '../../seeded-random.js';
import { bytes, payload, VECTORS, VIOLATIONS } from './vectors.js';

function decode(pieces: readonly Uint8Array[], limits = DEFAULT_RTMP_LIMITS): RtmpMessage[] {
  const messages: RtmpMessage[] = [];
  const decoder = new ChunkDecoder({ limits, onMessage: (message) => messages.push(message) });
  for (const piece of pieces) decoder.push(piece);
  return messages;
}

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

for (const { name, wire, code } of VIOLATIONS) {
  t.test(`${name} is refused`, async (t) => {
    t.throws(() => decode([wire]), { code });
    t.throws(() => decode(Array.from(wire, (byte) => Uint8Array.of(byte))), { code }, 'byte by byte');
  });
}

t.test('the limits themselves are allowed', async (t) => {
  t.same(decode([bytes('04', '000001', '400000', '09', '01000000')]), []);
  t.same(decode([bytes('04', '000001', '400000', '16', '01000000')]), []);
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
