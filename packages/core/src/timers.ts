/** Timers that are polled: a heap of deadlines, no clock of its own. */
import assert from 'node:assert/strict';

/** One deadline, set and cleared by its owner. */
export class Timer {
  readonly #timers: Timers;
  /** For `Timers`: where it stands in the heap; -1 while it is not set. */
  slot = -1;
  /** For `Timers`: when it is due. */
  dueMs = 0;
  /** For `Timers`: what it does. */
  readonly onDue: (nowMs: number) => void;

  constructor(timers: Timers, onDue: (nowMs: number) => void) {
    this.#timers = timers;
    this.onDue = onDue;
  }

  /** When it fires; undefined while it is not set. */
  get atMs(): number | undefined {
    return this.slot < 0 ? undefined : this.dueMs;
  }

  /** Sets, moves or (undefined) clears it. */
  set(atMs: number | undefined): void {
    this.#timers.schedule(this, atMs);
  }
}

/**
 * The timers of one relay's core. Input: `poll(nowMs)`, at `nextMs` or later. Output: each due timer's callback, once,
 * in order of deadlines; a callback may set and clear timers.
 */
export class Timers {
  /** Called when the earliest deadline has become earlier than it was: whoever polls must wake up for it. */
  onEarlier: ((atMs: number) => void) | undefined;
  readonly #heap: Timer[] = [];

  /** The earliest deadline, in the time that `poll` is given; undefined when nothing is set. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.dueMs;
  }

  /** How many timers are set. */
  get size(): number {
    return this.#heap.length;
  }

  /** A timer that calls `onDue` when it is due; it is not set yet. */
  open(onDue: (nowMs: number) => void): Timer {
    return new Timer(this, onDue);
  }

  /**
   * Fires what is due. A callback that sets a timer to a time already past has it fired in the same call; if that goes on
   * and on, the rest waits for the next: whoever polls gets its turn in any case.
   */
  poll(nowMs: number): void {
    let left = this.#heap.length + MAX_SET_AGAIN;
    for (let timer = this.#heap[0]; timer !== undefined && timer.dueMs <= nowMs; timer = this.#heap[0]) {
      if (left === 0) return;
      left -= 1;
      this.#remove(timer);
      timer.onDue(nowMs);
    }
  }

  /** For `Timer.set`. */
  schedule(timer: Timer, atMs: number | undefined): void {
    // It would compare with nothing, and all timers behind it in the heap would never fire.
    assert(!Number.isNaN(atMs), 'a timer is set to a number');
    if (atMs === undefined) {
      if (timer.slot >= 0) this.#remove(timer);
      return;
    }
    const earliest = this.nextMs;
    timer.dueMs = atMs;
    if (timer.slot < 0) {
      timer.slot = this.#heap.length;
      this.#heap.push(timer);
    }
    this.#siftUp(timer);
    this.#siftDown(timer);
    if (earliest === undefined || atMs < earliest) this.onEarlier?.(atMs);
  }

  #remove(timer: Timer): void {
    const last = this.#heap.pop() as Timer;
    if (last !== timer) {
      this.#place(last, timer.slot);
      this.#siftUp(last);
      this.#siftDown(last);
    }
    timer.slot = -1;
  }

  #siftUp(timer: Timer): void {
    while (timer.slot > 0) {
      const parent = this.#heap[(timer.slot - 1) >> 1] as Timer;
      if (parent.dueMs <= timer.dueMs) return;
      this.#swap(parent, timer);
    }
  }

  #siftDown(timer: Timer): void {
    for (;;) {
      const left = this.#heap[2 * timer.slot + 1];
      const right = this.#heap[2 * timer.slot + 2];
      const child = right !== undefined && left !== undefined && right.dueMs < left.dueMs ? right : left;
      if (child === undefined || timer.dueMs <= child.dueMs) return;
      this.#swap(timer, child);
    }
  }

  #swap(a: Timer, b: Timer): void {
    const slot = a.slot;
    this.#place(a, b.slot);
    this.#place(b, slot);
  }

  #place(timer: Timer, slot: number): void {
    this.#heap[slot] = timer;
    timer.slot = slot;
  }
}

/** Callbacks of one `poll` beyond the timers that were set before it. */
const MAX_SET_AGAIN = 1_000;
