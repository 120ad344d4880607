/** How late the frames of one track are that wait to be sent, and whether waiting for them can still pay. */
import type { Group } from '../group.js';
import type { Track } from '../track.js';

/** A frame that waits, and how late it may be. */
export interface Waiting {
  readonly group: Group;
  readonly index: number;
  readonly nowMs: number;
  readonly limitMs: number;
}

/** What a queue is and how fast it empties. */
export interface Backlog {
  readonly group: Group;
  readonly waitingBytes: number;
  readonly rateBps: number;
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

  /** How long until what waits has left, while more comes as in this group so far, ms; infinite when it never will. */
  caughtUpMs({ group, waitingBytes, rateBps }: Backlog): number {
    const mediaMs = Math.max(group.lastPosition - group.firstPosition, LEAST_SPAN_MS);
    const spareBps = rateBps - (group.bytes * 8_000) / mediaMs;
    return spareBps > 0 ? (waitingBytes * 8_000) / spareBps : Number.POSITIVE_INFINITY;
  }

  /** How long until the key frame after `group` is due, going by the group before it, ms. */
  nextKeyMs(group: Group): number {
    const before = this.#track.groups.findLast(({ sequence }) => sequence < group.sequence);
    const mediaMs = before === undefined ? USUAL_GROUP_MS : group.firstPosition - before.firstPosition;
    return Math.max(0, mediaMs - (group.lastPosition - group.firstPosition));
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

/** The media rate of less than this says nothing: the key frame is most of it. */
const LEAST_SPAN_MS = 500;

/** Where nothing is known of how often key frames come. */
const USUAL_GROUP_MS = 2_000;
