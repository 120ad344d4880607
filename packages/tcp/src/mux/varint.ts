/** Whole numbers of 1, 2, 4 or 8 bytes; the two highest bits tell how many. RFC 9000 §16. */

/** Largest number that is written or taken: what JavaScript counts exactly. */
export const MAX = Number.MAX_SAFE_INTEGER;

/** Most bytes that a number takes. */
export const MAX_BYTES = 8;

/** Bytes that `value` takes. */
export function size(value: number): number {
  if (value < 0x40) return 1;
  if (value < 0x4000) return 2;
  return value < 0x4000_0000 ? 4 : 8;
}

/** Writes `value` at `at`, which has room for it, and returns where it ends. */
export function encode(into: Buffer, at: number, value: number): number {
  if (value < 0x40) return into.writeUInt8(value, at);
  if (value < 0x4000) return into.writeUInt16BE(0x4000 | value, at);
  if (value < 0x4000_0000) return into.writeUInt32BE((0x8000_0000 | value) >>> 0, at);
  into.writeUInt32BE((0xc000_0000 | Math.floor(value / 2 ** 32)) >>> 0, at);
  return into.writeUInt32BE(value >>> 0, at + 4);
}

/** Bytes of the number whose first byte is `first`. */
export function sizeOf(first: number): number {
  return 1 << (first >>> 6);
}

/** The number at `at`, which is all there. It may be above `MAX`: the caller refuses that. */
export function decode(from: Buffer, at: number): number {
  switch (sizeOf(from[at] as number)) {
    case 1:
      return (from[at] as number) & 0x3f;
    case 2:
      return from.readUInt16BE(at) & 0x3fff;
    case 4:
      return from.readUInt32BE(at) & 0x3fff_ffff;
    default:
      return (from.readUInt32BE(at) & 0x3fff_ffff) * 2 ** 32 + from.readUInt32BE(at + 4);
  }
}
