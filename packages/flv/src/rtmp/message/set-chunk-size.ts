/** Set Chunk Size (1), RTMP 1.0 §5.4.1: largest chunk payload that its sender uses from now on. */
import { writeUint32 } from '../../big-endian.js';
import { RtmpProtocolError } from '../../errors.js';
import type { RtmpLimits } from '../../limits.js';
import { controlValue } from './control-value.js';

/** @throws RtmpProtocolError `LH_RTMP_CONTROL`; `LH_RTMP_CHUNK_SIZE` when it is outside the limits */
export function decode(payload: Uint8Array, limits: RtmpLimits): number {
  const chunkBytes = controlValue(payload, 'Set Chunk Size') & 0x7fffffff; // the first bit is 0
  if (chunkBytes < limits.minChunkBytes || chunkBytes > limits.maxChunkBytes) {
    throw new RtmpProtocolError(
      'LH_RTMP_CHUNK_SIZE',
      `chunk size ${chunkBytes}; ${limits.minChunkBytes} to ${limits.maxChunkBytes} are allowed`,
    );
  }
  return chunkBytes;
}

/** The payload. */
export function encode(chunkBytes: number): Uint8Array {
  const payload = new Uint8Array(4);
  writeUint32(payload, 0, chunkBytes);
  return payload;
}
