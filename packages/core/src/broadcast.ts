/** One path and one epoch: where ingest, links and egress meet. */
import { CoreError } from './errors.js';
import type { Frame, FrameKind, TrackMedia } from './frame.js';
import type { Group } from './group.js';
import { type CacheCounters, GroupCache } from './group-cache.js';
import { type CacheLimits, DEFAULT_CACHE_LIMITS } from './limits.js';
import { MediaClock } from './media-clock.js';
import { type FaultHandler, Observers } from './observers.js';
import type { BroadcastPath } from './path.js';
import * as Start from './start.js';
import { InboundDelays } from './trace/inbound.js';
import { type Init, Track, type TrackOwner, trackName } from './track.js';

/**
 * Why a broadcast ended. `unpublished`: the publisher left. `replaced`: a newer epoch took the path. `link-lost`: its
 * link ended and no other continued it in time. `idle`: nobody wanted it any more.
 */
export type EndReason = 'unpublished' | 'replaced' | 'link-lost' | 'idle';

/** What can be heard of a broadcast. Callbacks are called in the order of events; see `Observers` for what they may do. */
export interface BroadcastObserver {
  onTrack?(track: Track, nowMs: number): void;
  onInit?(track: Track, init: Init, nowMs: number): void;
  /** A group opened; it has no frames yet. */
  onGroup?(group: Group, nowMs: number): void;
  onFrame?(group: Group, frame: Frame, nowMs: number): void;
  /** The group is complete or truncated. */
  onGroupClosed?(group: Group, nowMs: number): void;
  /** The cache gave the group up: its frames are gone. */
  onGroupReleased?(group: Group, nowMs: number): void;
  /** The last event. */
  onEnd?(reason: EndReason, nowMs: number): void;
}

/** What a broadcast may be given. */
export interface BroadcastOptions {
  readonly limits?: Partial<CacheLimits>;
  /** The lowest ordinal that will come: 0 at the publisher, what the peer said for a remote one. */
  readonly firstOrdinal?: number;
  /** Hears the errors of observers; without it they are thrown to whoever caused the event. */
  readonly onFault?: FaultHandler;
}

/** What has come in, per kind of frame. */
export interface FrameTotals {
  readonly frames: Record<FrameKind, number>;
  /** Payload bytes. */
  bytes: number;
}

/**
 * A broadcast: tracks of cached groups, and who watches them grow.
 *
 * Input: `openTrack`, what tracks and groups take, `end`. Output: observers, and the cache for those who come later.
 * States: live -> ended; an ended broadcast takes nothing and keeps what is cached for those who still read it.
 */
export class Broadcast {
  readonly path: BroadcastPath;
  readonly epoch: number;
  /** The lowest ordinal that will come. */
  readonly firstOrdinal: number;
  readonly totals: FrameTotals = {
    frames: { init: 0, key: 0, delta: 0, discardable: 0, audio: 0, data: 0 },
    bytes: 0,
  };
  /** Where its frames are delayed at this relay. */
  readonly delays = new InboundDelays();
  readonly #limits: CacheLimits;
  readonly #tracks = new Map<string, Track>();
  readonly #clock = new MediaClock();
  readonly #cache: GroupCache;
  readonly #observers: Observers<BroadcastObserver>;
  readonly #owner: TrackOwner;
  #nextOrdinal: number;
  #ended: EndReason | undefined;
  #nowMs = 0;

