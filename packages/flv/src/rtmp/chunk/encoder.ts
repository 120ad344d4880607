/** Messages -> bytes: the sending half of the chunk stream (RTMP 1.0 §5.3). */
import { MessageType, type RtmpMessage } from '../message/message.js';
import * as SetChunkSize from '../message/set-chunk-size.js';
import { INITIAL_CHUNK_BYTES } from './decoder.js';
import { type ChunkFormat, encodeChunkHeader } from './header.js';

/** Chunk stream ids by use. Other servers and encoders use the same ones. */
export const ChunkStreamId = { CONTROL: 2, COMMAND: 3, AUDIO: 4, DATA: 5, VIDEO: 6 } as const;

interface SentHeader {
  readonly timestamp: number;
  /** The time step of the latest message, undefined after a format 0 header: format 3 would repeat the timestamp itself. */
  readonly delta: number | undefined;
  readonly length: number;
  readonly type: number;
  readonly streamId: number;
}

/**
 * Input: messages. Output: pieces to write one after another; payload pieces are views of the payload, never copies.
 * Headers are as short as what was sent before on the same chunk stream allows.
 */
export class ChunkEncoder {
  readonly #sent = new Map<number, SentHeader>();
  #chunkBytes = INITIAL_CHUNK_BYTES;

  /** Largest chunk payload in use. */
  get chunkBytes(): number {
    return this.#chunkBytes;
  }

  /** The Set Chunk Size message; what is encoded after it uses the new size. */
  setChunkBytes(chunkBytes: number): Uint8Array[] {
    const pieces = this.encode(ChunkStreamId.CONTROL, {
      type: MessageType.SET_CHUNK_SIZE,
      streamId: 0,
      timestamp: 0,
      payload: SetChunkSize.encode(chunkBytes),
    });
    this.#chunkBytes = chunkBytes;
    return pieces;
  }

  /** The chunks of one message. */
  encode(chunkStreamId: number, message: RtmpMessage): Uint8Array[] {
    const { type, streamId, timestamp, payload } = message;
    const previous = this.#sent.get(chunkStreamId);
    const delta = previous && (timestamp - previous.timestamp) >>> 0;
    const length = payload.length;
    const format = chooseFormat({ previous, delta, length, type, streamId });
    const time = format === 0 ? timestamp : (delta as number);
    this.#sent.set(chunkStreamId, {
      timestamp,
      delta: format === 0 ? undefined : delta,
      length,
      type,
      streamId,
    });
    const header = { format, chunkStreamId, time, length, type, streamId };
    return cutIntoChunks(header, payload, this.#chunkBytes);
  }
}

/** The pieces of a message whose first header is `header`: header, payload, format 3 header, payload ... */
export function cutIntoChunks(
  header: Parameters<typeof encodeChunkHeader>[0],
  payload: Uint8Array,
  chunkBytes: number,
): Uint8Array[] {
  const pieces = [encodeChunkHeader(header)];
  if (payload.length === 0) return pieces;
  if (payload.length <= chunkBytes) {
    pieces.push(payload);
    return pieces;
  }
  const continuation = encodeChunkHeader({ ...header, format: 3 }); // extended timestamp included, §5.3.1.3
  for (let at = 0; at < payload.length; at += chunkBytes) {
    if (at > 0) pieces.push(continuation);
    pieces.push(payload.subarray(at, at + chunkBytes));
  }
  return pieces;
}

/** §5.3.1.2: the shortest header that says the same. A time that runs backwards needs format 0. */
function chooseFormat(next: {
  previous: SentHeader | undefined;
  delta: number | undefined;
  length: number;
  type: number;
  streamId: number;
}): ChunkFormat {
  const { previous, delta } = next;
  if (!previous || delta === undefined) return 0;
  if (previous.streamId !== next.streamId || delta >= MAX_DELTA) return 0;
  if (previous.length !== next.length || previous.type !== next.type) return 1;
  return previous.delta === delta ? 3 : 2;
}

/** Below the extended timestamp: a delta that needs one is read differently by too many peers. */
const MAX_DELTA = 0xffffff;
