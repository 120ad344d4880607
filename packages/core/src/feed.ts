/** What the viewers of one path at one relay share; it lives across epochs. */
import type { Broadcast } from './broadcast.js';
import { collect, type SharedBatch } from './feed-batch.js';
import { FeedEntry, FeedLog, JoinPoint } from './feed-log.js';
import type { Frame } from './frame.js';
import type { OrderCounters } from './group-order.js';
import type { JitterCounters, JitterLimits } from './jitter-buffer.js';
import * as KindCounts from './kind-counts.js';
import type { FeedLimits, ViewerLimits } from './limits.js';
import { MediaClock, type TrackClock } from './media-clock.js';
import type { MergeCounters } from './merge.js';
import type { FaultHandler } from './observers.js';
import type { BroadcastPath } from './path.js';
import { Sequencer } from './sequencer.js';
import { Timeline, type TimelineMode } from './timeline.js';
import type { Timer, Timers } from './timers.js';
import { type GateCounters, gateCounters, type TrackGate } from './track-gate.js';
import { type Batch, noLosses, type OwnLoss, type OwnLosses, Viewer, type ViewerEnd } from './viewer.js';

/** What a feed needs. */
export interface FeedOptions {
  readonly path: BroadcastPath;
  readonly limits: FeedLimits;
  readonly viewerLimits: ViewerLimits;
  readonly timeline: TimelineMode;
  readonly timers: Timers;
  /** The jitter buffer for a broadcast; undefined: it leaves as it comes. Asked for each broadcast. */
  readonly jitter?: (broadcast: Broadcast) => JitterLimits | undefined;
  /** A viewer has left, for whatever reason. */
  readonly onViewerGone?: (viewer: Viewer, nowMs: number) => void;
  /** Hears what a viewer's `onWake` threw; without it the first error is thrown once all viewers were woken. */
  readonly onFault?: FaultHandler;
}

/**
 * Where a viewer starts. `newest`: at the newest join point, whatever its age. `near`: there if it is within the viewer's
 * latency target and the tolerance, else like `live`. `live`: at the head; video from the next key frame on. `beginning`:
 * with the first frame the feed had, if it is still there, else like `newest`.
 */
export type ViewerStart = 'newest' | 'near' | 'live' | 'beginning';

/** How a viewer wants to follow. */
export interface ViewerOptions {
  readonly start: ViewerStart;
  /** Media time behind the newest frame that it wants to keep, ms; without it only `ViewerLimits` make it skip. */
  readonly latencyMs?: number;
  /** Media time to begin with, ms: `newest` means the newest join point with this much behind it, as far as the log goes back. */
  readonly burstMs?: number;
}

/** What a feed has done. */
export interface FeedCounters {
  /** Frames that left for the viewers, each counted once. */
  readonly frames: Readonly<KindCounts.KindCounts>;
  /** Frames that no viewer got, by reason and kind. */
  readonly refused: GateCounters;
  readonly merge: MergeCounters;
  /** Frames that waited for the rest of an older group, and how often that was given up. */
  readonly order: OrderCounters;
  /** Of the present broadcast; undefined without a jitter buffer. */
  readonly jitter: JitterCounters | undefined;
  /** Frames that viewers did not get for reasons of their own, each counted for each of them, and how often they skipped. */
  readonly losses: Readonly<OwnLosses>;
  readonly skips: number;
  /** When the last of these skips were, the oldest first, `MOST_SKIP_TIMES` at most. */
  readonly skipTimesMs: readonly number[];
  /** Viewers that were disconnected because they stalled. */
  readonly stalledViewers: number;
  readonly epochs: number;
  /** Bytes in the log and media time in it, now. */
  readonly logBytes: number;
  readonly logMs: number;
}

/**
 * Input: `attach` (a broadcast, one after the other), `end`, `view`, and the timers. Output: viewers.
 * States: waiting (no broadcast) <-> live -> ended. When an epoch follows another, what of the old one waits for gaps
 * leaves first, what comes later of it does not leave; frames of two epochs never interleave.
 */
