/** Range checks of what owners pass. */

/** An application's error code: 0 to 2^32-1. */
export function code(value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new RangeError(`code is ${value}: it must be an integer from 0 to 2^32-1`);
  }
}

/** A stream's priority: a signed 32-bit integer. */
export function priority(value: number): void {
  if (!Number.isInteger(value) || value < -0x8000_0000 || value > 0x7fff_ffff) {
    throw new RangeError(`priority is ${value}: it must be an integer from -2^31 to 2^31-1`);
  }
}

/** `reason` cut to 256 bytes of UTF-8, at a character. */
export function reason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.byteLength <= MAX_REASON_BYTES) return text;
  let end = MAX_REASON_BYTES;
  // Continuation bytes are 10xxxxxx (RFC 3629 §3).
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

const MAX_REASON_BYTES = 256;
