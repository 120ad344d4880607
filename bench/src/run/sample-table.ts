/** Samples over time whose columns come and go. */
import type { Series } from '../records/index.js';

/** One sample: a number by the name of its column. */
export type Sample = Readonly<Record<string, number | undefined>>;

/** Input: `add`. Output: `series`, whose columns have equal length whatever was missing in some samples. */
export class SampleTable {
  readonly #timeUs: number[] = [];
  readonly #columns = new Map<string, (number | null)[]>();

  /** One row. A column that is not in it gets null. */
  add(timeUs: number, sample: Sample): void {
    for (const [name, value] of Object.entries(sample)) {
      if (value === undefined) continue;
      let column = this.#columns.get(name);
      if (column === undefined) {
        column = this.#timeUs.map(() => null);
        this.#columns.set(name, column);
      }
      column.push(value);
    }
    this.#timeUs.push(timeUs);
    for (const column of this.#columns.values()) if (column.length < this.#timeUs.length) column.push(null);
  }

  /** The table as a record keeps it. */
  series(name: string): Series {
    return { name, timeUs: this.#timeUs, columns: Object.fromEntries(this.#columns) };
  }
}
