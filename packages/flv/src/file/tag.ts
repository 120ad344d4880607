/** FLV tags (FLV 10.1 §E.4.1). */
import { readUint24, writeUint24, writeUint32 } from '../big-endian.js';
import type { MediaMessage } from '../rtmp/message/message.js';

/** One tag: the same thing as an RTMP media message. */
export type FlvTag = MediaMessage;

/** Bytes before the payload of a tag. */
export const TAG_HEADER_BYTES = 11;
/** Bytes of the PreviousTagSize after it. */
export const TAG_TRAILER_BYTES = 4;
/** Largest payload that the 24-bit length can say. */
export const MAX_TAG_BYTES = 0xffffff;

/** The tag as three pieces to write one after another; the payload is passed on, not copied. @throws RangeError over 16 MiB - 1 */
export function encodeTag({ type, timestamp, payload }: FlvTag): [Uint8Array, Uint8Array, Uint8Array] {
  if (payload.length > MAX_TAG_BYTES) {
    throw new RangeError(`an FLV tag has at most ${MAX_TAG_BYTES} bytes, not ${payload.length}`);
  }
  const head = new Uint8Array(TAG_HEADER_BYTES);
  head[0] = type;
  writeUint24(head, 1, payload.length);
  writeUint24(head, 4, timestamp);
  head[7] = timestamp >>> 24; // TimestampExtended: the upper 8 bits
  const trailer = new Uint8Array(TAG_TRAILER_BYTES);
  writeUint32(trailer, 0, TAG_HEADER_BYTES + payload.length);
  return [head, payload, trailer];
}

/** The fields of a tag header at `at`; all of its 11 bytes are there. */
export function decodeTagHeader(
  bytes: Uint8Array,
  at: number,
): { typeByte: number; length: number; timestamp: number } {
  return {
    typeByte: bytes[at] as number,
    length: readUint24(bytes, at + 1),
    timestamp: ((bytes[at + 7] as number) * 2 ** 24 + readUint24(bytes, at + 4)) >>> 0,
  };
}
