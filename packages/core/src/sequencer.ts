/**
 * Turns a broadcast, whose tracks grow each in its own time, into one sequence of frames in the order of ingest, all of
 * which can be decoded. Adds no delay while nothing is missing; see `Merge` (between tracks), `GroupOrder` (within one)
 * and `TrackGate` for what happens otherwise.
 */
import type { Broadcast, EndReason } from './broadcast.js';
import type { Frame } from './frame.js';
import type { Group } from './group.js';
import { GroupOrder, type OrderCounters } from './group-order.js';
import { JitterBuffer, type JitterCounters, type JitterLimits } from './jitter-buffer.js';
import { type FeedLimits, FRAME_OVERHEAD_BYTES } from './limits.js';
import { Merge, type MergeCounters } from './merge.js';
import type { StartingGroups } from './start.js';
import type { Timer, Timers } from './timers.js';
import type { Init, Track } from './track.js';
import { type GateCounters, type PassedFrame, TrackGate } from './track-gate.js';

/** What a sequencer needs. */
export interface SequencerOptions {
  readonly broadcast: Broadcast;
  /** Where in the broadcast to start; see `StartPosition`. */
  readonly start: 'newest' | 'earliest';
  readonly limits: FeedLimits;
  /** Evens out when frames leave; without it they leave at once. */
  readonly jitter?: JitterLimits | undefined;
  readonly timers: Timers;
  readonly gateCounters: GateCounters;
  /** Takes the frames. Must not call back into the sequencer. */
  readonly onFrame: PassedFrame;
  /** After each event that may have let frames out: anything may be done here. */
  readonly onSettled: (nowMs: number) => void;
  /** The broadcast ended and all that waited has left. */
  readonly onEnd: (reason: EndReason, nowMs: number) => void;
}

/** A frame on its way through the merge. Init data has no group. */
interface Arrival {
  readonly track: Track;
  readonly frame: Frame;
  readonly group: Group | undefined;
  readonly initVersion: number;
}

/** A frame that can be decoded, on its way through the jitter buffer. */
interface Passed {
  readonly frame: Frame;
  readonly isStart: boolean;
}

/** What the frames of one track go through after the merge. */
interface Lane {
  readonly order: GroupOrder;
  readonly gate: TrackGate;
}

/** Input: the broadcast it observes from `open` on, and the timers. Output: `onFrame`, `onEnd`. States: new -> open -> closed. */
export class Sequencer {
  readonly broadcast: Broadcast;
  readonly #options: SequencerOptions;
  readonly #lanes = new Map<Track, Lane>();
  readonly #merge: Merge<Arrival>;
  /** What comes now comes as it is, not out of the cache. */
  #live = false;
  /** When the oldest gap of the merge is given up. */
  readonly #mergeTimer: Timer;
  /** When the rest of the first group is given up. */
  readonly #orderTimer: Timer;
  readonly #jitter: JitterBuffer<TrackGate, Passed> | undefined;
  /** When the next frame of the jitter buffer is due. */
  readonly #jitterTimer: Timer;
  /** When the oldest wait of a gate for init data is given up. */
  readonly #gateTimer: Timer;
  /** What is cached at the start, until `open`. */
  #cached: readonly Arrival[];
  #stopObserving: (() => void) | undefined;

