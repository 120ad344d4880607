/** How late the frames of one track are that wait to be sent. */
import type { Group } from '../group.js';
import type { Track } from '../track.js';

/** A frame that waits, and how late it may be. */
export interface Waiting {
  readonly group: Group;
  readonly index: number;
  readonly nowMs: number;
  readonly limitMs: number;
}

/**
 * Two clocks, both of this relay alone: how long a frame has waited here, and how far the media that came here is ahead of it. What was
 * there when the subscriber came has waited since then.
 */
export class Lateness {
  readonly #track: Track;
  readonly #sinceMs: number;

  constructor(track: Track, sinceMs: number) {
    this.#track = track;
    this.#sinceMs = sinceMs;
  }

  /** By either clock. Media time counts only of what has also waited: a publisher may send faster than in real time. */
  isLate({ group, index, nowMs, limitMs }: Waiting): boolean {
    const arrivalMs = group.arrivalMs(index);
    if (arrivalMs === undefined) return false;
    const waitedMs = nowMs - Math.max(arrivalMs, this.#sinceMs);
    if (waitedMs > limitMs) return true;
    if (waitedMs <= limitMs * WAITED_SHARE || arrivalMs < this.#sinceMs) return false;
    return this.#mediaAgeMs(group, index, nowMs) > limitMs;
  }

  #mediaAgeMs(group: Group, index: number, nowMs: number): number {
    // A group that has begun without a frame yet has no media time.
    const newest = this.#track.groups.findLast(({ retained }) => retained > 0) as Group;
    const newestMs = newest.arrivalMs(newest.frameCount - 1) as number;
    return newest.lastPosition - (group.position(index) as number) + nowMs - newestMs;
  }
}

/** How much of the limit a frame has to have waited before media time counts. */
const WAITED_SHARE = 0.25;
