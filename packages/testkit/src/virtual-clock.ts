/** Monotonic milliseconds that pass only when a test says so. Things due at a time run at exactly that time, in order. */
export class VirtualClock {
  #nowMs: number;
  #nextNumber = 0;
  readonly #due: Array<{
    readonly atMs: number;
    readonly number: number;
    readonly run: (nowMs: number) => void;
  }> = [];

  constructor(options: { readonly startMs?: number } = {}) {
    this.#nowMs = options.startMs ?? 0;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** When the next thing is due; undefined when nothing is. */
  get nextMs(): number | undefined {
    return this.#due[0]?.atMs;
  }

  /** Runs `run` once when the clock comes to `atMs`, the past meaning at the next advance. Returns how to cancel it. */
  at(atMs: number, run: (nowMs: number) => void): () => void {
    // It would stand before everything and never be due.
    if (Number.isNaN(atMs)) throw new RangeError('NaN is no time');
    const entry = { atMs: Math.max(atMs, this.#nowMs), number: this.#nextNumber++, run };
    this.#due.push(entry);
    this.#due.sort((a, b) => a.atMs - b.atMs || a.number - b.number);
    return () => {
      const index = this.#due.indexOf(entry);
      if (index >= 0) this.#due.splice(index, 1);
    };
  }

  /** Runs `run` every `intervalMs` from now on. Returns how to stop it. */
  every(intervalMs: number, run: (nowMs: number) => void): () => void {
    const again = (nowMs: number) => {
      cancel = this.at(nowMs + intervalMs, again);
      run(nowMs);
    };
    let cancel = this.at(this.#nowMs + intervalMs, again);
    return () => cancel();
  }

  /** Lets `ms` pass. */
  advance(ms: number): void {
    this.advanceTo(this.#nowMs + ms);
  }

  /** Lets time pass until `nowMs`. Throws if more than a million things happen at one instant: they call each other for ever. */
  advanceTo(nowMs: number): void {
    let sameInstant = 0;
    for (let next = this.#due[0]; next && next.atMs <= nowMs; next = this.#due[0]) {
      this.#due.shift();
      sameInstant = next.atMs === this.#nowMs ? sameInstant + 1 : 0;
      if (sameInstant > MAX_AT_ONCE) throw new Error(`more than ${MAX_AT_ONCE} things at ${this.#nowMs} ms`);
      this.#nowMs = next.atMs;
      next.run(next.atMs);
    }
    this.#nowMs = Math.max(this.#nowMs, nowMs);
  }

  /**
   * Lets time pass until `condition` holds, looking after each thing that happens. Returns the time it took, ms.
   * Throws when `limitMs` pass first, or nothing is left that could change anything.
   */
  advanceUntil(condition: () => boolean, options: { readonly limitMs: number }): number {
    const startMs = this.#nowMs;
    while (!condition()) {
      const next = this.nextMs;
      if (next === undefined) throw new Error(`nothing is due any more at ${this.#nowMs} ms`);
      if (next > startMs + options.limitMs)
        throw new Error(`not within ${options.limitMs} ms of virtual time`);
      this.advanceTo(next);
    }
    return this.#nowMs - startMs;
  }
}

const MAX_AT_ONCE = 1_000_000;
