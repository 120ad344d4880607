/** QUIC variable-length integers (RFC 9000 §16), restricted to numbers below 2^53. */

/** Largest value that longhaul/1 carries in a varint. */
export const MAX = Number.MAX_SAFE_INTEGER;

/** Bytes that `value` takes: 1, 2, 4 or 8. Throws RangeError for anything but an integer from 0 to 2^53-1. */
export function size(value: number): 1 | 2 | 4 | 8 {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`varint ${value} is not an integer from 0 to 2^53-1`);
  }
  if (value < 0x40) return 1;
  if (value < 0x4000) return 2;
  return value < 0x4000_0000 ? 4 : 8;
}

/** Writes `value` in its shortest form at `offset` and returns the offset after it. `target` must have room. */
export function write(target: Uint8Array, offset: number, value: number): number {
  const length = size(value);
  let rest = value;
  for (let at = offset + length - 1; at >= offset; at--) {
    target[at] = rest & 0xff;
    rest = Math.floor(rest / 256);
  }
  target[offset] = (target[offset] as number) | LENGTH_BITS[length];
  return offset + length;
}

/** The shortest form of each value, one after the other. */
export function encode(...values: readonly number[]): Uint8Array {
  let total = 0;
  for (const value of values) total += size(value);
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const value of values) offset = write(bytes, offset, value);
  return bytes;
}

/** Length of a varint that starts with the byte `first`. */
export function lengthOf(first: number): 1 | 2 | 4 | 8 {
  return LENGTHS[first >> 6] as 1 | 2 | 4 | 8;
}

const LENGTHS = [1, 2, 4, 8] as const;
const LENGTH_BITS = { 1: 0x00, 2: 0x40, 4: 0x80, 8: 0xc0 } as const;
