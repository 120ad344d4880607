/** The frames that the viewers of one path share: a log that grows at its head, and the points in it where one can start. */
import type { Frame, TrackMedia } from './frame.js';
import * as KindCounts from './kind-counts.js';
import { ALIGNED_MS, FRAME_OVERHEAD_BYTES, STALE_TRACK_MS } from './limits.js';

/** What an entry is made of. */
export interface FeedEntryOptions {
  readonly sequence: number;
  readonly epoch: number;
  readonly media: TrackMedia;
  readonly index: number;
  readonly frame: Frame;
  readonly timestamp: number;
  readonly position: number;
  readonly startBytes: number;
  readonly keySequence: number;
}

/** One frame as every viewer of a path gets it. Viewers share the entry, so what is derived from it can be kept in `memo`. */
export class FeedEntry {
  /** Its place in the log: 0, 1, 2 ... over all epochs. Init data given again at a start keeps its own. */
  readonly sequence: number;
  readonly epoch: number;
  readonly media: TrackMedia;
  /** E-RTMP track id, 0 where there is none. */
  readonly index: number;
  readonly frame: Frame;
  /** The timestamp to send, unsigned 32 bits; see `Timeline`. `frame.timestamp` is the publisher's. */
  readonly timestamp: number;
  /** Media time in the feed, ms; it only grows but for small steps back between tracks. */
  readonly position: number;
  /** Bytes in the log before it, since the feed began, overhead counted. */
  readonly startBytes: number;
  /** For video, the `sequence` of the key frame it depends on (its own for a key frame); -1 otherwise. */
  readonly keySequence: number;
  /** Whatever the egress derives from the entry (encoded bytes); the core never touches it. */
  memo: unknown;

  constructor(options: FeedEntryOptions) {
    this.sequence = options.sequence;
    this.epoch = options.epoch;
    this.media = options.media;
    this.index = options.index;
    this.frame = options.frame;
    this.timestamp = options.timestamp;
    this.position = options.position;
    this.startBytes = options.startBytes;
    this.keySequence = options.keySequence;
    this.memo = undefined;
  }

  /** The same frame with another timestamp: init data given at a later start. */
  restamped(timestamp: number): FeedEntry {
    return new FeedEntry({ ...this, timestamp });
  }
}

/** A place where a viewer can start. */
export class JoinPoint {
  /** The first entry from here on. */
  readonly sequence: number;
  /** The newest init data of every track before it, as they are in the log. */
  readonly inits: readonly FeedEntry[];
  /** Frames in the log before it, since the feed began. */
  readonly counts: Readonly<KindCounts.KindCounts>;
  /** Its media time, ms. */
  readonly position: number;
  readonly #timestamp: number;
  #restamped: readonly FeedEntry[] | undefined;

  /** `timestamp` is what init data given here is stamped with. */
  constructor(options: {
    readonly sequence: number;
    readonly inits: readonly FeedEntry[];
    readonly counts: Readonly<KindCounts.KindCounts>;
    readonly timestamp: number;
    readonly position: number;
  }) {
    this.sequence = options.sequence;
    this.inits = options.inits;
    this.counts = options.counts;
    this.position = options.position;
    this.#timestamp = options.timestamp;
  }

  /** The init data to give a viewer that has `held` already, with the timestamp of this point. All viewers share the entries. */
  initsFor(held: readonly FeedEntry[]): readonly FeedEntry[] {
    if (held === this.inits) return [];
    this.#restamped ??= this.inits.map((entry) => entry.restamped(this.#timestamp));
    if (held.length === 0) return this.#restamped;
    return this.#restamped.filter((_, index) => !held.includes(this.inits[index] as FeedEntry));
  }
}

/** Bounds of a log. */
export interface FeedLogLimits {
  /** Entries before the newest join point go when they are this far behind the head, in media time or in bytes. */
  readonly maxLagMs: number;
  readonly maxLagBytes: number;
  /** Any entry goes when it is this far behind: a group that does not end. */
  readonly maxLogMs: number;
  readonly maxLogBytes: number;
}

