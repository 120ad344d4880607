/** Acknowledgement (3), RTMP 1.0 §5.4.3: how many bytes its sender has received, modulo 2^32. */
import { writeUint32 } from '../../big-endian.js';
import { controlValue } from './control-value.js';

/** The sequence number. @throws RtmpProtocolError `LH_RTMP_CONTROL` */
export function decode(payload: Uint8Array): number {
  return controlValue(payload, 'Acknowledgement');
}

/** The payload. */
export function encode(sequenceNumber: number): Uint8Array {
  const payload = new Uint8Array(4);
  writeUint32(payload, 0, sequenceNumber % 2 ** 32);
  return payload;
}
