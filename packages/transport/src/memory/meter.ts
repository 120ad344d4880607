/** How much of what is written a memory connection lets wait unsent before it wants no more. */

/** What a meter goes by. */
export interface MeterOptions {
  /** What leaves, bit/s; 0: everything at once. */
  readonly rateBps: number;
  /** Written and not sent. */
  readonly queuedBytes: () => number;
}

/** Input: `set`. Outputs: `wantedBytes`, and `isDue` when the owner is to be told that it is above 0 again. */
export class Meter {
  readonly #options: MeterOptions;
  #mostBytes = Number.POSITIVE_INFINITY;
  /** The owner has seen that nothing is wanted. */
  #refused = false;

  constructor(options: MeterOptions) {
    this.#options = options;
  }

  /** As much may wait as leaves in `maxUnsentMs`; 0: whatever is written. */
  set(maxUnsentMs: number): void {
    const bytes = (maxUnsentMs * this.#options.rateBps) / 8_000;
    this.#mostBytes = maxUnsentMs > 0 ? Math.max(bytes, LEAST_UNSENT_BYTES) : Number.POSITIVE_INFINITY;
  }

  get wantedBytes(): number {
    const wanted = this.#mostBytes - this.#options.queuedBytes();
    if (wanted <= 0) this.#refused = true;
    return wanted;
  }

  /** Half of what may wait has left since nothing was wanted. */
  get isDue(): boolean {
    if (this.#mostBytes === Number.POSITIVE_INFINITY) return false;
    const queuedBytes = this.#options.queuedBytes();
    if (queuedBytes >= this.#mostBytes) this.#refused = true;
    return this.#refused && queuedBytes <= this.#mostBytes / 2;
  }

  /** Whether it is due; only once. */
  takeDue(): boolean {
    const due = this.isDue;
    if (due) this.#refused = false;
    return due;
  }
}

/** Four packets. */
const LEAST_UNSENT_BYTES = 4 * 1_452;