/** Input: `append`. Output: entries by sequence from `base` to `head`, join points. Bounded; the oldest entries go first, the newest stays. */
export class FeedLog {
  readonly #limits: FeedLogLimits;
  #entries: FeedEntry[] = [];
  /** How many entries of `#entries` are gone, at its front. */
  #gone = 0;
  #base = 0;
  #headBytes = 0;
  #position = 0;
  #timestamp = 0;
  #counts = KindCounts.zero();
  #inits: readonly FeedEntry[] = [];
  /** The init data as of an init entry still in the log, by its sequence. */
  readonly #initsAt = new Map<number, readonly FeedEntry[]>();
  #joins: Partial<Record<TrackMedia, JoinPoint>> = {};
  /** Points that were the newest of their medium before, ascending. */
  #olderJoins: Record<TrackMedia, JoinPoint[]> = { video: [], audio: [], data: [] };
  /** Media time of the newest entry of each medium. */
  #positions: Record<TrackMedia, number> = { video: 0, audio: 0, data: 0 };
  /** Index of the video track that made the video join point. */
  #joinIndex = 0;
  /** Key frames of other video tracks that may belong to the next join point. */
  #aligned: { readonly join: JoinPoint; readonly position: number } | undefined;

  constructor(limits: FeedLogLimits) {
    this.#limits = limits;
  }

  /** Sequence of the oldest entry; `head` when it is empty. */
  get base(): number {
    return this.#base;
  }

  /** Sequence of the next entry. */
  get head(): number {
    return this.#base + this.#entries.length - this.#gone;
  }

  /** Bytes appended since the feed began, overhead counted. */
  get headBytes(): number {
    return this.#headBytes;
  }

  /** Bytes in the log, overhead counted. */
  get bytes(): number {
    return this.#headBytes - (this.#entries[this.#gone]?.startBytes ?? this.#headBytes);
  }

  /** Media time of the newest entry, ms. */
  get position(): number {
    return this.#position;
  }

  /** Frames appended since the feed began. */
  get counts(): Readonly<KindCounts.KindCounts> {
    return this.#counts;
  }

  /** The newest init data of every track of this epoch. */
  get inits(): readonly FeedEntry[] {
    return this.#inits;
  }

