/**
 * Keeps the groups of one track in their order: a link sends the newest group first, so its first frames often come
 * before the rest of the one before it.
 *
 * A frame of a newer group waits while something of an older one may still come: an ordinal between the two is missing
 * and the older group is not over, or a group between them has not come. It waits `holdMs`, `maxHeldBytes` and
 * `MAX_HELD_FRAMES` at most; then the older groups are given up. Frames of the present group never wait here.
 */
import type { Frame } from './frame.js';
import type { Group } from './group.js';
import { FRAME_OVERHEAD_BYTES } from './limits.js';

/** What an order needs. */
export interface GroupOrderOptions {
  /** How long a frame of a newer group waits for the rest of older ones, ms. */
  readonly holdMs: number;
  readonly maxHeldBytes: number;
  /** Whether an ordinal above `after` and below `before` has not come on any track. */
  readonly isMissing: (after: number, before: number) => boolean;
  /** Takes the frames. What comes of a group that was given up leaves too: its ordinals say that it is late. */
  readonly onFrame: (group: Group, frame: Frame, nowMs: number) => void;
}

/** What orders had to do. */
export interface OrderCounters {
  /** Frames that waited for the rest of an older group. */
  held: number;
  /** Times that the rest of a group was given up, because of the time and because of the bytes. */
  expired: number;
  overflown: number;
}

interface Waiting {
  readonly group: Group;
  readonly frame: Frame;
  readonly arrivedMs: number;
}

/** Input: `push` in the order of the merge, `settle`, `poll`, `flush`. Output: `onFrame`; `deadlineMs` says when to poll. */
export class GroupOrder {
  readonly counters: OrderCounters = { held: 0, expired: 0, overflown: 0 };
  readonly #options: GroupOrderOptions;
  /** The newest group of which something has left. */
  #present: Group | undefined;
  /** Nothing of this track at or below it is waited for. */
  #through = -1;
  /** By ordinal. */
  #waiting: Waiting[] = [];
  #heldBytes = 0;

  constructor(options: GroupOrderOptions) {
    this.#options = options;
  }

  /** When what waits is let out whatever is missing; undefined while nothing waits. */
  get deadlineMs(): number | undefined {
    const first = this.#waiting[0];
    return first === undefined ? undefined : first.arrivedMs + this.#options.holdMs;
  }

  /** A frame of the track. */
  push(group: Group, frame: Frame, nowMs: number): void {
    if (!this.#mustWait(group, frame)) {
      this.#pass(group, frame, nowMs);
      return;
    }
    this.counters.held += 1;
    this.#insert({ group, frame, arrivedMs: nowMs });
    this.#heldBytes += sizeOf(frame);
    while (this.#heldBytes > this.#options.maxHeldBytes || this.#waiting.length > MAX_HELD_FRAMES) {
      this.counters.overflown += 1;
      this.#giveUp(nowMs);
    }
  }

  /** Lets out what has nothing to wait for any more: a group is over, or an ordinal of another track has come. */
  settle(nowMs: number): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (this.#isBlocked(first)) return;
      this.#letFirst(nowMs);
    }
  }

  /** Gives up the rest of older groups when its time has come. */
  poll(nowMs: number): void {
    for (let due = this.deadlineMs; due !== undefined && due <= nowMs; due = this.deadlineMs) {
      this.counters.expired += 1;
      this.#giveUp(nowMs);
    }
  }

  /** All that waits leaves now, in order. */
  flush(nowMs: number): void {
    while (this.#waiting.length > 0) this.#letFirst(nowMs);
  }

  #mustWait(group: Group, frame: Frame): boolean {
    const first = this.#waiting[0];
    // What stands before the first that waits may be what it waits for.
    if (first !== undefined && frame.ordinal > first.frame.ordinal) return true;
    return this.#isBlocked({ group, frame });
  }

  #isBlocked({ group, frame }: Pick<Waiting, 'group' | 'frame'>): boolean {
    const present = this.#present;
    if (present === undefined || group.sequence <= present.sequence) return false;
    const isNext = group.sequence === present.sequence + 1;
    if (isNext && present.state !== 'open') return false;
    return this.#options.isMissing(this.#through, frame.ordinal);
  }

  #pass(group: Group, frame: Frame, nowMs: number): void {
    if (this.#present === undefined || group.sequence > this.#present.sequence) this.#present = group;
    if (frame.ordinal > this.#through) this.#through = frame.ordinal;
    this.#options.onFrame(group, frame, nowMs);
  }

  #giveUp(nowMs: number): void {
    this.#letFirst(nowMs);
    this.settle(nowMs);
  }

  #letFirst(nowMs: number): void {
    const { group, frame } = this.#waiting.shift() as Waiting;
    this.#heldBytes -= sizeOf(frame);
    this.#pass(group, frame, nowMs);
  }

  /** Nearly always at the end: groups grow in ascending ordinals. */
  #insert(waiting: Waiting): void {
    let at = this.#waiting.length;
    while (at > 0 && (this.#waiting[at - 1] as Waiting).frame.ordinal > waiting.frame.ordinal) at -= 1;
    this.#waiting.splice(at, 0, waiting);
  }
}

/** More than a track brings while its rest is waited for: sorted in is what comes, one by one. */
export const MAX_HELD_FRAMES = 4_096;

function sizeOf(frame: Frame): number {
  return frame.payload.length + FRAME_OVERHEAD_BYTES;
}
