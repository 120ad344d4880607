import { ByteQueue } from '../byte-queue.js';
import { MediaCode } from '../codes.js';
import { WireError } from '../errors.js';
import { MAX_STREAM_HEADER_BYTES, MAX_UINT32 } from '../limits.js';
import * as Varint from '../varint.js';
import { mediaOf, type TrackId } from './track-id.js';

/** Types of unidirectional streams: their first varint. */
export const StreamType = { TRACK: 0x01, GROUP: 0x02 } as const;

/** Starts a stream that carries the init data of one track in one epoch. docs/wire.md §5.2. */
export interface TrackHeader {
  readonly kind: 'track-header';
  readonly subscriptionId: number;
  readonly track: TrackId;
  readonly epoch: number;
}

/** Starts a stream that carries one group of a track. docs/wire.md §5.3. */
export interface GroupHeader {
  readonly kind: 'group-header';
  readonly subscriptionId: number;
  readonly track: TrackId;
  readonly epoch: number;
  /** Number of the group in its track and epoch. */
  readonly sequence: number;
  /** Version of the init data that the frames need; undefined when they need none. */
  readonly initVersion: number | undefined;
  /** Frames at the front of the group that this stream leaves out. */
  readonly skippedFrames: number;
  /** What the ordinal of the first record is counted from. */
  readonly baseOrdinal: number;
  /** What the timestamp of the first record is counted from, milliseconds, unsigned 32 bits. */
  readonly baseTimestamp: number;
}

/** The bytes before the first record of a track stream. */
export function encodeTrackHeader({ subscriptionId, track, epoch }: Omit<TrackHeader, 'kind'>): Uint8Array {
  return encodeHeader(StreamType.TRACK, [subscriptionId, MediaCode[track.media], track.index, epoch]);
}

/** The bytes before the first frame of a group stream. */
export function encodeGroupHeader(header: Omit<GroupHeader, 'kind'>): Uint8Array {
  return encodeHeader(StreamType.GROUP, [
    header.subscriptionId,
    MediaCode[header.track.media],
    header.track.index,
    header.epoch,
    header.sequence,
    header.initVersion === undefined ? 0 : header.initVersion + 1,
    header.skippedFrames,
    header.baseOrdinal,
    header.baseTimestamp,
  ]);
}

/**
 * Reads the type and the header of a unidirectional stream from the front of `queue`; undefined until all of it is
 * there. Throws LH_WIRE_UNKNOWN_STREAM, LH_WIRE_TOO_LARGE, LH_WIRE_MALFORMED or LH_WIRE_RANGE.
 */
export function readStreamHeader(queue: ByteQueue): TrackHeader | GroupHeader | undefined {
  queue.mark();
  const type = queue.readVarint();
  if (type !== undefined && type !== StreamType.TRACK && type !== StreamType.GROUP) {
    throw new WireError('LH_WIRE_UNKNOWN_STREAM', `stream type ${type} is unknown`);
  }
  const length = type === undefined ? undefined : queue.readVarint();
  if (length !== undefined && length > MAX_STREAM_HEADER_BYTES) {
    throw new WireError(
      'LH_WIRE_TOO_LARGE',
      `stream header of ${length} bytes, the limit is ${MAX_STREAM_HEADER_BYTES}`,
    );
  }
  if (length === undefined || queue.length < length) {
    queue.rewind();
    return undefined;
  }
  const fields = new ByteQueue();
  fields.push(queue.take(length));
  return type === StreamType.TRACK ? decodeTrackHeader(fields) : decodeGroupHeader(fields);
}

function encodeHeader(type: number, fields: readonly number[]): Uint8Array {
  const body = Varint.encode(...fields);
  const head = Varint.encode(type, body.length);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

// Bytes after the last known field belong to a later version and are left unread.
function decodeTrackHeader(fields: ByteQueue): TrackHeader {
  return {
    kind: 'track-header',
    subscriptionId: uint32(fields, 'subscription id'),
    track: trackId(fields),
    epoch: uint32(fields, 'epoch'),
  };
}

function decodeGroupHeader(fields: ByteQueue): GroupHeader {
  const subscriptionId = uint32(fields, 'subscription id');
  const track = trackId(fields);
  const epoch = uint32(fields, 'epoch');
  const sequence = uint32(fields, 'group sequence');
  const initVersion = uint32(fields, 'init version');
  return {
    kind: 'group-header',
    subscriptionId,
    track,
    epoch,
    sequence,
    initVersion: initVersion === 0 ? undefined : initVersion - 1,
    skippedFrames: uint32(fields, 'skipped frames'),
    baseOrdinal: uint32(fields, 'base ordinal'),
    baseTimestamp: uint32(fields, 'base timestamp'),
  };
}

function trackId(fields: ByteQueue): TrackId {
  const media = mediaOf(uint32(fields, 'media'));
  const index = uint32(fields, 'track index');
  if (index > MAX_TRACK_INDEX) throw new WireError('LH_WIRE_RANGE', `track index ${index} is over 255`);
  return { media, index };
}

function uint32(fields: ByteQueue, name: string): number {
  const value = fields.readVarint();
  if (value === undefined) {
    throw new WireError('LH_WIRE_MALFORMED', `the stream header ends before its ${name}`);
  }
  if (value > MAX_UINT32) throw new WireError('LH_WIRE_RANGE', `${name} ${value} is over 32 bits`);
  return value;
}

const MAX_TRACK_INDEX = 255;
