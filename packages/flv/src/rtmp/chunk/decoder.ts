/** Bytes -> messages: the receiving half of the chunk stream (RTMP 1.0 §5.3, §5.4). */
import { RtmpProtocolError } from '../../errors.js';
import type { RtmpLimits } from '../../limits.js';
import { ReceivedBytes } from '../../received-bytes.js';
import * as Abort from '../message/abort.js';
import { MessageType, type RtmpMessage } from '../message/message.js';
import * as SetChunkSize from '../message/set-chunk-size.js';
import {
  decodeBasicHeader,
  decodeExtendedTime,
  decodeMessageHeader,
  EXTENDED_TIME,
  EXTENDED_TIME_BYTES,
  MAX_HEADER_BYTES,
  MESSAGE_HEADER_BYTES,
} from './header.js';

/** Chunk size of both directions until Set Chunk Size says otherwise, §5.4.1. */
export const INITIAL_CHUNK_BYTES = 128;

/** What one chunk stream remembers from header to header. */
interface ChunkStream {
  timestamp: number;
  /** Time field of the latest header in full: what a format 3 header repeats. */
  time: number;
  extended: boolean;
  length: number;
  type: number;
  streamId: number;
  /** The message being received. */
  body: ReceivedBytes | undefined;
}

/**
 * Input: bytes, split anywhere. Output: whole messages through `onMessage`, in order of their last byte.
 * Obeys Set Chunk Size and Abort itself and does not pass them on.
 */
export class ChunkDecoder {
  readonly #limits: RtmpLimits;
  readonly #onMessage: (message: RtmpMessage) => void;
  readonly #streams = new Map<number, ChunkStream>();
  #chunkBytes = INITIAL_CHUNK_BYTES;
  #partialBytes = 0;
  /** The stream whose chunk is being read and how much of that chunk is to come. */
  #current: ChunkStream | undefined;
  #chunkRemaining = 0;
  /** The beginning of a header that a read cut off. */
  #carried: Uint8Array = EMPTY;

  constructor(options: { limits: RtmpLimits; onMessage: (message: RtmpMessage) => void }) {
    this.#limits = options.limits;
    this.#onMessage = options.onMessage;
  }

  /** Received bytes of messages that are not complete. */
  get partialBytes(): number {
    return this.#partialBytes;
  }

  /** Largest chunk payload the peer sends now. */
  get chunkBytes(): number {
    return this.#chunkBytes;
  }

  /** Takes bytes from `offset` on. After it has thrown, the decoder is of no more use. @throws RtmpProtocolError */
  push(bytes: Uint8Array, offset = 0): void {
    let at = offset;
    while (at < bytes.length) {
      at = this.#current ? this.#readBody(this.#current, bytes, at) : this.#readHeader(bytes, at);
    }
  }

