/**
 * The bounds of what one broadcast holds.
 *
 * Drop rule, applied after every frame: first the groups that ended before the newest join point and more than
 * `historyMs` ago; then, while the bytes or the media time are over the bound, the oldest group as a whole. When the
 * oldest is the open group that its track is filling, its oldest frame is released instead: nobody can join there any
 * more, readers behind it have lost frames. The newest frame of an open group stays, however old it grows: a track that
 * fell silent takes nothing from the others. Init data stays while it is the newest of its track or was in effect at the
 * oldest cached frame or later, up to a number of versions; when no group is left to give up, only the newest. Newest
 * frames and init data may exceed the bound in bytes. Bounds count payload plus a fixed overhead per frame and group.
 */
import type { TrackMedia } from './frame.js';
import type { Group } from './group.js';
import { type CacheLimits, FRAME_OVERHEAD_BYTES, GROUP_OVERHEAD_BYTES, STALE_TRACK_MS } from './limits.js';
import type { MediaClock } from './media-clock.js';
import type { Init, Track } from './track.js';

/** What the cache holds and has given up. */
export interface CacheCounters {
  /** Held now, overhead counted. */
  bytes: number;
  /** Held now. */
  groups: number;
  /** Whole groups released, in all. */
  releasedGroups: number;
  /** Frames released from the front of a group that went on, in all. */
  trimmedFrames: number;
}

/** Keeps the groups of one broadcast in order and releases the oldest. */
export class GroupCache {
  readonly counters: CacheCounters = { bytes: 0, groups: 0, releasedGroups: 0, trimmedFrames: 0 };
  readonly #limits: CacheLimits;
  readonly #clock: MediaClock;
  readonly #tracks: ReadonlyMap<string, Track>;
  readonly #onReleased: (group: Group) => void;
  /** Ascending in the ordinal of the first frame still held; those without a frame last. */
  #queue: Group[] = [];
  #join: Group | undefined;

  /** `onReleased` is told of each whole group given up, after its frames are gone. */
  constructor(options: {
    readonly limits: CacheLimits;
    readonly clock: MediaClock;
    readonly tracks: ReadonlyMap<string, Track>;
    readonly onReleased: (group: Group) => void;
  }) {
    this.#limits = options.limits;
    this.#clock = options.clock;
    this.#tracks = options.tracks;
    this.#onReleased = options.onReleased;
  }

