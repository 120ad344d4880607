/** Random numbers that a seed repeats: sfc32 of PractRand (Chris Doty-Humphrey), 128 bits of state. */
export class Random {
  readonly seed: number;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** The same `seed` (an integer of 32 bits) gives the same numbers. */
  constructor(seed: number) {
    this.seed = seed;
    this.#a = 0;
    this.#b = seed | 0;
    this.#c = 0x9e3779b9 | 0;
    // The author's way of seeding: neighbouring seeds are unrelated after twelve rounds.
    for (let round = 0; round < 12; round++) this.uint32();
  }

  /** 0 to 2^32-1. */
  uint32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** 0 (included) to 1 (not). */
  next(): number {
    return this.uint32() / 2 ** 32;
  }

  /** An integer from `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of `items`, which is not empty. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.integer(0, items.length - 1)] as Item;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.integer(0, 255));
  }

  /** Another generator: its numbers have nothing to do with this one's. */
  fork(): Random {
    return new Random(this.uint32());
  }
}