  /** The entry with this sequence; undefined outside of `base` to `head`. */
  entry(sequence: number): FeedEntry | undefined {
    if (sequence < this.#base) return undefined;
    return this.#entries[sequence - this.#base + this.#gone];
  }

  /** The init data as of the init entry with this sequence. */
  initsAt(sequence: number): readonly FeedEntry[] | undefined {
    return this.#initsAt.get(sequence);
  }

  /**
   * Where a new viewer starts: the newest video join point, without one the newest of audio, then of data. A medium of
   * which nothing has come for `STALE_TRACK_MS` does not count.
   */
  get join(): JoinPoint | undefined {
    return this.#newest?.join;
  }

  /**
   * The newest place to start that has at least `mediaMs` of media behind it, of the medium of `join`; the oldest that
   * is left when none has as much, the head when there is none.
   */
  joinBehind(mediaMs: number): JoinPoint {
    const newest = this.#newest;
    if (newest === undefined) return this.joinAtHead();
    const isFar = ({ position }: JoinPoint) => this.#position - position >= mediaMs;
    if (isFar(newest.join)) return newest.join;
    const older = this.#olderJoins[newest.media].filter(({ sequence }) => sequence >= this.#base);
    return older.findLast(isFar) ?? older[0] ?? newest.join;
  }

  /** The head as a place to start: with all init data, video from the next key frame on. */
  joinAtHead(): JoinPoint {
    return this.#joinPoint(this.#timestamp, this.#position);
  }

  /** The same without init data: that of an epoch that is over. */
  joinWithoutInits(): JoinPoint {
    const { head: sequence } = this;
    const counts = KindCounts.copy(this.#counts);
    return new JoinPoint({ sequence, inits: [], counts, timestamp: 0, position: this.#position });
  }

  /** A new epoch begins: nothing of the old one is a place to start, its init data is void. */
  beginEpoch(): void {
    this.#joins = {};
    this.#olderJoins = { video: [], audio: [], data: [] };
    this.#aligned = undefined;
    this.#inits = [];
  }

  /** Adds an entry at the head and enforces the bounds. */
  append(entry: FeedEntry): void {
    this.#entries.push(entry);
    this.#headBytes += entry.frame.payload.length + FRAME_OVERHEAD_BYTES;
    this.#counts[entry.frame.kind] += 1;
    this.#timestamp = entry.timestamp;
    if (entry.position > this.#position) this.#position = entry.position;
    if (entry.frame.kind !== 'init') this.#positions[entry.media] = entry.position;
    if (entry.frame.kind === 'init') {
      const others = this.#inits.filter(
        (other) => other.media !== entry.media || other.index !== entry.index,
      );
      this.#inits = [...others, entry];
      this.#initsAt.set(entry.sequence, this.#inits);
    }
    this.#enforce();
  }

  /** The head, which `append` is about to fill, begins an audio or data group. */
  markJoin(media: TrackMedia, position: number, timestamp: number): void {
    this.#setJoin(media, this.#joinPoint(timestamp, position));
  }

  /**
   * The head, which `append` is about to fill, is a key frame. Viewers start at those of the video track with the lowest
   * index; when key frames of other tracks stand right before it, at the first of them, to have those tracks too.
   */
  markVideoJoin(index: number, position: number, timestamp: number): void {
    const aligned = this.#aligned;
    const isAligned = aligned !== undefined && position - aligned.position <= ALIGNED_MS;
    if (this.#valid('video') !== undefined && index > this.#joinIndex) {
      if (!isAligned) this.#aligned = { join: this.#joinPoint(timestamp, position), position };
      return;
    }
    this.#setJoin('video', isAligned ? aligned.join : this.#joinPoint(timestamp, position));
    this.#joinIndex = index;
    this.#aligned = undefined;
  }

  get #newest(): { readonly media: TrackMedia; readonly join: JoinPoint } | undefined {
    for (const media of ['video', 'audio', 'data'] as const) {
      const join = this.#valid(media);
      if (join !== undefined) return { media, join };
    }
    return undefined;
  }

  /** The head as a place to start. */
  #joinPoint(timestamp: number, position: number): JoinPoint {
    const { head: sequence } = this;
    const counts = KindCounts.copy(this.#counts);
    return new JoinPoint({ sequence, inits: this.#inits, counts, timestamp, position });
  }

  #setJoin(media: TrackMedia, join: JoinPoint): void {
    const before = this.#joins[media];
    this.#joins[media] = join;
    if (before === undefined) return;
    const older = this.#olderJoins[media];
    older.push(before);
    const gone = older.findIndex(({ sequence }) => sequence >= this.#base);
    if (gone !== 0) older.splice(0, gone < 0 ? older.length : gone);
    if (older.length > MAX_OLDER_JOINS) older.shift();
  }

  #valid(media: TrackMedia): JoinPoint | undefined {
    const join = this.#joins[media];
    if (join === undefined || join.sequence < this.#base) return undefined;
    return this.#position - this.#positions[media] <= STALE_TRACK_MS ? join : undefined;
  }

  #enforce(): void {
    let join = this.join?.sequence ?? this.head;
    for (let oldest = this.#entries[this.#gone]; oldest !== undefined; oldest = this.#entries[this.#gone]) {
      if (!this.#isTooOld(oldest, join)) break;
      this.#entries[this.#gone] = undefined as never;
      this.#gone += 1;
      this.#base += 1;
      this.#initsAt.delete(oldest.sequence);
      if (oldest.sequence === join) join = this.join?.sequence ?? this.head;
    }
    if (this.#gone > COMPACT_AT && this.#gone * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#gone);
      this.#gone = 0;
    }
  }

  #isTooOld(entry: FeedEntry, join: number): boolean {
    if (entry.sequence === this.head - 1) return false;
    const lagMs = this.#position - entry.position;
    const lagBytes = this.#headBytes - entry.startBytes;
    if (lagMs > this.#limits.maxLogMs || lagBytes > this.#limits.maxLogBytes) return true;
    return entry.sequence < join && (lagMs > this.#limits.maxLagMs || lagBytes > this.#limits.maxLagBytes);
  }
}

/** Most points of one medium to start at besides the newest; a viewer that wants more media to begin with gets this much. */
export const MAX_OLDER_JOINS = 64;
/** Front gaps shorter than this are not worth moving the entries. */
const COMPACT_AT = 256;