  constructor(options: SequencerOptions) {
    this.broadcast = options.broadcast;
    this.#options = options;
    const start = options.broadcast.startingGroups({ from: options.start });
    this.#cached = cachedArrivals(options.broadcast, start);
    this.#merge = new Merge<Arrival>({
      firstOrdinal: start.firstOrdinal,
      holdMs: options.limits.mergeHoldMs,
      maxHeldBytes: options.limits.maxHeldBytes,
      onItem: (arrival, nowMs) => this.#leave(arrival, nowMs),
    });
    this.#mergeTimer = options.timers.open((nowMs) => this.#pollMerge(nowMs));
    this.#orderTimer = options.timers.open((nowMs) => this.#pollOrders(nowMs));
    this.#jitter = options.jitter && this.#openJitter(options.jitter);
    this.#jitterTimer = options.timers.open((nowMs) => this.#pollJitter(nowMs));
    this.#gateTimer = options.timers.open((nowMs) => this.#pollGates(nowMs));
  }

  /** What the merge had to do. */
  get mergeCounters(): Readonly<MergeCounters> {
    return this.#merge.counters;
  }

  /** What keeping groups in order had to do, over all tracks. */
  get orderCounters(): OrderCounters {
    const sum: OrderCounters = { held: 0, expired: 0, overflown: 0 };
    for (const { order } of this.#lanes.values()) {
      sum.held += order.counters.held;
      sum.expired += order.counters.expired;
      sum.overflown += order.counters.overflown;
    }
    return sum;
  }

  /** What the jitter buffer did; undefined without one. */
  get jitterCounters(): JitterCounters | undefined {
    return this.#jitter?.counters;
  }

  /** Bytes that wait for a missing ordinal. */
  get heldBytes(): number {
    return this.#merge.heldBytes;
  }

  /** Sends what is cached from the start position on, then whatever comes. Call it right after the constructor. */
  open(nowMs: number): void {
    const arrivals = this.#cached;
    this.#cached = [];
    this.#stopObserving = this.broadcast.observe({
      onInit: (track, init, at) => this.#arrived(initArrival(track, init), at),
      onFrame: (group, frame, at) => this.#arrived({ track: group.track, frame, group, initVersion: -1 }, at),
      onGroupClosed: (group, at) => this.#groupClosed(group, at),
      onEnd: (reason, at) => this.#end(reason, at),
    });
    for (const arrival of arrivals) this.#push(arrival, nowMs);
    this.#live = true;
    this.#options.onSettled(nowMs);
  }

  /** Sends all that waits for a gap, in order, and hears no more of the broadcast. Idempotent. */
  close(nowMs: number): void {
    if (this.#stopObserving === undefined) return;
    this.#stopObserving();
    this.#stopObserving = undefined;
    this.#merge.flush(nowMs);
    for (const { order, gate } of this.#lanes.values()) {
      order.flush(nowMs);
      gate.giveUp();
    }
    this.#jitter?.flush(nowMs);
    this.#mergeTimer.set(undefined);
    this.#orderTimer.set(undefined);
    this.#jitterTimer.set(undefined);
    this.#gateTimer.set(undefined);
    this.#options.onSettled(nowMs);
  }

  #end(reason: EndReason, nowMs: number): void {
    this.close(nowMs);
    this.#options.onEnd(reason, nowMs);
  }

  #arrived(arrival: Arrival, nowMs: number): void {
    this.#push(arrival, nowMs);
    this.#options.onSettled(nowMs);
  }

  #push(arrival: Arrival, nowMs: number): void {
    const { ordinal, payload } = arrival.frame;
    if (arrival.group === undefined && ordinal < this.#merge.nextOrdinal) {
      // Init data from before the start, or that was given up: wanted whenever it comes.
      this.#leave(arrival, nowMs);
      return;
    }
    this.#merge.push(ordinal, payload.length + FRAME_OVERHEAD_BYTES, arrival, nowMs);
    this.#settleOrders(nowMs);
    this.#mergeTimer.set(this.#merge.deadlineMs);
  }

  #leave(arrival: Arrival, nowMs: number): void {
    const { order, gate } = this.#lanes.get(arrival.track) ?? this.#openLane(arrival.track);
    if (arrival.group === undefined) gate.pushInit(arrival.initVersion, arrival.frame, nowMs);
    else order.push(arrival.group, arrival.frame, nowMs);
    this.#noteGate(gate);
  }

  #openLane(track: Track): Lane {
    const { limits, gateCounters: counters } = this.#options;
    const onFrame: PassedFrame = (from, frame, isStart, nowMs) => {
      if (this.#live) this.broadcast.delays.ordered(frame.ordinal, nowMs);
      this.#pass(from, { frame, isStart }, nowMs);
    };
    const gate = new TrackGate({ track, maxHeldBytes: limits.maxHeldBytes, counters, onFrame });
    const order = new GroupOrder({
      holdMs: limits.groupHoldMs,
      maxHeldBytes: limits.maxHeldBytes,
      isMissing: (after, before) => this.#merge.isMissing(after, before),
      onFrame: (group, frame, nowMs) => {
        gate.push(group, frame, nowMs);
        this.#noteGate(gate);
      },
    });
    const lane = { order, gate };
    this.#lanes.set(track, lane);
    return lane;
  }

  #pass(gate: TrackGate, passed: Passed, nowMs: number): void {
    const { kind, timestamp, payload } = passed.frame;
    if (this.#jitter === undefined) {
      this.#options.onFrame(gate, passed.frame, passed.isStart, nowMs);
      return;
    }
    const bytes = payload.length;
    this.#jitter.push(gate, passed, { timestamp: kind === 'init' ? undefined : timestamp, bytes }, nowMs);
    this.#jitterTimer.set(this.#jitter.deadlineMs);
  }

  #openJitter(limits: JitterLimits): JitterBuffer<TrackGate, Passed> {
    const onItem = (gate: TrackGate, { frame, isStart }: Passed, nowMs: number) => {
      this.broadcast.delays.evened(frame.ordinal, nowMs);
      this.#options.onFrame(gate, frame, isStart, nowMs);
    };
    return new JitterBuffer({ ...limits, onItem });
  }

  #noteGate({ heldSinceMs }: TrackGate): void {
    if (heldSinceMs !== undefined && this.#gateTimer.atMs === undefined) {
      this.#gateTimer.set(heldSinceMs + this.#options.limits.initHoldMs);
    }
  }

  #groupClosed(group: Group, nowMs: number): void {
    const order = this.#lanes.get(group.track)?.order;
    if (order?.deadlineMs === undefined) return;
    this.#settleOrders(nowMs);
    this.#options.onSettled(nowMs);
  }

  /** What came may be what the groups of any track waited for. */
  #settleOrders(nowMs: number): void {
    let nextMs: number | undefined;
    for (const { order } of this.#lanes.values()) {
      if (order.deadlineMs === undefined) continue;
      order.settle(nowMs);
      if (order.deadlineMs !== undefined) {
        nextMs = Math.min(nextMs ?? Number.POSITIVE_INFINITY, order.deadlineMs);
      }
    }
    if (nextMs !== this.#orderTimer.atMs) this.#orderTimer.set(nextMs);
  }

  #pollMerge(nowMs: number): void {
    this.#merge.poll(nowMs);
    this.#settleOrders(nowMs);
    this.#mergeTimer.set(this.#merge.deadlineMs);
    this.#options.onSettled(nowMs);
  }

  #pollOrders(nowMs: number): void {
    for (const { order } of this.#lanes.values()) order.poll(nowMs);
    this.#settleOrders(nowMs);
    this.#options.onSettled(nowMs);
  }

  #pollJitter(nowMs: number): void {
    this.#jitter?.poll(nowMs);
    this.#jitterTimer.set(this.#jitter?.deadlineMs);
    this.#options.onSettled(nowMs);
  }

  #pollGates(nowMs: number): void {
    const holdMs = this.#options.limits.initHoldMs;
    let nextMs: number | undefined;
    for (const { gate } of this.#lanes.values()) {
      if (gate.heldSinceMs !== undefined && gate.heldSinceMs + holdMs <= nowMs) gate.giveUp();
      if (gate.heldSinceMs !== undefined)
        nextMs = Math.min(nextMs ?? Number.POSITIVE_INFINITY, gate.heldSinceMs + holdMs);
    }
    this.#gateTimer.set(nextMs);
  }
}

function initArrival(track: Track, init: Init): Arrival {
  return { track, frame: init.frame, group: undefined, initVersion: init.version };
}

/**
 * The cached frames to start with, in order: init data in effect at the start, then everything. Not only the groups that
 * begin there: an ordinal left out would be waited for.
 */
function cachedArrivals(broadcast: Broadcast, start: StartingGroups): Arrival[] {
  const inits = start.inits.map(({ track, init }) => initArrival(track, init));
  const arrivals: Arrival[] = [];
  for (const track of broadcast.tracks.values()) {
    for (const group of track.groups) {
      for (let at = group.indexAfter(start.firstOrdinal - 1); at < group.frameCount; at += 1) {
        arrivals.push({ track, frame: group.frame(at) as Frame, group, initVersion: -1 });
      }
    }
  }
  return [...inits, ...arrivals].sort((a, b) => a.frame.ordinal - b.frame.ordinal);
}
