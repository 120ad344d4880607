/** Accounts for the counted frames of one broadcast at its viewer. */
import type { CountedRange } from './schedule.js';

/** Input: `take` for each frame that came. Output: how many came, once, in order, or not at all. */
export class Account {
  readonly #range: CountedRange;
  readonly #seen: Uint8Array;
  #newest = -1;
  received = 0;
  payloadBytes = 0;
  duplicated = 0;
  /** Frames that came behind a later one. */
  reordered = 0;

  constructor(range: CountedRange) {
    this.#range = range;
    this.#seen = new Uint8Array(Math.max(0, range.to - range.from));
  }

  /** Counted frames that have not come. */
  get lost(): number {
    return this.#seen.length - this.received;
  }

  /** False when the frame is not counted or came before. */
  take(sequence: number, payloadBytes: number): boolean {
    const at = sequence - this.#range.from;
    if (at < 0 || at >= this.#seen.length) return false;
    if (this.#seen[at] === 1) {
      this.duplicated += 1;
      return false;
    }
    this.#seen[at] = 1;
    this.received += 1;
    this.payloadBytes += payloadBytes;
    if (sequence < this.#newest) this.reordered += 1;
    else this.#newest = sequence;
    return true;
  }
}
