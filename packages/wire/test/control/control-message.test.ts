import fc from 'fast-check';
import t from 'tap';
import { CODECS, type ControlMessage, codecOf, encodeControl } from '../../src/index.js';
import { load } from '../vectors.js';
import { decodeAll, reviveControl } from './decode.js';

const { vectors } = load('control', reviveControl);

t.test('every message has a vector', async (t) => {
  const kinds = new Set(vectors.map(({ value }) => value.kind));
  t.strictSame([...kinds].sort(), Object.keys(CODECS).sort());
});

t.test('no two messages share a type, and types are found', async (t) => {
  const types = Object.values(CODECS).map(({ type }) => type);
  t.equal(new Set(types).size, types.length);
  for (const codec of Object.values(CODECS)) t.equal(codecOf(codec.type)?.kind, codec.kind);
  t.equal(codecOf(0x7f), undefined);
});

t.test('vectors are written', async (t) => {
  for (const { name, value, bytes } of vectors) {
    t.strictSame(encodeControl(value as ControlMessage), bytes, name);
  }
});

t.test('a message over its limit is the fault of the caller', async (t) => {
  const reason = 'x'.repeat(600);
  t.throws(() => encodeControl({ kind: 'request-error', code: 1, reason }), RangeError);
});

/** Records as decoders make them: with a prototype. */
const record: typeof fc.record = ((model: never) => fc.record(model, { noNullPrototype: true })) as never;
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const text = fc.string({ maxLength: 60 });
const name = fc.stringMatching(/^[a-z0-9.-]{1,255}$/);
const track = record({ media: fc.constantFrom('video', 'audio', 'data'), index: uint32 });
const messages = fc.oneof(
  record({
    kind: fc.constant('hello'),
    versions: fc.array(uint32, { minLength: 1, maxLength: 16 }),
    relayId: name,
    software: text,
    region: text,
  }),
  record({ kind: fc.constant('goaway'), reason: uint32, drainMs: uint32, text }),
  record({
    kind: fc.constant('announce'),
    path: name,
    epoch: uint32,
    hops: fc.array(name, { maxLength: 16 }),
  }),
  record({
    kind: fc.constant('subscribe'),
    subscriptionId: uint32,
    path: name,
    tracks: fc.array(track, { maxLength: 64 }),
    start: fc.constantFrom('newest', 'earliest'),
    latencyBudgetMs: uint32,
    resume: fc.option(record({ epoch: uint32, ordinal: uint32 }), { nil: undefined }),
  }),
  record({ kind: fc.constant('subscribe-ok'), epoch: uint32, firstOrdinal: uint32 }),
  record({ kind: fc.constant('subscribe-end'), reason: uint32, streams: uint32 }),
  record({ kind: fc.constant('probe'), sequence: uint32, timeMs: uint32 }),
  record({ kind: fc.constant('request-error'), code: uint32, reason: text }),
);

t.test('any message comes back, however its bytes are cut', async (t) => {
  fc.assert(
    fc.property(
      fc.array(messages, { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 40 })),
      (list, cuts) => {
        const sent = list as unknown as ControlMessage[];
        const bytes = Buffer.concat(sent.map(encodeControl));
        t.strictSame(decodeAll(bytes, cuts), sent);
      },
    ),
    { numRuns: 60, examples: [[vectors.map(({ value }) => value) as never, [1]]] },
  );
});
