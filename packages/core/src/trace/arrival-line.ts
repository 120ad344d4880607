/** When which place of a stream was reached for the first time, as its pieces came. */

/** Input: `reached`, with the end of each piece that came. Output: `of` a range. Bounded: the oldest places are forgotten. */
export class ArrivalLine {
  /** Ends, growing, and when each was reached; those before `#from` are of no use any more. */
  #ends: number[] = [];
  #timesMs: number[] = [];
  #from = 0;

  /** A piece that ends at `end` came. */
  reached(end: number, nowMs: number): void {
    const last = this.#ends.length - 1;
    if (last >= 0 && end <= (this.#ends[last] as number)) return;
    if (last >= this.#from && this.#timesMs[last] === nowMs) this.#ends[last] = end;
    else {
      this.#ends.push(end);
      this.#timesMs.push(nowMs);
    }
    if (this.#ends.length - this.#from > MAX_PLACES) this.#from += 1;
    if (this.#from > MAX_PLACES) this.#forget();
  }

  /**
   * When the first byte of `start` to `end` was reached, and when its last one, by this byte or one behind it: what is lost
   * on the way has no place of its own. Ranges are asked for in their order. Undefined when nothing came of it.
   */
  of(start: number, end: number): { readonly firstMs: number; readonly passedMs: number } | undefined {
    while (this.#from < this.#ends.length && (this.#ends[this.#from] as number) <= start) this.#from += 1;
    const firstMs = this.#timesMs[this.#from];
    let at = this.#from;
    while (at < this.#ends.length && (this.#ends[at] as number) < end) at += 1;
    const passedMs = this.#timesMs[at];
    return firstMs === undefined || passedMs === undefined ? undefined : { firstMs, passedMs };
  }

  #forget(): void {
    this.#ends = this.#ends.slice(this.#from);
    this.#timesMs = this.#timesMs.slice(this.#from);
    this.#from = 0;
  }
}

/** A second of packets at some 10 Mbit/s, if each came by itself. */
const MAX_PLACES = 1_024;
