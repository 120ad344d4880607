/** Aggregate messages (22), RTMP 1.0 §7.1.6: several messages in one, laid out like FLV tags. */
import { readUint24 } from '../../big-endian.js';
import { RtmpProtocolError } from '../../errors.js';
import type { RtmpMessage } from './message.js';

/**
 * The messages inside, each with a buffer of its own. Their timestamps are moved so that the first has the
 * aggregate's. @throws RtmpProtocolError `LH_RTMP_AGGREGATE`
 */
export function split({ payload, streamId, timestamp }: RtmpMessage): RtmpMessage[] {
  const messages: RtmpMessage[] = [];
  let offset: number | undefined;
  for (let at = 0; at < payload.length; ) {
    if (messages.length === MAX_PARTS) {
      throw new RtmpProtocolError('LH_RTMP_AGGREGATE', `an aggregate of more than ${MAX_PARTS} messages`);
    }
    if (at + HEADER_BYTES > payload.length) throw truncated(at, payload.length);
    const own = ((payload[at + 7] as number) * 2 ** 24 + readUint24(payload, at + 4)) >>> 0;
    const start = at + HEADER_BYTES;
    const end = start + readUint24(payload, at + 1);
    if (end > payload.length) throw truncated(at, payload.length);
    offset ??= timestamp - own;
    messages.push({
      type: payload[at] as number,
      streamId,
      timestamp: (own + offset) >>> 0,
      payload: new Uint8Array(payload.subarray(start, end)),
    });
    at = end + BACK_POINTER_BYTES; // the last back pointer may be missing
  }
  return messages;
}

function truncated(at: number, length: number): RtmpProtocolError {
  return new RtmpProtocolError(
    'LH_RTMP_AGGREGATE',
    `the message at byte ${at} of an aggregate goes beyond its ${length} bytes`,
  );
}

/** Far more than any sender collects; without it one message of 16 MiB would be a million, all in one turn. */
export const MAX_PARTS = 4_096;
const HEADER_BYTES = 11;
const BACK_POINTER_BYTES = 4;
