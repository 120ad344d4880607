/** The two clocks of the command line. */
import { performance } from 'node:perf_hooks';

/** Monotonic time, ms with fractions: for intervals within this process. */
export function monotonicMs(): number {
  return performance.now();
}

/** Time since 1970, ms with fractions, advancing with the monotonic clock: for stamps that another process compares with its own. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}
