/** Where a subscriber of a broadcast starts, and where a lost subscription goes on. */
import type { Frame } from './frame.js';
import type { Group } from './group.js';
import { ALIGNED_MS } from './limits.js';
import type { Init, Track } from './track.js';

/**
 * `newest`: from the newest join point. `earliest`: from ordinal 0 when all of the broadcast is still cached, else like
 * `newest` (a viewer that waited for a publisher misses nothing; one that comes to a running broadcast is not late by
 * the cached history). `resume`: what follows `ordinal`, when the epoch is this one, else like `newest`.
 */
export type StartPosition =
  | { readonly from: 'newest' }
  | { readonly from: 'earliest' }
  | { readonly from: 'resume'; readonly epoch: number; readonly ordinal: number };

/** A group and the index of the first of its frames to send. */
export interface GroupCursor {
  readonly group: Group;
  readonly index: number;
}

/** Init data and the track it is of. */
export interface TrackInit {
  readonly track: Track;
  readonly init: Init;
}

/** What a subscriber is sent of the cache. Groups that open later follow whole; frames of any other group are not for it. */
export interface StartingGroups {
  /** The lowest ordinal of a frame (init data aside) that it will get. */
  readonly firstOrdinal: number;
  /** Ascending in ordinals. */
  readonly cursors: readonly GroupCursor[];
  /** Of each track the init data in effect at `firstOrdinal` and all that came later, ascending in versions. */
  readonly inits: readonly TrackInit[];
}

/** What these functions read of a broadcast. */
export interface StartSource {
  readonly epoch: number;
  readonly firstOrdinal: number;
  readonly nextOrdinal: number;
  readonly tracks: ReadonlyMap<string, Track>;
  readonly joinGroup: Group | undefined;
  readonly cache: { readonly releasedGroups: number; readonly trimmedFrames: number };
}

/** The groups for a subscriber that starts at `position`. */
export function startingGroups(source: StartSource, position: StartPosition): StartingGroups {
  if (position.from === 'resume' && position.epoch === source.epoch) return resumed(source, position.ordinal);
  const { releasedGroups, trimmedFrames } = source.cache;
  const whole = source.firstOrdinal === 0 && releasedGroups === 0 && trimmedFrames === 0;
  if (position.from === 'earliest' && whole) return startedAt(source, 0);
  return startedAt(source, joinOrdinal(source));
}

/**
 * The highest ordinal below which nothing that may still come is missing: before the first gap at or after the
 * beginning of the oldest open group. Groups that are over have no gaps worth asking for.
 */
export function resumeOrdinal(source: StartSource): number | undefined {
  if (source.nextOrdinal === source.firstOrdinal) return undefined;
  const ordinals: number[] = [];
  let from = source.nextOrdinal - 1;
  for (const group of groupsOf(source)) {
    if (group.state === 'open' && group.firstRetainedOrdinal !== undefined) {
      from = Math.min(from, group.firstRetainedOrdinal);
    }
    for (let index = group.firstRetained; index < group.frameCount; index += 1) {
      ordinals.push((group.frame(index) as Frame).ordinal);
    }
  }
  for (const track of source.tracks.values()) ordinals.push(...track.inits.map((init) => init.frame.ordinal));
  let last = from;
  for (const ordinal of ordinals.sort((a, b) => a - b)) {
    if (ordinal > last + 1) break;
    if (ordinal > last) last = ordinal;
  }
  return last;
}

/** The ordinal of the join point; that of key frames of other video tracks right before it, so that those tracks start too. */
function joinOrdinal(source: StartSource): number {
  const join = source.joinGroup;
  if (join?.firstOrdinal === undefined) return source.nextOrdinal;
  let ordinal = join.firstOrdinal;
  for (const track of source.tracks.values()) {
    if (track.media !== 'video' || join.track.media !== 'video') continue;
    const newest = track.groups.findLast((group) => group.joinable);
    if (newest?.firstOrdinal === undefined) continue;
    const isAligned = Math.abs(newest.firstPosition - join.firstPosition) <= ALIGNED_MS;
    if (isAligned) ordinal = Math.min(ordinal, newest.firstOrdinal);
  }
  return ordinal;
}

function startedAt(source: StartSource, ordinal: number): StartingGroups {
  const cursors: GroupCursor[] = [];
  for (const group of groupsOf(source)) {
    if ((group.firstOrdinal ?? Number.POSITIVE_INFINITY) < ordinal) continue;
    if (group.frameCount > 0 || group.state === 'open') cursors.push({ group, index: 0 });
  }
  return { firstOrdinal: ordinal, cursors: inOrder(cursors), inits: initsFrom(source, ordinal) };
}

function resumed(source: StartSource, ordinal: number): StartingGroups {
  const cursors: GroupCursor[] = [];
  for (const group of groupsOf(source)) {
    const index = group.indexAfter(ordinal);
    if (index === group.frameCount && group.state !== 'open') continue;
    // Frames in front may be lost with the cache bound: what is left of a video group cannot be decoded then.
    const missing = index === group.firstRetained && index > 0;
    if (missing && group.track.media === 'video') continue;
    cursors.push({ group, index });
  }
  return { firstOrdinal: ordinal + 1, cursors: inOrder(cursors), inits: initsFrom(source, ordinal + 1) };
}

function initsFrom(source: StartSource, ordinal: number): TrackInit[] {
  const found: TrackInit[] = [];
  for (const track of source.tracks.values()) {
    const first = Math.max(
      0,
      track.inits.findLastIndex((init) => init.frame.ordinal < ordinal),
    );
    for (const init of track.inits.slice(first)) found.push({ track, init });
  }
  return found;
}

function* groupsOf(source: StartSource): Generator<Group> {
  for (const track of source.tracks.values()) yield* track.groups;
}

function inOrder(cursors: GroupCursor[]): GroupCursor[] {
  const ordinalOf = ({ group, index }: GroupCursor) => group.frame(index)?.ordinal ?? Number.MAX_SAFE_INTEGER;
  return cursors.sort((a, b) => ordinalOf(a) - ordinalOf(b));
}
