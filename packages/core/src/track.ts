/** One ordered media sequence of a broadcast: its init data and the groups that are cached. */
import type { Frame, TrackMedia } from './frame.js';
import { Group, type GroupOwner } from './group.js';
import type { TrackClock } from './media-clock.js';

/** One version of a track's init data. */
export interface Init {
  /** 0, 1, 2 ... within an epoch; a new one only when the bytes differ. */
  readonly version: number;
  readonly frame: Frame;
}

/** Who hears of a track's changes: the broadcast. */
export interface TrackOwner extends GroupOwner {
  /** False once the broadcast has ended: nothing is taken any more. */
  readonly accepting: boolean;
  initSet(track: Track, init: Init, nowMs: number): void;
  groupOpened(group: Group, nowMs: number): void;
}

/** What a track is made of. */
export interface TrackOptions {
  readonly media: TrackMedia;
  /** E-RTMP track id, 0 where there is none. */
  readonly index: number;
  readonly owner: TrackOwner;
  readonly clock: TrackClock;
}

/** The name of a track within its broadcast: `video0`, `audio1`. */
export function trackName(media: TrackMedia, index: number): string {
  return `${media}${index}`;
}

/**
 * A track of a broadcast.
 *
 * Input: `setInit`, `openGroup` and what its groups take. Output: `groups` (cached, ascending sequence) and the init
 * versions from the one in effect at the oldest cached frame on. Groups may be opened in any order (links send the newest
 * first), but not below one that the cache has released.
 */
export class Track {
  readonly media: TrackMedia;
  readonly index: number;
  readonly name: string;
  readonly #owner: TrackOwner;
  readonly #clock: TrackClock;
  #groups: Group[] = [];
  #inits: Init[] = [];
  #releasedThrough = -1;

  constructor(options: TrackOptions) {
    this.media = options.media;
    this.index = options.index;
    this.name = trackName(options.media, options.index);
    this.#owner = options.owner;
    this.#clock = options.clock;
  }

  /** The cached groups in ascending sequence. The array changes in place. */
  get groups(): readonly Group[] {
    return this.#groups;
  }

  /** The group with the highest sequence; undefined when none is cached. */
  get newestGroup(): Group | undefined {
    return this.#groups.at(-1);
  }

  /** The newest init data; undefined when the track has none (yet). */
  get newestInit(): Init | undefined {
    return this.#inits.at(-1);
  }

  /** The init versions held, ascending: see `pruneInits`. */
  get inits(): readonly Init[] {
    return this.#inits;
  }

  /** A version of the init data; undefined when it never came or is not held any more. */
  init(version: number): Init | undefined {
    return this.#inits.find((init) => init.version === version);
  }

  /** Takes init data. False, and nothing happens, when this version or a newer one is there or the broadcast is over. */
  setInit(version: number, frame: Frame, nowMs: number): boolean {
    const newest = this.newestInit;
    if (!this.#owner.accepting) return false;
    if (newest !== undefined && version <= newest.version) return false;
    const init: Init = { version, frame };
    this.#inits = [...this.#inits, init];
    this.#owner.initSet(this, init, nowMs);
    return true;
  }

  /**
   * The group with this sequence, opened if it is new. Undefined when the cache has released it or a later one
   * already, or the broadcast is over: its frames are of no use.
   */
  openGroup(
    start: { readonly sequence: number; readonly initVersion: number | undefined },
    nowMs: number,
  ): Group | undefined {
    if (start.sequence <= this.#releasedThrough || !this.#owner.accepting) return undefined;
    let at = this.#groups.length;
    while (at > 0 && (this.#groups[at - 1] as Group).sequence >= start.sequence) at -= 1;
    const known = this.#groups[at];
    if (known?.sequence === start.sequence) return known;
    const { sequence, initVersion } = start;
    const group = new Group({ track: this, sequence, initVersion, owner: this.#owner, clock: this.#clock });
    this.#groups.splice(at, 0, group);
    this.#owner.groupOpened(group, nowMs);
    return group;
  }

  /** For the cache: forgets a group. */
  release(group: Group): void {
    this.#groups = this.#groups.filter((other) => other !== group);
    this.#releasedThrough = Math.max(this.#releasedThrough, group.sequence);
  }

  /**
   * For the cache: forgets the init versions that were superseded before the frame with ordinal `oldest`, unless a cached
   * group names them, and the oldest above `MAX_INITS`. Returns those forgotten.
   */
  pruneInits(oldest: number): readonly Init[] {
    const surplus = this.#inits.length - MAX_INITS;
    const isPast = (index: number) =>
      (this.#inits[index + 1]?.frame.ordinal ?? Number.POSITIVE_INFINITY) < oldest;
    const past = this.#inits.filter(
      (init, index) => index < surplus || (isPast(index) && !this.#isNamed(init.version)),
    );
    if (past.length > 0) this.#inits = this.#inits.filter((init) => !past.includes(init));
    return past;
  }

  #isNamed(version: number): boolean {
    return this.#groups.some((group) => group.initVersion === version);
  }
}

/** Most versions of init data held of a track: every one is looked at when one comes. */
const MAX_INITS = 64;