export class Feed {
  readonly path: BroadcastPath;
  readonly log: FeedLog;
  readonly #options: FeedOptions;
  readonly #timeline: Timeline;
  readonly #clock = new MediaClock();
  readonly #viewers = new Set<Viewer>();
  /** When the first viewer that is behind counts as stalled if it takes nothing. */
  readonly #stallTimer: Timer;
  readonly #refused = gateCounters();
  readonly #mergeTotals: MergeCounters = { held: 0, late: 0, expiredGaps: 0, overflownGaps: 0 };
  readonly #orderTotals: OrderCounters = { held: 0, expired: 0, overflown: 0 };
  /** Viewers at the head, to wake at the next entry. */
  #armed = new Set<Viewer>();
  /** Batches up to the present head by where they begin. */
  readonly #batches = new Map<number, SharedBatch>();
  #sequencer: Sequencer | undefined;
  /** Per track of the present epoch: its clock and the newest key frame's sequence. */
  #tracks = new Map<TrackGate, FeedTrack>();
  #wokenHead = 0;
  #ended: ViewerEnd | undefined;
  #epochs = 0;
  readonly #losses = noLosses();
  #skips = 0;
  readonly #skipTimesMs: number[] = [];
  #stalledViewers = 0;

  constructor(options: FeedOptions) {
    this.path = options.path;
    this.#options = options;
    this.log = new FeedLog({ ...options.viewerLimits, ...options.limits });
    this.#timeline = new Timeline(options.timeline);
    this.#stallTimer = options.timers.open((nowMs) => this.#disconnectStalled(nowMs));
  }

  /** The broadcast it follows; undefined while there is none. */
  get broadcast(): Broadcast | undefined {
    return this.#sequencer?.broadcast;
  }

  /** Why it ended; undefined while it goes on. */
  get ended(): ViewerEnd | undefined {
    return this.#ended;
  }

  /** How many broadcasts it has followed. */
  get epochs(): number {
    return this.#epochs;
  }

  get viewers(): ReadonlySet<Viewer> {
    return this.#viewers;
  }

