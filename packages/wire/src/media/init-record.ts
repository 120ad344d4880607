import type { ByteQueue } from '../byte-queue.js';
import { WireError } from '../errors.js';
import { MAX_FRAME_BYTES, MAX_INIT_BYTES, MAX_UINT32 } from '../limits.js';
import * as Varint from '../varint.js';

/** One version of the init data of a track: the record of a track stream. docs/wire.md §5.2. */
export interface InitRecord {
  readonly kind: 'init';
  /** 0, 1, 2 ... within track and epoch. */
  readonly version: number;
  readonly ordinal: number;
  /** Milliseconds, unsigned 32 bits, as published. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/** What stands before the payload of a record that is being read. */
export interface InitHead {
  /** False for a record kind that this version does not know. */
  readonly known: boolean;
  readonly version: number;
  readonly ordinal: number;
  readonly timestamp: number;
  readonly length: number;
}

/** The record as two buffers, the second being `payload` itself. */
export function encodeInit({
  version,
  ordinal,
  timestamp,
  payload,
}: Omit<InitRecord, 'kind'>): [head: Uint8Array, payload: Uint8Array] {
  if (payload.length > MAX_INIT_BYTES) {
    throw new RangeError(`init of ${payload.length} bytes, the limit is ${MAX_INIT_BYTES}`);
  }
  return [Varint.encode(INIT_CODE, version, ordinal, timestamp, payload.length), payload];
}

/** Reads what stands before a payload; undefined until all of it is there. Throws WireError. */
export function readInitHead(queue: ByteQueue): InitHead | undefined {
  queue.mark();
  const kind = queue.readVarint();
  const version = queue.readVarint();
  const ordinal = queue.readVarint();
  const timestamp = queue.readVarint();
  const length = queue.readVarint();
  if (
    kind === undefined ||
    version === undefined ||
    ordinal === undefined ||
    timestamp === undefined ||
    length === undefined
  ) {
    queue.rewind();
    return undefined;
  }
  const known = kind === INIT_CODE;
  const limit = known ? MAX_INIT_BYTES : MAX_FRAME_BYTES;
  if (length > limit) {
    throw new WireError('LH_WIRE_TOO_LARGE', `init record of ${length} bytes, the limit is ${limit}`);
  }
  if (version >= MAX_UINT32 || ordinal > MAX_UINT32 || timestamp > MAX_UINT32) {
    throw new WireError('LH_WIRE_RANGE', 'a number of an init record is over 32 bits');
  }
  return { known, version, ordinal, timestamp, length };
}

const INIT_CODE = 0;
