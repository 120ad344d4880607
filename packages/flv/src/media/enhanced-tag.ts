/** Headers of Enhanced RTMP v1 and v2, which video and audio share in all but their numbers (E-RTMP v2, "ExVideoTagHeader", "ExAudioTagHeader"). */
import { readUint16, readUint24 } from '../big-endian.js';
import { decodeFourCc, FOUR_CC_BYTES } from './four-cc.js';

/** What packets hold, whatever number each medium gives them. */
export type EnhancedPacket =
  | 'sequence-start'
  | 'coded-frames'
  | 'coded-frames-x'
  | 'sequence-end'
  | 'metadata'
  | 'unknown';

/** The header up to the first track's body. */
export interface EnhancedHeader {
  readonly packet: EnhancedPacket;
  readonly fourCc: string;
  /** Track id; 0 without multitrack. Of several tracks in one message, the first. */
  readonly index: number;
  /** The first track's body. */
  readonly body: Uint8Array;
}

/** Packet type numbers of one medium. */
export type PacketTypes = readonly (EnhancedPacket | 'multitrack' | 'mod-ex')[];

/** Reads the header of an Enhanced RTMP message, whose first byte is there; undefined when the rest is cut short. */
export function decodeEnhancedHeader(payload: Uint8Array, types: PacketTypes): EnhancedHeader | undefined {
  let type = types[(payload[0] as number) & 0x0f] ?? 'unknown';
  let at = 1;
  while (type === 'mod-ex') {
    const extension = skipModifierExtension(payload, at);
    if (extension === undefined) return undefined;
    type = types[extension.packetType] ?? 'unknown';
    at = extension.end;
  }
  if (type === 'multitrack') return decodeMultitrack(payload, at, types);
  const fourCc = decodeFourCc(payload, at);
  if (fourCc === undefined) return undefined;
  return { packet: type, fourCc, index: 0, body: payload.subarray(at + FOUR_CC_BYTES) };
}

/** ModEx: size - 1 in 8 bits (or 255, then size - 1 in 16), the data, then its type and the next packet type. */
function skipModifierExtension(
  payload: Uint8Array,
  at: number,
): { packetType: number; end: number } | undefined {
  let size = (payload[at] ?? 0) + 1;
  let dataAt = at + 1;
  if (size === 256) {
    size = readUint16(payload, dataAt) + 1;
    dataAt += 2;
  }
  const next = payload[dataAt + size];
  return next === undefined ? undefined : { packetType: next & 0x0f, end: dataAt + size + 1 };
}

function decodeMultitrack(payload: Uint8Array, at: number, types: PacketTypes): EnhancedHeader | undefined {
  const first = payload[at];
  const fourCc = decodeFourCc(payload, at + 1); // ManyTracksManyCodecs has it per track, in the same place for the first
  const index = payload[at + 1 + FOUR_CC_BYTES];
  if (first === undefined || fourCc === undefined || index === undefined) return undefined;
  const type = types[first & 0x0f];
  const packet = type === undefined || type === 'multitrack' || type === 'mod-ex' ? 'unknown' : type;
  let bodyAt = at + 2 + FOUR_CC_BYTES;
  let bodyEnd = payload.length;
  if (first >> 4 !== ONE_TRACK) {
    bodyEnd = bodyAt + 3 + readUint24(payload, bodyAt);
    bodyAt += 3;
  }
  return { packet, fourCc, index, body: payload.subarray(bodyAt, bodyEnd) };
}

/** AvMultitrackType. */
const ONE_TRACK = 0;
