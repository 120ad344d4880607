/** Window Acknowledgement Size (5), RTMP 1.0 §5.4.4: after how many bytes its sender wants an acknowledgement. */
import { writeUint32 } from '../../big-endian.js';
import { controlValue } from './control-value.js';

/** The window, bytes. @throws RtmpProtocolError `LH_RTMP_CONTROL` */
export function decode(payload: Uint8Array): number {
  return controlValue(payload, 'Window Acknowledgement Size');
}

/** The payload. */
export function encode(windowBytes: number): Uint8Array {
  const payload = new Uint8Array(4);
  writeUint32(payload, 0, windowBytes);
  return payload;
}
