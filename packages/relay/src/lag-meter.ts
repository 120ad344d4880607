/** How late frames come, without a common clock: against the best frame of the epoch. */
import type { Broadcast } from '@longhaul/core';

/**
 * Input: every frame of one broadcast from its construction on. Output: `lagMs`: how much later than the frame that came
 * best the newest one came. Init data is left out: it has no time of its own.
 */
export class LagMeter {
  #bestMs = Number.POSITIVE_INFINITY;
  #lagMs: number | undefined;
  /** Media time that grows over the 32-bit wrap, from the first frame on. */
  #mediaMs = 0;
  #lastTimestamp: number | undefined;

  constructor(broadcast: Broadcast) {
    broadcast.observe({ onFrame: (_group, frame, nowMs) => this.#take(frame.timestamp, nowMs) });
  }

  /** Undefined until a frame came. */
  get lagMs(): number | undefined {
    return this.#lagMs;
  }

  #take(timestamp: number, nowMs: number): void {
    // The difference of two 32-bit times is a signed 32-bit number: tracks interleave, so it may be negative.
    this.#mediaMs += this.#lastTimestamp === undefined ? 0 : (timestamp - this.#lastTimestamp) | 0;
    this.#lastTimestamp = timestamp;
    const lateMs = nowMs - this.#mediaMs;
    this.#bestMs = Math.min(this.#bestMs, lateMs);
    this.#lagMs = lateMs - this.#bestMs;
  }
}