  #readHeader(bytes: Uint8Array, at: number): number {
    const carried = this.#carried;
    if (carried.length === 0) {
      const used = this.#parseHeader(bytes, at);
      if (used !== undefined) return at + used;
      this.#carried = new Uint8Array(bytes.subarray(at)); // a Buffer's slice would be a view of the socket's memory
      return bytes.length;
    }
    const joined = Buffer.concat([carried, bytes.subarray(at, at + MAX_HEADER_BYTES)]);
    const used = this.#parseHeader(joined, 0);
    if (used === undefined) {
      this.#carried = joined;
      return bytes.length;
    }
    this.#carried = EMPTY;
    if (used >= carried.length) return at + used - carried.length;
    this.push(carried.subarray(used)); // looked at as an extended timestamp, found to be payload
    return at;
  }

  /** Reads one header and returns its size; undefined while it is not all there. */
  #parseHeader(bytes: Uint8Array, at: number): number | undefined {
    const basic = decodeBasicHeader(bytes, at);
    if (basic === undefined) return undefined;
    const { format, chunkStreamId } = basic;
    const messageAt = at + basic.byteLength;
    const timeAt = messageAt + MESSAGE_HEADER_BYTES[format];
    if (timeAt > bytes.length) return undefined;
    const known = this.#streams.get(chunkStreamId);
    if (format === 3) {
      if (known === undefined)
        throw headerError(`chunk stream ${chunkStreamId} begins with a format 3 header`);
      const extra = known.body
        ? this.#continue(known, known.body, { bytes, at: timeAt })
        : this.#repeat(known, bytes, timeAt);
      return extra === undefined ? undefined : timeAt - at + extra;
    }
    const header = decodeMessageHeader(bytes, messageAt, format);
    const extended = header.time === EXTENDED_TIME;
    const end = timeAt + (extended ? EXTENDED_TIME_BYTES : 0);
    if (end > bytes.length) return undefined;
    const stream = known ?? this.#open(chunkStreamId, format);
    if (stream.body) throw headerError(`chunk stream ${chunkStreamId} begins a message inside another one`);
    stream.extended = extended;
    stream.time = extended ? decodeExtendedTime(bytes, timeAt) : header.time;
    stream.timestamp = format === 0 ? stream.time : (stream.timestamp + stream.time) >>> 0;
    stream.length = header.length ?? stream.length;
    stream.type = header.type ?? stream.type;
    stream.streamId = header.streamId ?? stream.streamId;
    this.#beginMessage(stream);
    return end - at;
  }

  /**
   * Format 3 inside a message. The extended timestamp is repeated by the specification (§5.3.1.3) and left out by
   * some encoders: it is there if the bytes are its value. Returns its size here, undefined to wait for more bytes.
   */
  #continue(
    stream: ChunkStream,
    body: ReceivedBytes,
    from: { bytes: Uint8Array; at: number },
  ): number | undefined {
    let extra = 0;
    if (stream.extended) {
      const match = matchesTime(from.bytes, from.at, stream.time);
      if (match === undefined) return undefined;
      if (match) extra = EXTENDED_TIME_BYTES;
    }
    this.#beginChunk(stream, body);
    return extra;
  }

  /** Format 3 that begins a message: everything as before. After format 0 the delta is its timestamp (§5.3.1.2.4). */
  #repeat(stream: ChunkStream, bytes: Uint8Array, at: number): number | undefined {
    const extra = stream.extended ? EXTENDED_TIME_BYTES : 0;
    if (at + extra > bytes.length) return undefined;
    if (stream.extended) stream.time = decodeExtendedTime(bytes, at);
    stream.timestamp = (stream.timestamp + stream.time) >>> 0;
    this.#beginMessage(stream);
    return extra;
  }

  #open(chunkStreamId: number, format: 0 | 1 | 2): ChunkStream {
    // A first header of format 1 comes from librtmp's pings; its stream id is 0.
    if (format === 2) throw headerError(`chunk stream ${chunkStreamId} begins with a format 2 header`);
    if (this.#streams.size >= this.#limits.maxChunkStreams) {
      throw new RtmpProtocolError(
        'LH_RTMP_CHUNK_STREAMS',
        `more than ${this.#limits.maxChunkStreams} chunk streams (the next is ${chunkStreamId})`,
      );
    }
    const stream = {
      timestamp: 0,
      time: 0,
      extended: false,
      length: 0,
      type: 0,
      streamId: 0,
      body: undefined,
    };
    this.#streams.set(chunkStreamId, stream);
    return stream;
  }

  #beginMessage(stream: ChunkStream): void {
    const limit = messageLimit(stream.type, this.#limits);
    if (stream.length > limit) {
      throw new RtmpProtocolError(
        'LH_RTMP_MESSAGE_TOO_LARGE',
        `a message of type ${stream.type} declares ${stream.length} bytes; ${limit} are allowed`,
      );
    }
    stream.body = new ReceivedBytes(stream.length);
    if (stream.length === 0) this.#finish(stream, stream.body);
    else this.#beginChunk(stream, stream.body);
  }

  #beginChunk(stream: ChunkStream, body: ReceivedBytes): void {
    this.#current = stream;
    this.#chunkRemaining = Math.min(this.#chunkBytes, body.remaining);
  }

  #readBody(stream: ChunkStream, bytes: Uint8Array, at: number): number {
    const end = Math.min(bytes.length, at + this.#chunkRemaining);
    const body = stream.body as ReceivedBytes; // set since #beginMessage
    body.append(bytes, at, end);
    this.#chunkRemaining -= end - at;
    this.#partialBytes += end - at;
    if (this.#chunkRemaining === 0) this.#current = undefined;
    if (body.remaining === 0) {
      this.#partialBytes -= body.received;
      this.#finish(stream, body);
    } else if (this.#partialBytes > this.#limits.maxPartialBytes) {
      throw new RtmpProtocolError(
        'LH_RTMP_PARTIAL_LIMIT',
        `incomplete messages hold more than ${this.#limits.maxPartialBytes} bytes`,
      );
    }
    return end;
  }

  #finish(stream: ChunkStream, body: ReceivedBytes): void {
    stream.body = undefined;
    const { type, streamId, timestamp } = stream;
    const payload = body.take();
    if (type === MessageType.SET_CHUNK_SIZE) this.#chunkBytes = SetChunkSize.decode(payload, this.#limits);
    else if (type === MessageType.ABORT) this.#abort(Abort.decode(payload));
    else this.#onMessage({ type, streamId, timestamp, payload });
  }

  /** §5.4.2: the rest of the message will not come. The chunk stream goes on with its header state. */
  #abort(chunkStreamId: number): void {
    const stream = this.#streams.get(chunkStreamId);
    if (!stream?.body) return;
    this.#partialBytes -= stream.body.received;
    stream.body = undefined;
  }
}

function messageLimit(type: number, limits: RtmpLimits): number {
  switch (type) {
    case MessageType.AUDIO:
      return limits.maxAudioBytes;
    case MessageType.VIDEO:
    case MessageType.AGGREGATE:
      return limits.maxVideoBytes;
    default:
      return limits.maxCommandBytes;
  }
}

/** Whether `time` stands at `at`; undefined while the bytes that are there do not tell. */
function matchesTime(bytes: Uint8Array, at: number, time: number): boolean | undefined {
  for (let index = 0; index < EXTENDED_TIME_BYTES; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    if (byte !== ((time >>> (24 - 8 * index)) & 0xff)) return false;
  }
  return true;
}

function headerError(message: string): RtmpProtocolError {
  return new RtmpProtocolError('LH_RTMP_CHUNK_HEADER', message);
}

const EMPTY = new Uint8Array(0);
