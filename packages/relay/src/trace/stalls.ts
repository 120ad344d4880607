/** When a process was kept from running: what it is called for comes late then. */

/** Of the last minute. */
export interface Stalls {
  readonly count: number;
  readonly worstMs: number;
}

/** Input: `called`, which should be every `everyMs`. Output: `view`. Bounded: a minute of calls that came late. */
export class StallMeter {
  readonly #everyMs: number;
  #lastMs: number | undefined;
  #late: { readonly atMs: number; readonly lateMs: number }[] = [];

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  called(nowMs: number): void {
    const lateMs = nowMs - (this.#lastMs ?? nowMs - this.#everyMs) - this.#everyMs;
    this.#lastMs = nowMs;
    this.#late = this.#late.filter(({ atMs }) => nowMs - atMs < MINUTE_MS);
    if (lateMs >= LEAST_MS) this.#late.push({ atMs: nowMs, lateMs });
  }

  view(nowMs: number): Stalls {
    const late = this.#late.filter(({ atMs }) => nowMs - atMs < MINUTE_MS);
    return { count: late.length, worstMs: Math.max(0, ...late.map(({ lateMs }) => lateMs)) };
  }
}

const MINUTE_MS = 60_000;
/** A timer is a little late at any time. */
const LEAST_MS = 20;
