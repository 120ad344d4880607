/** Delay without a common clock: against the best frame of the last minute. */

/**
 * Input: when frames came minus their media time. Output: how much later than the best one each came. The best is that of
 * the present half minute and the one before, so that clocks that drift apart and a path that changed are followed.
 */
export class Best {
  #half = Number.NEGATIVE_INFINITY;
  #bestMs = Number.POSITIVE_INFINITY;
  #bestBeforeMs = Number.POSITIVE_INFINITY;

  /** `offsetMs`: the clock minus the media time, of a frame that came at `nowMs`. */
  lagMs(offsetMs: number, nowMs: number): number {
    const half = Math.floor(nowMs / HALF_MS);
    if (half !== this.#half) {
      this.#bestBeforeMs = half === this.#half + 1 ? this.#bestMs : Number.POSITIVE_INFINITY;
      this.#bestMs = Number.POSITIVE_INFINITY;
      this.#half = half;
    }
    this.#bestMs = Math.min(this.#bestMs, offsetMs);
    return offsetMs - Math.min(this.#bestMs, this.#bestBeforeMs);
  }
}

const HALF_MS = 30_000;