  /**
   * Where a new viewer starts: the newest group of the video track with the lowest index that begins with its key
   * frame; without one the newest audio group; without that the newest data group. Tracks whose newest group is more
   * than `STALE_TRACK_MS` behind do not count.
   */
  get joinGroup(): Group | undefined {
    const isCurrent = (group: Group) => this.#clock.position - group.lastPosition <= STALE_TRACK_MS;
    if (this.#join === undefined || isCurrent(this.#join)) return this.#join;
    return bestJoin(this.#queue.filter(isCurrent));
  }

  /** Takes note of a group without frames. */
  add(group: Group): void {
    this.#queue.push(group);
    this.counters.groups += 1;
    this.counters.bytes += GROUP_OVERHEAD_BYTES;
    this.#enforce();
  }

  /** Takes note of new init data. */
  addInit(init: Init): void {
    this.counters.bytes += costOf(init);
    this.#pruneInits(this.#queue[0]?.firstRetainedOrdinal ?? 0);
    this.#enforce();
  }

  /** Takes note of a frame that `group` took. */
  grew(group: Group, payloadBytes: number): void {
    this.counters.bytes += payloadBytes + FRAME_OVERHEAD_BYTES;
    if (group.frameCount === 1) this.#begin(group);
    this.#enforce();
  }

  #begin(group: Group): void {
    this.#queue.splice(this.#queue.lastIndexOf(group), 1);
    let at = this.#queue.length;
    while (at > 0 && isAfter(this.#queue[at - 1] as Group, group)) at -= 1;
    this.#queue.splice(at, 0, group);
    if (group.joinable && isBetterJoin(group, this.#join)) this.#join = group;
  }

  #enforce(): void {
    const { releasedGroups, trimmedFrames } = this.counters;
    for (let oldest = this.#oldestOver(); this.#isHistory(oldest); oldest = this.#oldestOver())
      this.#drop(oldest);
    for (let oldest = this.#oldest(); this.#isOverBound(oldest); oldest = this.#oldest())
      this.#giveUp(oldest);
    const isGivenUp =
      releasedGroups !== this.counters.releasedGroups || trimmedFrames !== this.counters.trimmedFrames;
    if (isGivenUp) this.#pruneInits(this.#queue[0]?.firstRetainedOrdinal);
    if (this.counters.bytes > this.#limits.maxBytes) this.#pruneInits(Number.POSITIVE_INFINITY);
  }

  /** Forgets init data that was superseded before `oldest`; nothing when it is undefined. */
  #pruneInits(oldest: number | undefined): void {
    if (oldest === undefined) return;
    for (const track of this.#tracks.values()) {
      for (const init of track.pruneInits(oldest)) this.counters.bytes -= costOf(init);
    }
  }

  /** The oldest group that is given up whole: it does not grow any more. */
  #oldestOver(): Group | undefined {
    return this.#queue.find((group) => !isFilling(group));
  }

  /**
   * The oldest group of which something can be given up. Not simply the first: what is left of a track that fell silent
   * in an open group, its newest frame, stays and grows ever older.
   */
  #oldest(): Group | undefined {
    return this.#queue.find((group) => !isFilling(group) || group.retained > 1);
  }

  #isHistory(group: Group | undefined): group is Group {
    const joinOrdinal = this.#join?.firstOrdinal;
    if (group?.lastOrdinal === undefined || joinOrdinal === undefined) return false;
    return (
      group.lastOrdinal < joinOrdinal && this.#clock.position - group.lastPosition > this.#limits.historyMs
    );
  }

  #isOverBound(oldest: Group | undefined): oldest is Group {
    if (oldest === undefined) return false;
    if (this.counters.bytes > this.#limits.maxBytes) return true;
    return oldest.frameCount > 0 && this.#clock.position - oldest.firstPosition > this.#limits.maxMediaMs;
  }

  #giveUp(oldest: Group): void {
    if (isFilling(oldest)) this.#trim(oldest);
    else this.#drop(oldest);
  }

  #trim(group: Group): void {
    this.counters.bytes -= group.cost;
    group.release(1);
    this.counters.bytes += group.cost;
    this.counters.trimmedFrames += 1;
    // Its first frame is a later one now: move it back behind those that have become older.
    let at = this.#queue.indexOf(group);
    for (
      let next = this.#queue[at + 1];
      next !== undefined && isAfter(group, next);
      next = this.#queue[at + 1]
    ) {
      this.#queue[at] = next;
      at += 1;
      this.#queue[at] = group;
    }
    if (this.#join === group) this.#join = bestJoin(this.#queue);
  }

  #drop(group: Group): void {
    this.#queue.splice(this.#queue.indexOf(group), 1);
    this.counters.bytes -= group.cost;
    this.counters.groups -= 1;
    this.counters.releasedGroups += 1;
    group.discard();
    group.track.release(group);
    if (this.#join === group) this.#join = bestJoin(this.#queue);
    this.#onReleased(group);
  }
}

function bestJoin(groups: readonly Group[]): Group | undefined {
  let best: Group | undefined;
  for (const group of groups) {
    if (group.joinable && isBetterJoin(group, best)) best = group;
  }
  return best;
}

/** Whether a group may still grow at its end: it is the newest of its track and open. */
function isFilling(group: Group): boolean {
  return group.state === 'open' && group.track.newestGroup === group;
}

/** Whether `a` begins after `b`, by the first frames still held; a group without frames is after all others. */
function isAfter(a: Group, b: Group): boolean {
  const ordinal = b.firstRetainedOrdinal;
  return ordinal !== undefined && (a.firstRetainedOrdinal ?? Number.POSITIVE_INFINITY) > ordinal;
}

function isBetterJoin(group: Group, join: Group | undefined): boolean {
  if (join === undefined) return true;
  const rank = RANK[group.track.media] - RANK[join.track.media] || group.track.index - join.track.index;
  return rank < 0 || (rank === 0 && group.sequence > join.sequence);
}

function costOf({ frame }: Init): number {
  return frame.payload.length + FRAME_OVERHEAD_BYTES;
}

const RANK: Record<TrackMedia, number> = { video: 0, audio: 1, data: 2 };
