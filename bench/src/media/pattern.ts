/** Bytes that a seed and a frame's sequence number give again: what fills a frame, so that a changed byte shows. */

/**
 * `length` bytes. None is zero, so that they hold no start code and need no emulation prevention (H.264 §7.4.1).
 * The caller owns them.
 */
export function pattern(seed: number, sequence: number, length: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4));
  // xorshift32 (Marsaglia 2003) from a state that is never 0.
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(sequence + 1, 0xc2b2ae35)) | 1;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state | 0x01010101;
  }
  return Buffer.from(words.buffer, 0, length);
}
