/** Codecs by FourCC (E-RTMP v2, "ExVideoTagHeader" and "ExAudioTagHeader"). */

/** The FourCC at `at` as text; undefined when it is not all there. */
export function decodeFourCc(bytes: Uint8Array, at: number): string | undefined {
  return at + FOUR_CC_BYTES <= bytes.length
    ? String.fromCharCode(...bytes.subarray(at, at + FOUR_CC_BYTES))
    : undefined;
}

/** Common name of a video FourCC. */
export function videoCodec(fourCc: string): string {
  return VIDEO_CODECS.get(fourCc) ?? 'unknown';
}

/** Common name of an audio FourCC. */
export function audioCodec(fourCc: string): string {
  return AUDIO_CODECS.get(fourCc) ?? 'unknown';
}

/** Bytes of a FourCC. */
export const FOUR_CC_BYTES = 4;

const VIDEO_CODECS: ReadonlyMap<string, string> = new Map([
  ['avc1', 'h264'],
  ['hvc1', 'h265'],
  ['vvc1', 'h266'],
  ['av01', 'av1'],
  ['vp08', 'vp8'],
  ['vp09', 'vp9'],
]);
const AUDIO_CODECS: ReadonlyMap<string, string> = new Map([
  ['mp4a', 'aac'],
  ['Opus', 'opus'],
  ['fLaC', 'flac'],
  ['ac-3', 'ac3'],
  ['ec-3', 'eac3'],
  ['.mp3', 'mp3'],
]);
