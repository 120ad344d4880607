/** Control messages that are one 32-bit number. */
import { readUint32 } from '../../big-endian.js';
import { RtmpProtocolError } from '../../errors.js';

/** The number at the front of a control message. @throws RtmpProtocolError `LH_RTMP_CONTROL` when it is cut short */
export function controlValue(payload: Uint8Array, name: string, byteLength = 4): number {
  if (payload.length < byteLength) {
    throw new RtmpProtocolError(
      'LH_RTMP_CONTROL',
      `${name} has ${payload.length} bytes instead of ${byteLength}`,
    );
  }
  return readUint32(payload, 0);
}
