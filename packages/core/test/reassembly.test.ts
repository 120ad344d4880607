import fc from 'fast-check';
import t from 'tap';
import { Reassembly } from '../src/reassembly.js';

const LIMITS = { maxBytes: 1_000, maxPieces: 100 };

/** Bytes `from` to `to` of the stream 0, 1, 2 ... */
function part(from: number, to: number): Uint8Array {
  return Uint8Array.from({ length: to - from }, (_, index) => (from + index) & 0xff);
}

function flat(parts: readonly Uint8Array[] | undefined): number[] | undefined {
  return parts?.flatMap((bytes) => [...bytes]);
}

t.test('pieces in order pass through untouched', async (t) => {
  const reassembly = new Reassembly(LIMITS);
  const bytes = part(0, 5);
  t.equal(reassembly.push(0, bytes)?.[0], bytes);
  t.strictSame(flat(reassembly.push(5, part(5, 7))), [5, 6]);
  t.equal(reassembly.delivered, 7);
  t.equal(reassembly.bufferedBytes, 0);
});

t.test('a gap holds what is behind it', async (t) => {
  const reassembly = new Reassembly(LIMITS);
  t.strictSame(reassembly.push(4, part(4, 6)), []);
  t.strictSame(reassembly.push(8, part(8, 9)), []);
  t.equal(reassembly.bufferedBytes, 3);
  t.equal(reassembly.pieces, 2);
  t.strictSame(flat(reassembly.push(0, part(0, 4))), [0, 1, 2, 3, 4, 5]);
  t.equal(reassembly.pieces, 1);
  t.strictSame(flat(reassembly.push(6, part(6, 8))), [6, 7, 8]);
  t.equal(reassembly.bufferedBytes, 0);
});

t.test('what came before is not delivered again', async (t) => {
  const reassembly = new Reassembly(LIMITS);
  reassembly.push(0, part(0, 4));
  t.strictSame(reassembly.push(0, part(0, 4)), []);
  t.strictSame(reassembly.push(2, part(2, 3)), []);
  t.strictSame(flat(reassembly.push(2, part(2, 6))), [4, 5]);
  t.strictSame(reassembly.push(6, new Uint8Array()), []);
});

t.test('pieces that overlap waiting ones give only what is new', async (t) => {
  const reassembly = new Reassembly(LIMITS);
  reassembly.push(4, part(4, 6));
  reassembly.push(8, part(8, 10));
  reassembly.push(2, part(2, 12));
  t.equal(reassembly.bufferedBytes, 10);
  reassembly.push(5, part(5, 9));
  t.equal(reassembly.bufferedBytes, 10);
  t.strictSame(flat(reassembly.push(0, part(0, 3))), [...part(0, 12)]);
});

t.test('of bytes that contradict each other those that came first count', async (t) => {
  const reassembly = new Reassembly(LIMITS);
  reassembly.push(1, Uint8Array.of(7));
  t.strictSame(flat(reassembly.push(0, Uint8Array.of(1, 2, 3))), [1, 7, 3]);
});

t.test('bytes over the limit are not kept', async (t) => {
  const reassembly = new Reassembly({ maxBytes: 4, maxPieces: 100 });
  t.strictSame(reassembly.push(1, part(1, 5)), []);
  t.equal(reassembly.push(6, part(6, 7)), undefined);
  t.equal(reassembly.bufferedBytes, 4);
  t.strictSame(flat(reassembly.push(0, part(0, 1))), [0, 1, 2, 3, 4], 'what fills the gap is never refused');
});

t.test('a stream of one-byte pieces with gaps is bounded', async (t) => {
  const reassembly = new Reassembly({ maxBytes: 1_000, maxPieces: 3 });
  for (const offset of [2, 4, 6]) t.strictSame(reassembly.push(offset, part(offset, offset + 1)), []);
  t.equal(reassembly.push(8, part(8, 9)), undefined);
  t.equal(reassembly.pieces, 3);
});

t.test('whatever the order, repetition and overlap, every byte comes out once', async (t) => {
  const pieces = fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 20 })), { maxLength: 40 });
  fc.assert(
    fc.property(pieces, (list) => {
      const reassembly = new Reassembly({ maxBytes: 10_000, maxPieces: 10_000 });
      const out: number[] = [];
      for (const [offset, length] of list)
        out.push(...(flat(reassembly.push(offset, part(offset, offset + length))) ?? []));
      const had = new Set(list.flatMap(([offset, length]) => [...part(offset, offset + length)]));
      let expected = 0;
      while (had.has(expected)) expected += 1;
      const waiting = [...had].filter((at) => at > expected).length;
      return (
        out.length === expected &&
        out.every((value, at) => value === at) &&
        reassembly.delivered === expected &&
        reassembly.bufferedBytes === waiting
      );
    }),
    { numRuns: 500 },
  );
  t.pass('held');
});
