/** Video messages with the tag header of FLV 10.1 (§E.4.3.1). */
import type { FrameKind } from './classification.js';

/** Frame types, the upper four bits (three with an Enhanced RTMP header). */
export const VideoFrameType = { KEY: 1, INTER: 2, DISPOSABLE: 3, GENERATED_KEY: 4, COMMAND: 5 } as const;

/** The header of a legacy video tag. */
export interface LegacyVideoHeader {
  readonly frameType: number;
  readonly codec: string;
  /** `frame` for codecs without packet types. */
  readonly packet: 'sequence-header' | 'frame' | 'sequence-end' | 'unknown';
  /** Where the codec's own bytes begin. */
  readonly bodyAt: number;
}

/** The header of a payload whose first byte has no Enhanced RTMP flag. */
export function decodeLegacyVideo(payload: Uint8Array): LegacyVideoHeader {
  const first = payload[0] ?? 0;
  const frameType = first >> 4;
  const codecId = first & 0x0f;
  const codec = CODECS.get(codecId) ?? 'unknown';
  if (!PACKETIZED.has(codecId) || frameType === VideoFrameType.COMMAND) {
    return { frameType, codec, packet: 'frame', bodyAt: 1 };
  }
  // packet type and composition time, as AVCVIDEOPACKET has them
  return { frameType, codec, packet: PACKETS[payload[1] ?? -1] ?? 'unknown', bodyAt: 5 };
}

/** What a picture of this frame type is, as far as the type tells. */
export function pictureKind(frameType: number): FrameKind {
  switch (frameType) {
    case VideoFrameType.KEY:
    case VideoFrameType.GENERATED_KEY:
      return 'key';
    case VideoFrameType.INTER:
      return 'delta';
    default: // disposable, a command such as "seek begins", or nothing known
      return 'discardable';
  }
}

const CODECS: ReadonlyMap<number, string> = new Map([
  [2, 'h263'],
  [3, 'screen'],
  [4, 'vp6'],
  [5, 'vp6-alpha'],
  [6, 'screen2'],
  [7, 'h264'],
  [12, 'h265'], // not in the specification; common in Asia before Enhanced RTMP
  [13, 'av1'], // likewise
]);
/** Codecs with a packet type after the first byte. */
const PACKETIZED: ReadonlySet<number> = new Set([7, 12, 13]);
const PACKETS: readonly LegacyVideoHeader['packet'][] = ['sequence-header', 'frame', 'sequence-end'];
