import fc from 'fast-check';
import t from 'tap';
import { ByteQueue, Varint } from '../src/index.js';
import { codeOf, load } from './vectors.js';

const { vectors, tolerated, invalid } = load('varint', (value: number) => value);

function read(bytes: Uint8Array): number | undefined {
  const queue = new ByteQueue();
  queue.push(bytes);
  return queue.readVarint();
}

t.test('vectors are read and written', async (t) => {
  for (const { name, value, bytes } of vectors) {
    t.strictSame(Varint.encode(value), bytes, name);
    t.equal(read(bytes), value, name);
    t.equal(Varint.size(value), bytes.length, name);
    t.equal(Varint.lengthOf(bytes[0] as number), bytes.length, name);
  }
});

t.test('longer forms are read', async (t) => {
  for (const { name, value, bytes } of tolerated) t.equal(read(bytes), value, name);
});

t.test('numbers from 2^53 on are refused', async (t) => {
  for (const { name, bytes, error } of invalid)
    t.equal(
      codeOf(() => read(bytes)),
      error,
      name,
    );
});

t.test('a cut varint is not there yet', async (t) => {
  for (const { name, bytes } of vectors) {
    for (let length = 0; length < bytes.length; length += 1) {
      t.equal(read(bytes.subarray(0, length)), undefined, `${name} at ${length}`);
    }
  }
});

t.test('what is no such number is the fault of the caller', async (t) => {
  for (const value of [-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
    t.throws(() => Varint.encode(value), RangeError, String(value));
  }
});

t.test('any number comes back in the shortest form', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat(), { minLength: 1 }), (values) => {
      const queue = new ByteQueue();
      queue.push(Varint.encode(...values));
      for (const value of values) {
        if (queue.readVarint() !== value) return false;
      }
      return queue.length === 0;
    }),
    { examples: [[vectors.map(({ value }) => value)]] },
  );
  t.pass('held');
});
