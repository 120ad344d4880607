/** The FLV file header (FLV 10.1 §E.2). */

/** Header and the first PreviousTagSize. */
export const FLV_HEADER_BYTES = 9;

/** What a file says it has. Only a hint: live sources learn it as they go. */
export interface FlvHeader {
  readonly audio: boolean;
  readonly video: boolean;
}

/** The 13 bytes that stand before the first tag: header and PreviousTagSize0. */
export function encodeFlvHeader({ audio, video }: FlvHeader): Uint8Array {
  const flags = (audio ? AUDIO_FLAG : 0) | (video ? VIDEO_FLAG : 0);
  return Uint8Array.of(0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, FLV_HEADER_BYTES, 0, 0, 0, 0);
}

/** The flags of the header's fifth byte. */
export function decodeFlags(flags: number): FlvHeader {
  return { audio: (flags & AUDIO_FLAG) !== 0, video: (flags & VIDEO_FLAG) !== 0 };
}

const AUDIO_FLAG = 4;
const VIDEO_FLAG = 1;