  constructor(path: BroadcastPath, epoch: number, options: BroadcastOptions = {}) {
    this.path = path;
    this.epoch = epoch;
    this.firstOrdinal = options.firstOrdinal ?? 0;
    this.#nextOrdinal = this.firstOrdinal;
    this.#limits = { ...DEFAULT_CACHE_LIMITS, ...options.limits };
    this.#observers = new Observers(options.onFault);
    this.#cache = new GroupCache({
      limits: this.#limits,
      clock: this.#clock,
      tracks: this.#tracks,
      onReleased: (group) => this.#groupReleased(group),
    });
    this.#owner = this.#ownerOfTracks();
  }

  /** By name (`video0`), in the order they appeared. */
  get tracks(): ReadonlyMap<string, Track> {
    return this.#tracks;
  }

  /** Why it ended; undefined while it is live. */
  get ended(): EndReason | undefined {
    return this.#ended;
  }

  /** One above the highest ordinal that came. */
  get nextOrdinal(): number {
    return this.#nextOrdinal;
  }

  /** Most tracks it may have. */
  get maxTracks(): number {
    return this.#limits.maxTracks;
  }

  /** Media time that came, ms. */
  get mediaMs(): number {
    return this.#clock.position;
  }

  /** What the cache holds and gave up. */
  get cache(): Readonly<CacheCounters> {
    return this.#cache.counters;
  }

  /** The group where a new viewer starts; see `GroupCache.joinGroup`. */
  get joinGroup(): Group | undefined {
    return this.#cache.joinGroup;
  }

  /**
   * The track, made if it is new.
   * @throws CoreError LH_CORE_BROADCAST_ENDED, LH_CORE_TRACK_LIMIT (only for a new one)
   */
  openTrack(media: TrackMedia, index: number, nowMs: number): Track {
    const name = trackName(media, index);
    const known = this.#tracks.get(name);
    if (known !== undefined) return known;
    if (this.#ended !== undefined) throw new CoreError('LH_CORE_BROADCAST_ENDED', `${this.path} has ended`);
    if (this.#tracks.size >= this.#limits.maxTracks) {
      throw new CoreError(
        'LH_CORE_TRACK_LIMIT',
        `${this.path} has ${this.#tracks.size} tracks, the most it may have`,
      );
    }
    const track = new Track({ media, index, owner: this.#owner, clock: this.#clock.openTrack() });
    this.#tracks.set(name, track);
    this.#observers.notify((observer) => observer.onTrack?.(track, nowMs));
    return track;
  }

  /** Hears of everything from now on; the function returned stops it. */
  observe(observer: BroadcastObserver): () => void {
    return this.#observers.add(observer);
  }

  /** What a subscriber that starts at `position` is sent of the cache; groups that open later follow whole. */
  startingGroups(position: Start.StartPosition): Start.StartingGroups {
    return Start.startingGroups(this, position);
  }

  /** The ordinal after which a lost subscription should resume; undefined when nothing came. See `Start.resumeOrdinal`. */
  get resumeOrdinal(): number | undefined {
    return Start.resumeOrdinal(this);
  }

  /** No frames come any more; open groups are truncated. Only the first call counts. */
  end(reason: EndReason, nowMs: number): void {
    if (this.#ended !== undefined) return;
    for (const track of this.#tracks.values()) {
      for (const group of [...track.groups]) group.close('truncated', nowMs);
    }
    this.#ended = reason;
    this.#observers.notify((observer) => observer.onEnd?.(reason, nowMs));
  }

  #ownerOfTracks(): TrackOwner {
    const broadcast = this;
    return {
      get accepting() {
        return broadcast.#ended === undefined;
      },
      initSet: (track, init, nowMs) => this.#initSet(track, init, nowMs),
      groupOpened: (group, nowMs) => this.#groupOpened(group, nowMs),
      groupGrew: (group, frame, nowMs) => this.#groupGrew(group, frame, nowMs),
      groupClosed: (group, nowMs) =>
        this.#observers.notify((observer) => observer.onGroupClosed?.(group, nowMs)),
    };
  }

  #initSet(track: Track, init: Init, nowMs: number): void {
    this.#count(init.frame);
    this.#nowMs = nowMs;
    this.#cache.addInit(init);
    this.#observers.notify((observer) => observer.onInit?.(track, init, nowMs));
  }

  #groupOpened(group: Group, nowMs: number): void {
    this.#nowMs = nowMs;
    this.#cache.add(group);
    this.#observers.notify((observer) => observer.onGroup?.(group, nowMs));
  }

  #groupGrew(group: Group, frame: Frame, nowMs: number): void {
    this.#count(frame);
    this.#nowMs = nowMs;
    this.delays.came({ track: group.track.name, frame, positionMs: group.lastPosition, nowMs });
    this.#cache.grew(group, frame.payload.length);
    this.#observers.notify((observer) => observer.onFrame?.(group, frame, nowMs));
  }

  #groupReleased(group: Group): void {
    const nowMs = this.#nowMs;
    this.#observers.notify((observer) => observer.onGroupReleased?.(group, nowMs));
  }

  #count(frame: Frame): void {
    if (frame.dropped !== true) this.totals.frames[frame.kind] += 1;
    this.totals.bytes += frame.payload.length;
    if (frame.ordinal >= this.#nextOrdinal) this.#nextOrdinal = frame.ordinal + 1;
  }
}
