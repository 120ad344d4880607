/** Media in real time: when is a frame due? */
import { setTimeout as sleep } from 'node:timers/promises';

/** A step of media time longer than this is a cut in the recording, not a pause to sit through. */
const MAX_STEP_MS = 10_000;

/** Maps media time to the monotonic clock. The first frame is due at once. */
export class Pacer {
  #anchor: { readonly clockMs: number; readonly mediaMs: number } | undefined;
  #lastMediaMs = 0;

  /** When the frame at `mediaMs` is due, on the clock of `nowMs`. */
  dueMs(mediaMs: number, nowMs: number): number {
    const step = mediaMs - this.#lastMediaMs;
    if (this.#anchor === undefined || step > MAX_STEP_MS || step < -MAX_STEP_MS) {
      this.#anchor = { clockMs: nowMs, mediaMs };
    }
    this.#lastMediaMs = mediaMs;
    return this.#anchor.clockMs + (mediaMs - this.#anchor.mediaMs);
  }
}

/** Resolves `ms` later or, early, when `signal` aborts. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Timers drop fractions: a frame never leaves before its time.
  await sleep(Math.ceil(ms), undefined, { signal }).catch(() => {});
}
