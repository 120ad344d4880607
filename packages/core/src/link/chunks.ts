/** Lists of buffers that are written to a stream in one call. */

/** Bytes of all of them. */
export function size(chunks: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  return bytes;
}

/** What is left of `chunks` after their first `taken` bytes: views, nothing is copied. */
export function after(chunks: readonly Uint8Array[], taken: number): Uint8Array[] {
  let left = taken;
  let index = 0;
  while (index < chunks.length && left >= (chunks[index] as Uint8Array).length) {
    left -= (chunks[index] as Uint8Array).length;
    index += 1;
  }
  const rest = chunks.slice(index);
  if (left > 0) rest[0] = (rest[0] as Uint8Array).subarray(left);
  return rest;
}

/** The first `limit` bytes of `chunks`: views, nothing is copied. `chunks` itself when all of it fits. */
export function front(chunks: readonly Uint8Array[], limit: number): readonly Uint8Array[] {
  let left = limit;
  for (const [index, chunk] of chunks.entries()) {
    if (chunk.length > left) return [...chunks.slice(0, index), chunk.subarray(0, left)];
    left -= chunk.length;
  }
  return chunks;
}
