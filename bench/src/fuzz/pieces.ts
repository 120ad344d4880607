/** How an input that is a byte stream reaches its reader: the first byte says where it is cut. */
import { Random } from '@longhaul/testkit';

/** Cuts `input` after its first byte: 0 gives it whole, 1 byte by byte, any other a mix of sizes that it repeats. */
export function* pieces(input: Uint8Array): Iterable<Uint8Array> {
  const how = input[0] ?? 0;
  if (how === 0) {
    if (input.length > 1) yield input.subarray(1);
    return;
  }
  const random = new Random(how);
  for (let at = 1; at < input.length; ) {
    const size = how === 1 ? 1 : random.integer(1, 1 << random.integer(0, 12));
    // A view of a buffer of its own, as a socket gives it.
    yield input.slice(at, at + size);
    at += size;
  }
}

/** `bytes` to be read in the way that `how` says. */
export function cut(how: number, ...bytes: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat([Uint8Array.of(how), ...bytes]));
}