  /** For viewers: see `ViewerFeed.lost`. */
  get lost(): KindCounts.KindCounts {
    return KindCounts.sum(...Object.values(this.#refused));
  }

  /** A copy of its counters. */
  get counters(): FeedCounters {
    const merge = { ...this.#mergeTotals };
    const order = { ...this.#orderTotals };
    if (this.#sequencer !== undefined) {
      addUp(merge, this.#sequencer.mergeCounters);
      addUp(order, this.#sequencer.orderCounters);
    }
    const oldest = this.log.entry(this.log.base);
    return {
      frames: KindCounts.copy(this.log.counts),
      refused: structuredClone(this.#refused),
      merge,
      order,
      losses: structuredClone(this.#losses),
      skips: this.#skips,
      skipTimesMs: [...this.#skipTimesMs],
      jitter: this.#sequencer?.jitterCounters,
      stalledViewers: this.#stalledViewers,
      epochs: this.#epochs,
      logBytes: this.log.bytes,
      logMs: oldest === undefined ? 0 : Math.max(0, this.log.position - oldest.position),
    };
  }

  /** Follows `broadcast` from now on, from its cached frames at `start`. Does nothing after `end`. */
  attach(broadcast: Broadcast, start: 'newest' | 'earliest', nowMs: number): void {
    if (this.#ended !== undefined || broadcast === this.broadcast) return;
    this.#detach(nowMs);
    // Viewers woken for the tail of the old epoch may have attached another broadcast or ended the feed.
    if (this.#ended !== undefined || this.#sequencer !== undefined) return;
    this.#epochs += 1;
    this.#tracks = new Map();
    this.log.beginEpoch();
    const sequencer = new Sequencer({
      broadcast,
      start,
      limits: this.#options.limits,
      jitter: this.#options.jitter?.(broadcast),
      timers: this.#options.timers,
      gateCounters: this.#refused,
      onFrame: (gate, frame, isStart) => this.#append(broadcast.epoch, gate, frame, isStart),
      onSettled: (at) => this.#wake(at),
      onEnd: (_, at) => {
        // Viewers woken for the tail may have attached another broadcast already.
        if (this.#sequencer === sequencer) this.#detach(at);
      },
    });
    this.#sequencer = sequencer;
    sequencer.open(nowMs);
  }

  /** No more will come: viewers at the head end now, others when they have taken what is left. Idempotent. */
  end(reason: ViewerEnd, nowMs: number): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#detach(nowMs);
    this.#callEach([...this.#viewers], nowMs, (viewer) => viewer.finish(reason, nowMs));
  }

  /** A new viewer. Without a broadcast it waits for the next one and misses nothing of it. */
  view(options: ViewerOptions, nowMs: number): Viewer {
    const { latencyMs, burstMs = 0 } = options;
    const { toleranceMs } = this.#options.viewerLimits;
    const target =
      latencyMs === undefined ? undefined : { latencyMs: Math.max(latencyMs, burstMs), toleranceMs };
    const viewer = new Viewer(this, this.#startOf(options), nowMs, target);
    this.#viewers.add(viewer);
    if (this.#ended !== undefined) viewer.finish(this.#ended, nowMs);
    else if (viewer.isBehind) this.#expectProgress(nowMs);
    return viewer;
  }

  /** For viewers: see `ViewerFeed.lose`. */
  lose(reason: OwnLoss, frames: Readonly<KindCounts.KindCounts>): void {
    KindCounts.add(this.#losses[reason], frames);
  }

  /** For viewers: see `ViewerFeed.skipped`. */
  skipped(nowMs: number): void {
    this.#skips += 1;
    this.#skipTimesMs.push(nowMs);
    if (this.#skipTimesMs.length > MOST_SKIP_TIMES) this.#skipTimesMs.shift();
  }

  /** For viewers: see `ViewerFeed.batch`. Those that take the same range share one. */
  batch(from: number, since: number, maxBytes: number): Batch {
    const known = this.#batches.get(from);
    if (known !== undefined && known.maxBytes === maxBytes && known.oldestKey >= since) return known;
    const batch = collect(this.log, { from, since, maxBytes });
    if (batch.taken === batch.passed) this.#batches.set(from, batch);
    return batch;
  }

  /** For viewers: see `ViewerFeed.arm`. */
  arm(viewer: Viewer): void {
    this.#armed.add(viewer);
  }

  /** For viewers: see `ViewerFeed.remove`. */
  remove(viewer: Viewer, nowMs: number): void {
    this.#viewers.delete(viewer);
    this.#armed.delete(viewer);
    if (this.#viewers.size === 0) this.#stallTimer.set(undefined);
    this.#options.onViewerGone?.(viewer, nowMs);
  }

  #startOf({ start, latencyMs, burstMs = 0 }: ViewerOptions): JoinPoint {
    const { log } = this;
    if (start === 'beginning' && log.base === 0) return AT_ZERO;
    // Between two epochs: nothing of the old one is for a new viewer, its init data least of all.
    if (this.#sequencer === undefined) return log.joinWithoutInits();
    const { join } = log;
    if (join === undefined || start === 'live') return log.joinAtHead();
    const mostMs =
      Math.max(latencyMs ?? Number.POSITIVE_INFINITY, burstMs) + this.#options.viewerLimits.toleranceMs;
    if (start === 'near' && log.position - join.position > mostMs) return log.joinAtHead();
    return log.joinBehind(burstMs);
  }

  #append(epoch: number, gate: TrackGate, frame: Frame, isStart: boolean): void {
    const { media, index } = gate.track;
    let track = this.#tracks.get(gate);
    if (track === undefined) {
      track = { clock: this.#clock.openTrack(), keySequence: -1 };
      this.#tracks.set(gate, track);
    }
    const sequence = this.log.head;
    const { kind } = frame;
    const timestamp = this.#timeline.stamp({ epoch, track: gate, kind, timestamp: frame.timestamp });
    const position = frame.kind === 'init' ? this.#clock.position : track.clock.place(timestamp);
    if (isStart && media === 'video') {
      track.keySequence = sequence;
      this.log.markVideoJoin(index, position, timestamp);
    } else if (isStart) {
      this.log.markJoin(media, position, timestamp);
    }
    const keySequence = frame.kind === 'init' ? -1 : track.keySequence;
    const startBytes = this.log.headBytes;
    this.log.append(
      new FeedEntry({ sequence, epoch, media, index, frame, timestamp, position, startBytes, keySequence }),
    );
  }

  #wake(nowMs: number): void {
    if (this.log.head === this.#wokenHead) return;
    this.#wokenHead = this.log.head;
    this.#batches.clear();
    const armed = this.#armed;
    if (armed.size === 0) return;
    this.#armed = new Set();
    this.#expectProgress(nowMs);
    this.#callEach(armed, nowMs, (viewer) => viewer.wake(nowMs));
  }

  /** Stops following the broadcast; what waited has left. */
  #detach(nowMs: number): void {
    const sequencer = this.#sequencer;
    if (sequencer === undefined) return;
    this.#sequencer = undefined;
    sequencer.close(nowMs);
    addUp(this.#mergeTotals, sequencer.mergeCounters);
    addUp(this.#orderTotals, sequencer.orderCounters);
  }

  #expectProgress(nowMs: number): void {
    if (this.#stallTimer.atMs === undefined) this.#stallTimer.set(nowMs + this.#options.viewerLimits.stallMs);
  }

  #disconnectStalled(nowMs: number): void {
    const { stallMs } = this.#options.viewerLimits;
    let nextMs: number | undefined;
    const stalled: Viewer[] = [];
    for (const viewer of this.#viewers) {
      if (!viewer.isBehind) continue;
      const atMs = viewer.stallsAt(stallMs);
      if (atMs <= nowMs) stalled.push(viewer);
      else nextMs = Math.min(nextMs ?? Number.POSITIVE_INFINITY, atMs);
    }
    this.#stallTimer.set(nextMs);
    this.#stalledViewers += stalled.length;
    this.#callEach(stalled, nowMs, (viewer) => viewer.cutOff({ kind: 'stalled' }, nowMs));
  }

  /** A viewer whose egress throws is cut off; the others are served. */
  #callEach(viewers: Iterable<Viewer>, nowMs: number, call: (viewer: Viewer) => void): void {
    const faults: unknown[] = [];
    for (const viewer of viewers) {
      try {
        call(viewer);
      } catch (error) {
        faults.push(error);
        viewer.onWake = undefined;
        viewer.cutOff({ kind: 'ended', reason: 'fault' }, nowMs);
      }
    }
    const { onFault } = this.#options;
    if (onFault !== undefined) for (const fault of faults) onFault(fault);
    else if (faults.length > 0) throw faults[0];
  }
}

/** A track of the present epoch: its media time and the sequence of its newest key frame. */
interface FeedTrack {
  readonly clock: TrackClock;
  keySequence: number;
}

function addUp<Counters extends { [Key in keyof Counters]: number }>(
  totals: Counters,
  more: Readonly<Counters>,
): void {
  for (const key of Object.keys(more) as (keyof Counters)[]) {
    totals[key] = (totals[key] + more[key]) as Counters[keyof Counters];
  }
}

/** Times of skips that are kept. */
const MOST_SKIP_TIMES = 60;

const AT_ZERO = new JoinPoint({
  sequence: 0,
  inits: [],
  counts: KindCounts.zero(),
  timestamp: 0,
  position: 0,
});
