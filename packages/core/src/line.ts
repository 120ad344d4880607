/**
 * A list that grows at its end and is released from its front; whoever stays keeps its index. A release costs as much
 * as what it releases, however much stays behind it.
 */
export class Line<Item> {
  #items: (Item | undefined)[] = [];
  /** Index of `#items[0]`. */
  #base = 0;
  #start = 0;

  /** Index of the first that is here; `end` when none is. */
  get start(): number {
    return this.#start;
  }

  /** Index of the next that comes. */
  get end(): number {
    return this.#base + this.#items.length;
  }

  /** The one with `index`; undefined when it was released or did not come yet. */
  at(index: number): Item | undefined {
    return this.#items[index - this.#base];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** Gives up those before `start`. */
  release(start: number): void {
    const last = Math.min(start, this.end);
    for (; this.#start < last; this.#start += 1) this.#items[this.#start - this.#base] = undefined;
    const gone = this.#start - this.#base;
    if (gone * 2 < this.#items.length || gone < MIN_COMPACTED) return;
    this.#items = this.#items.slice(gone);
    this.#base = this.#start;
  }
}

/** Fewer empty places at the front than these stay. */
const MIN_COMPACTED = 32;
