/** Media as chunks that depend on no connection, so that many viewers share one buffer. */
import type { MediaMessage } from '../message/message.js';
import { ChunkStreamId, cutIntoChunks } from './encoder.js';

/** What the connections that share the chunks have in common. */
export interface SharedMediaOptions {
  /** The chunk size each of them has announced, bytes. */
  readonly chunkBytes: number;
  /** The message stream that each of them plays on. */
  readonly streamId: number;
}

/**
 * The chunks of one media message with a format 0 header on a chunk stream that nothing else uses, so it can be
 * written between any two messages of any session with that chunk size. Pieces are to be written one after another; payload pieces
 * are views of the payload.
 */
export function encodeSharedMedia(message: MediaMessage, options: SharedMediaOptions): Uint8Array[] {
  const header = {
    format: 0,
    chunkStreamId: mediaChunkStreamId(message.type),
    time: message.timestamp,
    length: message.payload.length,
    type: message.type,
    streamId: options.streamId,
  } as const;
  return cutIntoChunks(header, message.payload, options.chunkBytes);
}

/** The chunk stream of a media type. */
export function mediaChunkStreamId(type: MediaMessage['type']): number {
  if (type === 8) return ChunkStreamId.AUDIO;
  return type === 9 ? ChunkStreamId.VIDEO : ChunkStreamId.DATA;
}
