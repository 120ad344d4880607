import type { ByteQueue } from '../byte-queue.js';
import { WireError } from '../errors.js';
import { MAX_FRAME_BYTES, MAX_UINT32 } from '../limits.js';
import * as Varint from '../varint.js';
import { DROPPED_CODE, FrameCode, type FrameKind, TRUNCATED_CODE } from './frame-kind.js';

/** One frame of a group stream. docs/wire.md §5.3. */
export interface FrameRecord {
  readonly kind: FrameKind;
  readonly ordinal: number;
  /** Milliseconds, unsigned 32 bits, as published. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/** Where the differences of a record are counted from: the record before it, or the header of its stream. */
export interface Position {
  readonly ordinal: number;
  readonly timestamp: number;
}

/** What stands before the payload of a record that is being read. */
export interface FrameHead extends Position {
  readonly code: number;
  readonly length: number;
}

/** The bytes before the payload of `frame`, which follows `previous`. The ordinal may not be lower than there. */
export function encodeFrameHead(frame: FrameRecord, previous: Position): Uint8Array {
  if (frame.payload.length > MAX_FRAME_BYTES) {
    throw new RangeError(`frame of ${frame.payload.length} bytes, the limit is ${MAX_FRAME_BYTES}`);
  }
  return Varint.encode(
    FrameCode[frame.kind],
    zigzag((frame.timestamp - previous.timestamp) | 0),
    frame.ordinal - previous.ordinal,
    frame.payload.length,
  );
}

/** The frame as two buffers, the second being its payload itself. */
export function encodeFrame(frame: FrameRecord, previous: Position): [head: Uint8Array, payload: Uint8Array] {
  return [encodeFrameHead(frame, previous), frame.payload];
}

/** The record that stands for `frame`, which was dropped and follows `previous`. */
export function encodeDropped(
  { kind, ordinal, timestamp }: Omit<FrameRecord, 'payload'>,
  previous: Position,
): Uint8Array {
  return Varint.encode(
    DROPPED_CODE,
    zigzag((timestamp - previous.timestamp) | 0),
    ordinal - previous.ordinal,
    1,
    FrameCode[kind],
  );
}

/** The record that says that the frames of the group from here on are lost. */
export function encodeTruncated(): Uint8Array {
  return Varint.encode(TRUNCATED_CODE, 0, 0, 0);
}

/** Reads what stands before a payload; undefined until all of it is there. Throws WireError. */
export function readFrameHead(queue: ByteQueue, previous: Position): FrameHead | undefined {
  queue.mark();
  const code = queue.readVarint();
  const timeDelta = queue.readVarint();
  const ordinalDelta = queue.readVarint();
  const length = queue.readVarint();
  if (code === undefined || timeDelta === undefined || ordinalDelta === undefined || length === undefined) {
    queue.rewind();
    return undefined;
  }
  if (length > MAX_FRAME_BYTES) {
    throw new WireError('LH_WIRE_TOO_LARGE', `frame of ${length} bytes, the limit is ${MAX_FRAME_BYTES}`);
  }
  const ordinal = previous.ordinal + ordinalDelta;
  if (timeDelta > MAX_UINT32 || ordinal > MAX_UINT32) {
    throw new WireError('LH_WIRE_RANGE', 'a number of a frame is over 32 bits');
  }
  return { code, timestamp: (previous.timestamp + unzigzag(timeDelta)) >>> 0, ordinal, length };
}

/** Signed 32 bits to unsigned, small magnitudes to small numbers: 0, -1, 1, -2 become 0, 1, 2, 3. */
function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}
