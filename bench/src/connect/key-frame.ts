/** How large the key frames of a shape are. */
import * as Trace from '../media/trace.js';

/** The mean over the shape's trace, bytes. */
export function keyFrameBytes(shape: string): number {
  const keys = Trace.load(shape).frames.filter(({ kind }) => kind === 'key');
  return Math.round(keys.reduce((sum, { bytes }) => sum + bytes, 0) / Math.max(1, keys.length));
}
