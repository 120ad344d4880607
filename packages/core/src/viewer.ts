/** One viewer: a cursor in the log of a feed. */
import type { EndReason } from './broadcast.js';
import type { FeedEntry, FeedLog, JoinPoint } from './feed-log.js';
import * as KindCounts from './kind-counts.js';

/** Why a viewer got no more. `unknown-path`: nobody published in time. `fault`: its `onWake` threw. */
export type ViewerEnd = EndReason | 'unknown-path' | 'fault';

/**
 * `waiting`: nothing has come for it yet. `live`: it follows. `ended`: it has taken everything and no more will come.
 * `stalled`: it took nothing for too long while something waited for it: disconnect it. `closed`: by `close`.
 */
export type ViewerState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'ended'; readonly reason: ViewerEnd }
  | { readonly kind: 'stalled' }
  | { readonly kind: 'closed' };

/**
 * Why a viewer did not get a frame. `join`: its key frame is from before the place where it started. `lag`: it fell too
 * far behind and skipped. `stall`: it was cut off while this waited. `link`: it did not come here, or not in time, so
 * that nobody got it.
 */
export type ViewerLoss = 'join' | 'lag' | 'stall' | 'link';

/** Those of a viewer's own. */
export type OwnLoss = Exclude<ViewerLoss, 'link'>;

/** Frames lost for reasons of viewers' own. */
export type OwnLosses = Record<OwnLoss, KindCounts.KindCounts>;

/** Nothing lost yet. */
export function noLosses(): OwnLosses {
  return { join: KindCounts.zero(), lag: KindCounts.zero(), stall: KindCounts.zero() };
}

/** What a viewer has taken and lost, and how far it is behind. */
export interface ViewerStats {
  readonly taken: Readonly<KindCounts.KindCounts>;
  /** Bytes taken, overhead counted. */
  readonly takenBytes: number;
  /** Frames it did not get for reasons of its own: `join`, `lag` and `stall`. */
  readonly dropped: Readonly<KindCounts.KindCounts>;
  /** Frames it did not get, by reason. */
  readonly lost: Readonly<Record<ViewerLoss, Readonly<KindCounts.KindCounts>>>;
  /** How often it skipped. */
  readonly skips: number;
  readonly lagBytes: number;
  /** Media time behind the newest frame, ms. */
  readonly lagMs: number;
}

/** Entries of the log that several viewers may take at once. For the feed. */
export interface Batch {
  readonly entries: readonly FeedEntry[];
  /** Where the next batch begins. */
  readonly to: number;
  readonly bytes: number;
  /** Frames among `entries`, and in the log up to `to`: more when some depend on key frames the viewer did not get. */
  readonly taken: Readonly<KindCounts.KindCounts>;
  readonly passed: Readonly<KindCounts.KindCounts>;
  /** The init data as of `to`; undefined when the batch has none. */
  readonly inits: readonly FeedEntry[] | undefined;
}

/** What a viewer needs of its feed. */
export interface ViewerFeed {
  readonly log: FeedLog;
  /** Why the feed ended; undefined while it goes on. */
  readonly ended: ViewerEnd | undefined;
  /** Frames that no viewer got, since the feed began. */
  readonly lost: Readonly<KindCounts.KindCounts>;
  /** The viewer lost frames. */
  lose(reason: OwnLoss, frames: Readonly<KindCounts.KindCounts>): void;
  /** It skipped to a newer place. */
  skipped(nowMs: number): void;
  /** Entries from `from` on, without video that depends on key frames before `since`. */
  batch(from: number, since: number, maxBytes: number): Batch;
  /** The viewer is at the head: wake it at the next entry. */
  arm(viewer: Viewer): void;
  /** The viewer will take no more. */
  remove(viewer: Viewer, nowMs: number): void;
}

/** How far behind a viewer may be. */
export interface LatencyTarget {
  /** Media time behind the newest frame that it wants, ms. */
  readonly latencyMs: number;
  /** How much further it may fall behind, ms. */
  readonly toleranceMs: number;
}

/**
 * Input: `take` and `progress` from the egress; `wake`, `finish` and `cutOff` from the feed. Output: entries, `onWake`,
 * `state`. It has no queue: it reads the log where it stands. When the log has dropped that place (the viewer is too
 * far behind) it skips to the newest join point, or without one to the head, and init data that changed comes first.
 * With a latency target it skips to the newest join point, too, once it is further behind than that and the tolerance;
 * what it was behind at its start does not count until it has reached the head.
 */
