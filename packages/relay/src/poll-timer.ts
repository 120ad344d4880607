/** The one timer that drives what the core wants to be polled for. */

/** Something that is polled at or after the time it names. */
export interface Polled {
  /** When, in the time that `poll` is given; undefined: not until something happens. */
  nextTimeoutMs(): number | undefined;
  poll(nowMs: number): void;
}

/** Input: `rearm` when the next time may have become earlier. Output: `poll` in time, never early. */
export class PollTimer {
  readonly #polled: Polled;
  readonly #nowMs: () => number;
  #timer: NodeJS.Timeout | undefined;
  #atMs = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(polled: Polled, nowMs: () => number) {
    this.#polled = polled;
    this.#nowMs = nowMs;
  }

  /** Sets the timer to the next time. Cheap when nothing changed. */
  rearm(): void {
    const atMs = this.#closed ? undefined : this.#polled.nextTimeoutMs();
    if (atMs === this.#atMs) return;
    clearTimeout(this.#timer);
    this.#atMs = atMs ?? Number.POSITIVE_INFINITY;
    if (atMs === undefined) return;
    // Node rounds down: one more millisecond instead of a second turn.
    const waitMs = Math.min(Math.max(Math.ceil(atMs - this.#nowMs()), 1), LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => this.#fire(), waitMs);
    this.#timer.unref();
  }

  /** Polls no more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #fire(): void {
    this.#atMs = Number.POSITIVE_INFINITY;
    this.#polled.poll(this.#nowMs());
    this.rearm();
  }
}

/** The longest wait that a timer takes is 2^31 - 1 ms; an hour is as good. */
const LONGEST_WAIT_MS = 3_600_000;
