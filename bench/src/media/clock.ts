/** The clock that all processes of a run share. */
import { setTimeout as sleep } from 'node:timers/promises';

/** CLOCK_MONOTONIC, integer microseconds. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Resolves at a time of that clock, at once when it is past, or when `signal` aborts. */
export async function until(timeUs: number, signal?: AbortSignal): Promise<void> {
  const waitMs = (timeUs - nowUs()) / 1e3;
  if (waitMs > 0) await sleep(waitMs, undefined, signal && { signal }).catch(() => undefined);
}
