/** Those who wait for something that may never come, each for the same time. */
import type { Timer, Timers } from '../timers.js';

/** Input: `add`, `delete`, the timers. Output: `onExpired`, in the order they were added. */
export class Patience<T> {
  readonly #waitMs: number;
  readonly #onExpired: (waiter: T, nowMs: number) => void;
  /** Ascending in time, because all wait equally long. */
  readonly #untilMs = new Map<T, number>();
  /** When the first has waited long enough. */
  readonly #timer: Timer;

  constructor(timers: Timers, waitMs: number, onExpired: (waiter: T, nowMs: number) => void) {
    this.#waitMs = waitMs;
    this.#onExpired = onExpired;
    this.#timer = timers.open((nowMs) => this.#expire(nowMs));
  }

  /** `waiter` waits from now on. */
  add(waiter: T, nowMs: number): void {
    this.#untilMs.set(waiter, nowMs + this.#waitMs);
    this.#arm();
  }

  /** `waiter` got what it wanted, or left. */
  delete(waiter: T): void {
    if (this.#untilMs.delete(waiter)) this.#arm();
  }

  /** Everybody got what they wanted, or left. */
  clear(): void {
    this.#untilMs.clear();
    this.#arm();
  }

  #expire(nowMs: number): void {
    for (const [waiter, untilMs] of [...this.#untilMs]) {
      if (untilMs > nowMs) break;
      if (this.#untilMs.delete(waiter)) this.#onExpired(waiter, nowMs);
    }
    this.#arm();
  }

  #arm(): void {
    const [first] = this.#untilMs.values();
    this.#timer.set(first);
  }
}
