import fc from 'fast-check';
import t from 'tap';
import { ControlDecoder, WireError } from '../../src/index.js';
import { codeOf, concat, fromHex, load } from '../vectors.js';
import { decodeAll, reviveControl } from './decode.js';

const { vectors, tolerated, invalid } = load('control', reviveControl);

t.test('vectors are read', async (t) => {
  for (const { name, value, bytes } of vectors) t.strictSame(decodeAll(bytes), [value], name);
});

t.test('what a later version may send is read', async (t) => {
  for (const { name, value, bytes } of tolerated) t.strictSame(decodeAll(bytes), [value], name);
});

t.test('all vectors one after the other, byte by byte', async (t) => {
  const rows = [...vectors, ...tolerated];
  const bytes = concat(...rows.map((row) => row.bytes));
  t.strictSame(
    decodeAll(
      bytes,
      Array.from(bytes, () => 1),
    ),
    rows.map(({ value }) => value),
  );
});

t.test('what breaks a rule is refused', async (t) => {
  for (const { name, bytes, error } of invalid)
    t.equal(
      codeOf(() => decodeAll(bytes)),
      error,
      name,
    );
});

t.test('a stream that is cut anywhere gives nothing and the truncated error', async (t) => {
  for (const { name, bytes } of [...vectors, ...tolerated]) {
    for (let length = 1; length < bytes.length; length += 1) {
      const decoder = new ControlDecoder();
      const messages = decoder.push(bytes.subarray(0, length)).filter(({ kind }) => kind !== 'unknown');
      t.strictSame(messages, [], `${name} at ${length}`);
      t.equal(
        codeOf(() => decoder.finish()),
        'LH_WIRE_TRUNCATED',
        `${name} at ${length}`,
      );
    }
  }
});

t.test('the error of protobuf is the cause', async (t) => {
  t.throws(() => decodeAll(fromHex('2401ff')), { code: 'LH_WIRE_MALFORMED', cause: Error });
});

t.test('whatever comes, the decoder ends with messages or a WireError', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        decodeAll(bytes);
      } catch (error) {
        return error instanceof WireError;
      }
      return true;
    }),
    { numRuns: 500, examples: invalid.map(({ bytes }) => [bytes]) },
  );
  t.pass('held');
});
