/** Bytes that look random and are the same in every run (xorshift32). */
export function seededRandom(seed: number): (byteCount: number) => Uint8Array {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return (byteCount) =>
    Uint8Array.from({ length: byteCount }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state = (state ^ (state << 5)) >>> 0;
      return state & 0xff;
    });
}
