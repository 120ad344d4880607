import fc from 'fast-check';
import t from 'tap';
import { UniDecoder, type UniItem, WireError } from '../../src/index.js';
import { codeOf, concat, fromHex, load } from '../vectors.js';
import { decodeItems, encodeItems, reviveItems } from './decode.js';

const TABLES = {
  group: load('group-stream', reviveItems),
  track: load('track-stream', reviveItems),
};

for (const [name, { vectors, tolerated, invalid }] of Object.entries(TABLES)) {
  t.test(`${name} streams: vectors are read and written`, async (t) => {
    for (const { name, value, bytes } of vectors) {
      t.strictSame(decodeItems(bytes), value, name);
      t.strictSame(encodeItems(value), bytes, name);
    }
  });

  t.test(`${name} streams: byte by byte`, async (t) => {
    for (const { name, value, bytes } of [...vectors, ...tolerated]) {
      t.strictSame(
        decodeItems(
          bytes,
          Array.from(bytes, () => 1),
        ),
        value,
        name,
      );
    }
  });

  t.test(`${name} streams: what a later version may send is read`, async (t) => {
    for (const { name, value, bytes } of tolerated) t.strictSame(decodeItems(bytes), value, name);
  });

  t.test(`${name} streams: what breaks a rule is refused`, async (t) => {
    for (const { name, bytes, error } of invalid)
      t.equal(
        codeOf(() => decodeItems(bytes)),
        error,
        name,
      );
  });

  t.test(`${name} streams: cut anywhere, only whole items come out`, async (t) => {
    for (const { name, value, bytes } of vectors) {
      const ends = itemEnds(value);
      for (let length = 0; length < bytes.length; length += 1) {
        const decoder = new UniDecoder();
        const whole = ends.filter((end) => end <= length).length;
        t.equal(decoder.push(bytes.subarray(0, length)).length, whole, `${name} at ${length}`);
        const expected = ends.includes(length) ? undefined : 'LH_WIRE_TRUNCATED';
        t.equal(
          codeOf(() => decoder.finish()),
          expected,
          `${name} at ${length}`,
        );
      }
    }
  });
}

/** Where each item ends. */
function itemEnds(items: readonly UniItem[]): number[] {
  return items.map((_, index) => encodeItems(items.slice(0, index + 1)).length);
}

t.test('payloads in one buffer are views of it', async (t) => {
  const [vector] = TABLES.group.vectors.filter(({ value }) => value.length > 2);
  const bytes = vector?.bytes as Uint8Array;
  const [, frame] = decodeItems(bytes);
  t.equal((frame as { payload: Uint8Array }).payload.buffer, bytes.buffer);
});

t.test('a stated length holds nothing until its bytes come', async (t) => {
  const decoder = new UniDecoder();
  const header = TABLES.group.vectors[0]?.bytes as Uint8Array;
  decoder.push(concat(header, fromHex('0100008100'), fromHex('0000')));
  t.equal(decoder.bufferedBytes, 0);
  decoder.push(new Uint8Array(1_000));
  t.equal(decoder.bufferedBytes, 1_000);
  t.equal(
    codeOf(() => decoder.finish()),
    'LH_WIRE_TRUNCATED',
  );
});

t.test('a long record of unknown kind is skipped as it comes and holds nothing', async (t) => {
  const decoder = new UniDecoder();
  decoder.push(concat(TABLES.group.vectors[0]?.bytes as Uint8Array, fromHex('09000081000000')));
  for (let part = 0; part < 256; part += 1) {
    t.equal(decoder.bufferedBytes, 0);
    decoder.push(new Uint8Array(65_536));
  }
  decoder.finish();
});

