/** User Control (4), RTMP 1.0 §6.2 and §7.1.7: events about streams, and ping. */
import { readUint16, readUint32, writeUint16, writeUint32 } from '../../big-endian.js';
import { RtmpProtocolError } from '../../errors.js';

/** Event types that have one stream id or time as their data. */
export const UserControlType = {
  STREAM_BEGIN: 0,
  STREAM_EOF: 1,
  STREAM_DRY: 2,
  SET_BUFFER_LENGTH: 3,
  STREAM_IS_RECORDED: 4,
  PING_REQUEST: 6,
  PING_RESPONSE: 7,
} as const;

/** One event. `value` is a message stream id, and for pings a time in ms. */
export interface UserControlEvent {
  readonly event: number;
  readonly value: number;
  /** Only of SET_BUFFER_LENGTH: what the client buffers, ms. */
  readonly bufferMs?: number;
}

/** An event type that is not known has its first four bytes as `value`, or 0. @throws RtmpProtocolError `LH_RTMP_CONTROL` */
export function decode(payload: Uint8Array): UserControlEvent {
  if (payload.length < 2) throw truncated(payload.length, 2);
  const event = readUint16(payload, 0);
  const wanted = event === UserControlType.SET_BUFFER_LENGTH ? 10 : event <= 7 ? 6 : 2;
  if (payload.length < wanted) throw truncated(payload.length, wanted);
  const value = readUint32(payload, 2);
  return wanted === 10 ? { event, value, bufferMs: readUint32(payload, 6) } : { event, value };
}

/** The payload. */
export function encode({ event, value, bufferMs }: UserControlEvent): Uint8Array {
  const payload = new Uint8Array(bufferMs === undefined ? 6 : 10);
  writeUint16(payload, 0, event);
  writeUint32(payload, 2, value);
  if (bufferMs !== undefined) writeUint32(payload, 6, bufferMs);
  return payload;
}

function truncated(length: number, wanted: number): RtmpProtocolError {
  return new RtmpProtocolError('LH_RTMP_CONTROL', `User Control has ${length} bytes instead of ${wanted}`);
}
