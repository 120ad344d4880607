/** Ordinals that did not come: few ranges, bounded. */

interface Range {
  first: number;
  /** One above the last. */
  end: number;
}

/** Most ranges; the lowest are forgotten first. */
export const MAX_RANGES = 1_024;

/** A set of ordinals as ascending ranges. Ranges are added upwards; members are taken out anywhere. */
export class OrdinalSet {
  readonly #ranges: Range[] = [];

  /** How many ranges it holds. */
  get ranges(): number {
    return this.#ranges.length;
  }

  /** Adds `first` to `end` - 1; nothing at or above `first` may be in it. */
  addRange(first: number, end: number): void {
    if (end <= first) return;
    const last = this.#ranges.at(-1);
    if (last !== undefined && last.end === first) last.end = end;
    else this.#ranges.push({ first, end });
    if (this.#ranges.length > MAX_RANGES) this.#ranges.shift();
  }

  /** Takes one out. Nothing happens when it is not in it. */
  delete(ordinal: number): void {
    const at = this.#indexAbove(ordinal);
    const range = this.#ranges[at];
    if (range === undefined || range.first > ordinal) return;
    const { first, end } = range;
    const rest: Range[] = [];
    if (first < ordinal) rest.push({ first, end: ordinal });
    if (ordinal + 1 < end) rest.push({ first: ordinal + 1, end });
    this.#ranges.splice(at, 1, ...rest);
    if (this.#ranges.length > MAX_RANGES) this.#ranges.shift();
  }

  /** Whether it has one above `after` and below `before`. */
  hasBetween(after: number, before: number): boolean {
    const range = this.#ranges[this.#indexAbove(after + 1)];
    return range !== undefined && Math.max(range.first, after + 1) < before;
  }

  /** Index of the first range that ends above `ordinal`. */
  #indexAbove(ordinal: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle] as Range).end > ordinal) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
