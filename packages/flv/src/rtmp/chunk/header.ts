/** Chunk headers: basic header, message header of four formats, extended timestamp (RTMP 1.0 §5.3.1). */
import {
  readUint24,
  readUint32,
  readUint32LittleEndian,
  writeUint24,
  writeUint32,
  writeUint32LittleEndian,
} from '../../big-endian.js';

/** Which fields the message header has, §5.3.1.2: all, no stream id, time delta only, none. */
export type ChunkFormat = 0 | 1 | 2 | 3;

/** Basic header, §5.3.1.1. */
export interface BasicHeader {
  readonly format: ChunkFormat;
  readonly chunkStreamId: number;
  /** 1, 2 or 3. */
  readonly byteLength: number;
}

/** Message header of format 0, 1 or 2. A field is undefined where the format leaves it out. */
export interface MessageHeader {
  /** The 24-bit field: a timestamp in format 0, a delta in the others; 0xffffff says that the extended one follows. */
  readonly time: number;
  readonly length: number | undefined;
  readonly type: number | undefined;
  readonly streamId: number | undefined;
}

/** Bytes of the message header by format. */
export const MESSAGE_HEADER_BYTES = [11, 7, 3, 0] as const;
/** In the 24-bit time field: the real value is in the extended timestamp, §5.3.1.3. */
export const EXTENDED_TIME = 0xffffff;
/** Bytes of the extended timestamp. */
export const EXTENDED_TIME_BYTES = 4;
/** Largest header of a chunk. */
export const MAX_HEADER_BYTES = 3 + 11 + EXTENDED_TIME_BYTES;
/** Chunk stream ids that a 3-byte basic header can say. */
export const MAX_CHUNK_STREAM_ID = 65599;

/** The basic header at `at`; undefined when it is not all there. */
export function decodeBasicHeader(bytes: Uint8Array, at: number): BasicHeader | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  const format = (first >> 6) as ChunkFormat;
  const low = first & 0x3f;
  if (low > 1) return { format, chunkStreamId: low, byteLength: 1 };
  const second = bytes[at + 1];
  if (second === undefined) return undefined;
  if (low === 0) return { format, chunkStreamId: second + 64, byteLength: 2 };
  const third = bytes[at + 2];
  if (third === undefined) return undefined;
  return { format, chunkStreamId: third * 256 + second + 64, byteLength: 3 };
}

/** The message header of format 0, 1 or 2 at `at`. The caller has checked that it is all there. */
export function decodeMessageHeader(bytes: Uint8Array, at: number, format: 0 | 1 | 2): MessageHeader {
  return {
    time: readUint24(bytes, at),
    length: format < 2 ? readUint24(bytes, at + 3) : undefined,
    type: format < 2 ? bytes[at + 6] : undefined,
    streamId: format === 0 ? readUint32LittleEndian(bytes, at + 7) : undefined,
  };
}

/** What a chunk header says. `time` is a timestamp in format 0, a delta in 1 and 2, and in 3 what the header before it said. */
export interface ChunkHeader {
  readonly format: ChunkFormat;
  readonly chunkStreamId: number;
  /** Full 32 bits; the extended timestamp is written when 24 bits do not hold it. */
  readonly time: number;
  readonly length: number;
  readonly type: number;
  readonly streamId: number;
}

/** The bytes of a chunk header. @throws RangeError for a chunk stream id outside 2..65599 */
export function encodeChunkHeader(header: ChunkHeader): Uint8Array {
  const { format, chunkStreamId: id } = header;
  if (!(id >= 2 && id <= MAX_CHUNK_STREAM_ID)) {
    throw new RangeError(`a chunk stream id is 2 to ${MAX_CHUNK_STREAM_ID}, not ${id}`);
  }
  const basicBytes = id < 64 ? 1 : id < 320 ? 2 : 3;
  const extended = header.time >= EXTENDED_TIME;
  const bytes = new Uint8Array(
    basicBytes + MESSAGE_HEADER_BYTES[format] + (extended ? EXTENDED_TIME_BYTES : 0),
  );
  writeBasicHeader(bytes, format, id);
  if (format < 3) writeUint24(bytes, basicBytes, extended ? EXTENDED_TIME : header.time);
  if (format < 2) {
    writeUint24(bytes, basicBytes + 3, header.length);
    bytes[basicBytes + 6] = header.type;
  }
  if (format === 0) writeUint32LittleEndian(bytes, basicBytes + 7, header.streamId);
  if (extended) writeUint32(bytes, bytes.length - EXTENDED_TIME_BYTES, header.time);
  return bytes;
}

/** The extended timestamp at `at`. */
export function decodeExtendedTime(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at);
}

function writeBasicHeader(bytes: Uint8Array, format: ChunkFormat, id: number): void {
  const top = format << 6;
  if (id < 64) {
    bytes[0] = top | id;
  } else if (id < 320) {
    bytes[0] = top;
    bytes[1] = id - 64;
  } else {
    bytes[0] = top | 1;
    bytes[1] = id - 64; // the low 8 bits first
    bytes[2] = (id - 64) >> 8;
  }
}
