/** Feed entries -> bytes of one egress protocol, joined into one buffer that viewers share. */
import type { FeedEntry } from '@longhaul/core';
import { encodeTag } from '@longhaul/flv';

/** One way to put entries into bytes. Two framings with the same `key` give the same bytes. */
export interface Framing {
  readonly key: string;
  join(entries: readonly FeedEntry[]): Buffer;
}

/** FLV tags and nothing around them: HTTP/1.0, files. FLV 10.1 §E.4.1. */
export const FLV_PLAIN: Framing = { key: 'flv', join: joinTags };

/** FLV tags as one HTTP/1.1 chunk. RFC 9112 §7.1. */
export const FLV_CHUNKED: Framing = {
  key: 'flv-chunked',
  join: (entries) => encodeHttpChunk(tagPieces(entries)),
};

/** FLV tags as one binary WebSocket message. RFC 6455 §5.2. */
export const FLV_WEBSOCKET: Framing = {
  key: 'flv-websocket',
  join: (entries) => encodeWebSocketMessage(tagPieces(entries)),
};

/**
 * The joined bytes of `entries`, made once for all viewers. Viewers at the same place of a feed take the same array, so
 * the array is the key; both go when the feed has moved on.
 */
export function joinShared(framing: Framing, entries: readonly FeedEntry[]): Buffer {
  let byFraming = joined.get(entries);
  if (byFraming === undefined) {
    byFraming = new Map();
    joined.set(entries, byFraming);
  }
  let bytes = byFraming.get(framing.key);
  if (bytes === undefined) {
    bytes = framing.join(entries);
    byFraming.set(framing.key, bytes);
  }
  return bytes;
}

const joined = new WeakMap<readonly FeedEntry[], Map<string, Buffer>>();

/** One HTTP/1.1 chunk of `pieces`. */
export function encodeHttpChunk(pieces: readonly Uint8Array[]): Buffer {
  const size = sizeOf(pieces);
  return Buffer.concat([Buffer.from(`${size.toString(16)}\r\n`, 'latin1'), ...pieces, CRLF]);
}

/** One unmasked final binary message of `pieces`. */
export function encodeWebSocketMessage(pieces: readonly Uint8Array[]): Buffer {
  const size = sizeOf(pieces);
  let head: Buffer;
  if (size < 126) head = Buffer.from([FIN_BINARY, size]);
  else if (size <= 0xffff) {
    head = Buffer.from([FIN_BINARY, 126, size >>> 8, size & 0xff]);
  } else {
    head = Buffer.alloc(10);
    head[0] = FIN_BINARY;
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat([head, ...pieces]);
}

function joinTags(entries: readonly FeedEntry[]): Buffer {
  return Buffer.concat(tagPieces(entries));
}

function tagPieces(entries: readonly FeedEntry[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (const { media, timestamp, frame } of entries) {
    pieces.push(...encodeTag({ type: MESSAGE_TYPES[media], timestamp, payload: frame.payload }));
  }
  return pieces;
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  let size = 0;
  for (const piece of pieces) size += piece.length;
  return size;
}

/** FLV tag types, the same numbers as RTMP message types. */
export const MESSAGE_TYPES = { audio: 8, video: 9, data: 18 } as const;

const CRLF = Buffer.from('\r\n', 'latin1');
const FIN_BINARY = 0x82;
