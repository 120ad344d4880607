/**
 * Restores the order of ingest over several tracks that arrive each in its own time.
 *
 * While nothing is missing every item leaves in the call that brought it. An item above a missing ordinal waits: until
 * the missing one comes, or `holdMs` after the first later item came, or until the waiting items reach `maxHeldBytes`.
 * Then the gap is given up. What comes after its gap was given up leaves at once and is marked late.
 */
import { OrdinalSet } from './ordinal-set.js';

/** Bounds of a merge. */
export interface MergeOptions<T> {
  /** The ordinal to start with; lower ones are late. */
  readonly firstOrdinal: number;
  readonly holdMs: number;
  readonly maxHeldBytes: number;
  /** Takes the items, in ascending ordinals but for late ones. */
  readonly onItem: (item: T, nowMs: number) => void;
}

/** What a merge had to do. */
export interface MergeCounters {
  /** Items that had to wait. */
  held: number;
  /** Items that came after they had been given up. */
  late: number;
  /** Gaps given up because of the time, and because of the bytes. */
  expiredGaps: number;
  overflownGaps: number;
}

interface Held<T> {
  readonly ordinal: number;
  readonly bytes: number;
  readonly item: T;
  readonly arrivedMs: number;
  left: boolean;
}

/** Input: `push`, `poll`, `flush`. Output: `onItem`; `deadlineMs` says when to poll. Not reentrant from `onItem`. */
export class Merge<T> {
  readonly counters: MergeCounters = { held: 0, late: 0, expiredGaps: 0, overflownGaps: 0 };
  readonly #options: MergeOptions<T>;
  #next: number;
  /** Waiting items as a binary heap by ordinal. */
  readonly #heap: Held<T>[] = [];
  /** The same in order of arrival; those that have left are skipped. */
  #arrivals: Held<T>[] = [];
  #heldBytes = 0;
  /** Ordinals that were given up and have not come since. */
  readonly #missing = new OrdinalSet();

  constructor(options: MergeOptions<T>) {
    this.#options = options;
    this.#next = options.firstOrdinal;
  }

  /** The ordinal that would leave at once. */
  get nextOrdinal(): number {
    return this.#next;
  }

  /** Bytes that wait. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** When the first gap is given up; undefined while nothing waits. */
  get deadlineMs(): number | undefined {
    const first = this.#arrivals[0];
    return first === undefined ? undefined : first.arrivedMs + this.#options.holdMs;
  }

  /** Whether an ordinal above `after` and below `before` was given up and has not come since. */
  isMissing(after: number, before: number): boolean {
    return this.#missing.hasBetween(after, before);
  }

  /** Takes an item; `bytes` is what it counts while it waits. */
  push(ordinal: number, bytes: number, item: T, nowMs: number): void {
    if (ordinal <= this.#next) {
      if (ordinal === this.#next) this.#next += 1;
      else {
        this.counters.late += 1;
        this.#missing.delete(ordinal);
      }
      this.#options.onItem(item, nowMs);
      if (this.#heap.length > 0) this.#drain(nowMs);
      return;
    }
    if (this.#options.holdMs === 0 && this.#heap.length === 0) {
      this.counters.expiredGaps += 1;
      this.#missing.addRange(this.#next, ordinal);
      this.#next = ordinal + 1;
      this.#options.onItem(item, nowMs);
      return;
    }
    this.counters.held += 1;
    const held: Held<T> = { ordinal, bytes, item, arrivedMs: nowMs, left: false };
    this.#arrivals.push(held);
    this.#heldBytes += bytes;
    this.#heapPush(held);
    while (this.#heldBytes > this.#options.maxHeldBytes) {
      this.counters.overflownGaps += 1;
      this.#giveUpGap(nowMs);
    }
  }

  /** Gives up the gaps whose time has come. */
  poll(nowMs: number): void {
    for (let due = this.deadlineMs; due !== undefined && due <= nowMs; due = this.deadlineMs) {
      this.counters.expiredGaps += 1;
      this.#giveUpGap(nowMs);
    }
  }

  /** Gives up every gap: all that waits leaves now, in order. */
  flush(nowMs: number): void {
    while (this.#heap.length > 0) this.#giveUpGap(nowMs);
  }

  #giveUpGap(nowMs: number): void {
    const { ordinal } = this.#heap[0] as Held<T>;
    this.#missing.addRange(this.#next, ordinal);
    this.#next = ordinal;
    this.#drain(nowMs);
  }

  #drain(nowMs: number): void {
    for (let top = this.#heap[0]; top !== undefined && top.ordinal <= this.#next; top = this.#heap[0]) {
      this.#heapPop();
      top.left = true;
      this.#heldBytes -= top.bytes;
      this.#next = top.ordinal + 1;
      this.#options.onItem(top.item, nowMs);
    }
    let gone = 0;
    while (this.#arrivals[gone]?.left === true) gone += 1;
    if (gone > 0) this.#arrivals.splice(0, gone);
  }

  #heapPush(held: Held<T>): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(held);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] as Held<T>).ordinal <= held.ordinal) break;
      heap[at] = heap[parent] as Held<T>;
      at = parent;
    }
    heap[at] = held;
  }

  #heapPop(): void {
    const heap = this.#heap;
    const moved = heap.pop() as Held<T>;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && right.ordinal < (heap[child] as Held<T>).ordinal) child += 1;
      if ((heap[child] as Held<T>).ordinal >= moved.ordinal) break;
      heap[at] = heap[child] as Held<T>;
      at = child;
    }
    heap[at] = moved;
  }
}
