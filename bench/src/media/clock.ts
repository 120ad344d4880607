/** The clock that all processes of a run share. */

/** CLOCK_MONOTONIC, integer microseconds. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
