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
 * Two clocks, both of this relay alone: how long a frame has waited here, and how far the media that came here is ahead
 * of it. What was there when the subscriber came has waited since then.
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
    const waitedMs = this.waitedMs(group, index, nowMs);
    if (waitedMs > limitMs) return true;
    if (waitedMs <= limitMs * WAITED_SHARE || arrivalMs < this.#sinceMs) return false;
    return this.#mediaAgeMs(group, index, nowMs) > limitMs;
  }

  /** By the first clock; 0 for a frame that is not there. */
  waitedMs(group: Group, index: number, nowMs: number): number {
    return nowMs - Math.max(group.arrivalMs(index) ?? nowMs, this.#sinceMs);
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

/**
 * Whether the link catches up with a group whose pictures come too late for anyone: after an outage it does so within
 * moments, and the rest of a long group is worth having.
 */
export class CatchUp {
  #leastMs = Number.POSITIVE_INFINITY;
  #lastMs = 0;
  #spentMs = 0;

  /**
   * It is the turn of a picture that has waited `waitedMs`. Returns how long pictures have been sent without waiting
   * less than before, ms; of a pause in which the link took nothing little counts.
   */
  noteLate(waitedMs: number, nowMs: number): number {
    if (waitedMs < this.#leastMs) {
      this.#leastMs = waitedMs;
      this.#spentMs = 0;
    } else this.#spentMs += Math.min(nowMs - this.#lastMs, MOST_PAUSE_MS);
    this.#lastMs = nowMs;
    return this.#spentMs;
  }

  /** It is the turn of one that is not too late. */
  noteTimely(): void {
    this.#leastMs = Number.POSITIVE_INFINITY;
    this.#spentMs = 0;
  }
}

/** Longer than a picture takes on a link that is of use at all. */
const MOST_PAUSE_MS = 200;
