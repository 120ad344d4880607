/**
 * Capture times in the stream: a script data message just before a frame, with the frame's timestamp, says when the frame
 * was sent. Media payloads stay as they are, players skip the message, and relays forward it like any data frame.
 *
 * AMF0: the string `longhaulStamp`, then an object {sequence, wallMs, media}.
 */
import { AmfDecoder, type AmfValue, encodeAmf } from '@longhaul/flv';

/** One stamp. */
export interface Stamp {
  /** 0, 1, 2 ... per publish: a gap tells of lost messages. */
  readonly sequence: number;
  /** ms since 1970 by the publisher's clock, with fractions. */
  readonly wallMs: number;
  /** Track of the frame that follows. */
  readonly media: 'video' | 'audio';
}

const NAME = 'longhaulStamp';

/** The payload of a stamp's script data message. */
export function encodeStamp(stamp: Stamp): Uint8Array {
  return encodeAmf([NAME, new Map<string, AmfValue>(Object.entries(stamp))]);
}

/** The stamp in a script data payload; undefined when it is some other message. */
export function decodeStamp(payload: Uint8Array): Stamp | undefined {
  // The marker and length of the name, then its first byte: cheap for the many messages that are no stamps.
  if (payload.length < NAME.length + 3 || payload[0] !== 0x02 || payload[2] !== NAME.length) return undefined;
  try {
    const decoder = new AmfDecoder(payload);
    if (decoder.read() !== NAME) return undefined;
    const body = decoder.read();
    if (!(body instanceof Map)) return undefined;
    const [sequence, wallMs, media] = [body.get('sequence'), body.get('wallMs'), body.get('media')];
    if (typeof sequence !== 'number' || typeof wallMs !== 'number') return undefined;
    return media === 'video' || media === 'audio' ? { sequence, wallMs, media } : undefined;
  } catch {
    return undefined;
  }
}
