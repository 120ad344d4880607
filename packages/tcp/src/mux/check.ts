/** Range checks of what owners pass. */

/** An application's error code: 0 to 2^32-1. */
export function code(value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new RangeError(`code is ${value}: it must be an integer from 0 to 2^32-1`);
  }
}

/** A stream's priority: a signed 32-bit integer. */
export function priority(value: number): void {
  if (!Number.isInteger(value) || value < -0x8000_0000 || value > 0x7fff_ffff) {
    throw new RangeError(`priority is ${value}: it must be an integer from -2^31 to 2^31-1`);
  }
}