export class Viewer {
  /**
   * Called when there is something to take (not again before `take` has reached the head) or the state has changed. May
   * call anything. Set by the egress.
   */
  onWake: (() => void) | undefined;
  readonly #feed: ViewerFeed;
  #state: ViewerState = { kind: 'waiting' };
  #cursor: number;
  /** Video that depends on key frames before this sequence is not for this viewer. */
  #since: number;
  /** Init data to give before what stands at the cursor. */
  #prefix: readonly FeedEntry[];
  /** The init data it has, `#prefix` counted in. */
  #held: readonly FeedEntry[];
  /** Frames in the log before the cursor since the feed began. */
  #passed: KindCounts.KindCounts;
  readonly #target: LatencyTarget | undefined;
  /** Media time it may be behind until it reaches the head for the first time, ms. */
  #startLagMs: number;
  readonly #taken = KindCounts.zero();
  readonly #lost = noLosses();
  /** What the feed had lost when this one started, and when it left. */
  readonly #lostBefore: Readonly<KindCounts.KindCounts>;
  #lostAfter: Readonly<KindCounts.KindCounts> | undefined;
  #takenBytes = 0;
  #skips = 0;
  /** When it last took something or had nothing to take. */
  #progressMs: number;

  constructor(feed: ViewerFeed, start: JoinPoint, nowMs: number, target?: LatencyTarget) {
    this.#feed = feed;
    this.#target = target;
    this.#startLagMs = Math.max(0, feed.log.position - start.position);
    this.#lostBefore = feed.lost;
    this.#cursor = start.sequence;
    this.#since = start.sequence;
    this.#prefix = start.initsFor([]);
    this.#held = start.inits;
    this.#passed = KindCounts.copy(start.counts);
    this.#progressMs = nowMs;
    if (this.isBehind || this.#prefix.length > 0) this.#state = { kind: 'live' };
    if (!this.isBehind) feed.arm(this);
  }

  get state(): ViewerState {
    return this.#state;
  }

  /** Sequence of the next entry to take. Viewers with the same cursor take the same entries. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Whether the log has something that it did not take. */
  get isBehind(): boolean {
    return this.#cursor < this.#feed.log.head;
  }

  /** When it counts as stalled if it takes nothing; only meaningful while it is behind. */
  stallsAt(stallMs: number): number {
    return this.#progressMs + stallMs;
  }

  /** A copy of its counters. */
  get stats(): ViewerStats {
    const { log } = this.#feed;
    const entry = log.entry(Math.max(this.#cursor, log.base));
    const { join, stall } = this.#lost;
    const lag = this.#lostToLag();
    return {
      taken: KindCounts.copy(this.#taken),
      takenBytes: this.#takenBytes,
      dropped: KindCounts.sum(join, lag, stall),
      lost: {
        join: KindCounts.copy(join),
        lag,
        stall: KindCounts.copy(stall),
        link: KindCounts.difference(this.#lostAfter ?? this.#feed.lost, this.#lostBefore),
      },
      skips: this.#skips,
      lagBytes: entry === undefined ? 0 : log.headBytes - entry.startBytes,
      lagMs: this.#lagMs,
    };
  }

  /**
   * The next entries, about `maxBytes` of them and at least one if there is any. Viewers at the same place get the same
   * array: do not change it. Only take what the socket has room for: taking counts as progress. Look at `state` after
   * it: when the last entry was taken it may have become `ended`.
   */
  take(nowMs: number, options: { readonly maxBytes: number }): readonly FeedEntry[] {
    if (this.#state.kind !== 'live') return NOTHING;
    if (this.#cursor < this.#feed.log.base || this.#isBehindTarget) this.#skip(nowMs);
    const batch = this.#feed.batch(this.#cursor, this.#since, options.maxBytes);
    const entries = this.#prefix.length === 0 ? batch.entries : [...this.#prefix, ...batch.entries];
    this.#account(batch);
    if (entries.length > 0) this.#progressMs = nowMs;
    if (!this.isBehind) this.#atHead(nowMs);
    return entries;
  }

  /** The socket has taken bytes of what was taken from here: the viewer is slow, not dead. */
  progress(nowMs: number): void {
    this.#progressMs = nowMs;
  }

  /** The egress is done with it. Idempotent; nothing follows. */
  close(nowMs: number): void {
    this.#leave({ kind: 'closed' }, nowMs);
  }

  /** For the feed: entries were added and the viewer was at the head. */
  wake(nowMs: number): void {
    if (this.#state.kind === 'waiting') this.#state = { kind: 'live' };
    if (this.#state.kind !== 'live') return;
    this.#progressMs = nowMs;
    this.onWake?.();
  }

  /** For the feed and the registry: no more will come. A viewer that is behind may take what is left first. */
  finish(reason: ViewerEnd, nowMs: number): void {
    if (this.#state.kind === 'live' && (this.isBehind || this.#prefix.length > 0)) return;
    if (this.#leave({ kind: 'ended', reason }, nowMs)) this.onWake?.();
  }

  /** For the feed: no more will be given, whatever is left. */
  cutOff(state: Extract<ViewerState, { kind: 'stalled' | 'ended' }>, nowMs: number): void {
    if (this.#leave(state, nowMs)) this.onWake?.();
  }

  get #lagMs(): number {
    const { log } = this.#feed;
    const entry = log.entry(Math.max(this.#cursor, log.base));
    return entry === undefined ? 0 : Math.max(0, log.position - entry.position);
  }

  /** Whether a newer join point brings it closer to its target. */
  get #isBehindTarget(): boolean {
    if (this.#target === undefined) return false;
    const { latencyMs, toleranceMs } = this.#target;
    if (this.#lagMs <= Math.max(latencyMs, this.#startLagMs) + toleranceMs) return false;
    const { join } = this.#feed.log;
    return join !== undefined && join.sequence > this.#cursor;
  }

  /** What it skipped, and what the log has dropped before it was taken: the viewer skips over that when it takes next. */
  #lostToLag(): KindCounts.KindCounts {
    const { log } = this.#feed;
    const lost = KindCounts.copy(this.#lost.lag);
    if (this.#state.kind !== 'live' || this.#cursor >= log.base) return lost;
    const join = log.join ?? log.joinAtHead();
    KindCounts.add(lost, KindCounts.difference(join.counts, this.#passed));
    return lost;
  }

  #account(batch: Batch): void {
    for (const entry of this.#prefix) this.#taken[entry.frame.kind] += 1;
    this.#prefix = [];
    this.#cursor = batch.to;
    KindCounts.add(this.#taken, batch.taken);
    KindCounts.add(this.#passed, batch.passed);
    if (batch.taken !== batch.passed) {
      const reason = this.#skips === 0 ? 'join' : 'lag';
      this.#lose(reason, KindCounts.difference(batch.passed, batch.taken));
    }
    this.#takenBytes += batch.bytes;
    if (batch.inits !== undefined) this.#held = batch.inits;
  }

  #atHead(nowMs: number): void {
    this.#startLagMs = 0;
    const ended = this.#feed.ended;
    if (ended === undefined) this.#feed.arm(this);
    else this.#leave({ kind: 'ended', reason: ended }, nowMs);
  }

  #skip(nowMs: number): void {
    const { log } = this.#feed;
    const join = log.join ?? log.joinAtHead();
    this.#lose('lag', KindCounts.difference(join.counts, this.#passed));
    this.#skips += 1;
    this.#feed.skipped(nowMs);
    this.#passed = KindCounts.copy(join.counts);
    this.#prefix = [...this.#prefix, ...join.initsFor(this.#held)];
    this.#held = join.inits;
    this.#cursor = join.sequence;
    this.#since = join.sequence;
  }

  #lose(reason: OwnLoss, frames: Readonly<KindCounts.KindCounts>): void {
    KindCounts.add(this.#lost[reason], frames);
    this.#feed.lose(reason, frames);
  }

  /** What the log has dropped it would have skipped; what is left it will not take. */
  #loseTheRest(): void {
    const behind = KindCounts.difference(this.#lostToLag(), this.#lost.lag);
    const left = KindCounts.difference(this.#feed.log.counts, this.#passed);
    this.#lose('lag', behind);
    this.#lose('stall', KindCounts.difference(left, behind));
  }

  /** False when it had left before. */
  #leave(state: ViewerState, nowMs: number): boolean {
    if (this.#state.kind !== 'live' && this.#state.kind !== 'waiting') return false;
    if (state.kind === 'stalled') this.#loseTheRest();
    this.#lostAfter = this.#feed.lost;
    this.#state = state;
    this.#feed.remove(this, nowMs);
    return true;
  }
}

const NOTHING: readonly FeedEntry[] = [];
