/** Close reasons cross as UTF-8 of a bounded length. */

/** Largest close reason, bytes of UTF-8. */
export const MAX_REASON_BYTES = 256;

/** `reason` as it arrives: cut at a character so that it fits. */
export function truncateReason(reason: string): string {
  const encoded = new TextEncoder().encode(reason);
  if (encoded.length <= MAX_REASON_BYTES) return reason;
  let end = MAX_REASON_BYTES;
  // RFC 3629 §3: continuation bytes are 10xxxxxx.
  while (((encoded[end] as number) & 0xc0) === 0x80) end--;
  return new TextDecoder().decode(encoded.subarray(0, end));
}
