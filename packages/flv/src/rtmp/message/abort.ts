/** Abort (2), RTMP 1.0 §5.4.2: the message under way on a chunk stream will not be completed. */
import { writeUint32 } from '../../big-endian.js';
import { controlValue } from './control-value.js';

/** The chunk stream id. @throws RtmpProtocolError `LH_RTMP_CONTROL` */
export function decode(payload: Uint8Array): number {
  return controlValue(payload, 'Abort');
}

/** The payload. */
export function encode(chunkStreamId: number): Uint8Array {
  const payload = new Uint8Array(4);
  writeUint32(payload, 0, chunkStreamId);
  return payload;
}