/** Records as decoders make them: with a prototype. */
const record: typeof fc.record = ((model: never) => fc.record(model, { noNullPrototype: true })) as never;
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const payload = fc.uint8Array({ maxLength: 80 });
const groups = record({
  header: record({
    kind: fc.constant('group-header'),
    subscriptionId: uint32,
    track: record({
      media: fc.constantFrom('video', 'audio', 'data'),
      index: fc.integer({ min: 0, max: 255 }),
    }),
    epoch: uint32,
    sequence: uint32,
    initVersion: fc.option(fc.integer({ min: 0, max: 0xffff_fffe }), { nil: undefined }),
    skippedFrames: uint32,
    baseOrdinal: fc.integer({ min: 0, max: 0xffff_0000 }),
    baseTimestamp: uint32,
  }),
  frames: fc.array(
    record({
      kind: fc.constantFrom('key', 'delta', 'discardable', 'audio', 'data'),
      step: fc.integer({ min: 1, max: 500 }),
      timestamp: uint32,
      payload,
    }),
    { maxLength: 20 },
  ),
  truncated: fc.boolean(),
}).map(({ header, frames, truncated }) => {
  let ordinal = header.baseOrdinal;
  const records = frames.map(({ step, ...frame }) => {
    ordinal += step;
    return { ...frame, ordinal };
  });
  return [header, ...records, ...(truncated ? [{ kind: 'truncated' }] : [])] as UniItem[];
});

t.test('any group comes back, however its bytes are cut', async (t) => {
  fc.assert(
    fc.property(groups, fc.array(fc.integer({ min: 1, max: 50 })), (items, cuts) => {
      t.strictSame(decodeItems(encodeItems(items), cuts), items);
    }),
    { numRuns: 60, examples: TABLES.group.vectors.map(({ value }) => [value, [1]]) },
  );
});

t.test('whatever comes, the decoder ends with items or a WireError', async (t) => {
  const seeds = [...TABLES.group.invalid, ...TABLES.track.invalid].map(({ bytes }) => bytes);
  const mutated = fc
    .tuple(
      fc.constantFrom(...TABLES.group.vectors, ...TABLES.track.vectors),
      fc.array(fc.tuple(fc.nat(), fc.nat(255))),
    )
    .map(([{ bytes }, changes]) => {
      const copy = Uint8Array.from(bytes);
      for (const [at, value] of changes) copy[at % copy.length] = value;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (bytes) => {
      try {
        decodeItems(bytes);
      } catch (error) {
        return error instanceof WireError;
      }
      return true;
    }),
    { numRuns: 1_000, examples: seeds.map((bytes) => [bytes]) },
  );
  t.pass('held');
});

t.test('a small payload does not keep the large buffer it came in', async (t) => {
  const header = fromHex('0218030100c00000006ab13b800c01005268c0000000fffffff0');
  const skipped = concat(fromHex('2100008000ffff'), new Uint8Array(0xffff)); // a record of a later version
  const small = concat(fromHex('0100000a'), new Uint8Array(10).fill(7));
  const large = concat(fromHex('02000180008000'), new Uint8Array(0x8000).fill(8));
  const whole = concat(header, skipped, small, large);
  const [, first, second] = new UniDecoder().push(whole) as unknown as { payload: Uint8Array }[];
  t.strictSame([...(first?.payload ?? [])], Array(10).fill(7));
  t.equal(first?.payload.buffer.byteLength, 10);
  t.equal(second?.payload.buffer, whole.buffer, 'a large one is a view');
});

t.test('it says how many buffers it holds for what is not whole', async (t) => {
  const decoder = new UniDecoder();
  decoder.push(TABLES.group.vectors[0]?.bytes as Uint8Array);
  t.equal(decoder.buffers, 0);
  // A key frame of 6,000 bytes, in pieces too large to be gathered.
  decoder.push(fromHex('0100005770'));
  const begun = decoder.buffers;
  for (let pieces = 1; pieces <= 5; pieces += 1) {
    t.same(decoder.push(new Uint8Array(1_000)), []);
    t.equal(decoder.buffers, begun + pieces);
  }
  t.match(decoder.push(new Uint8Array(1_000)), [{ kind: 'key' }]);
  t.equal(decoder.buffers, 0);
});
