/**
 * Evens out the times at which the frames of one broadcast come over a link, for all viewers of its path.
 *
 * A frame leaves at its media time plus a delay that all tracks share, each track in its order. The delay is a high
 * quantile of how late the last frames came: it grows at once and shrinks by `SHRINK` of the time. A frame that comes
 * later than that leaves at once. During the first `SETTLE_MS` nothing waits: a subscriber is given cached media first,
 * faster than it plays.
 *
 * Bounds: no frame waits longer than `maxMs`, and what waits takes `maxBytes` at most; then the one that is due first
 * leaves. Nothing is dropped here.
 */
import { FRAME_OVERHEAD_BYTES } from './limits.js';
import { Line } from './line.js';
import { MediaClock, type TrackClock } from './media-clock.js';

/** How much may wait. */
export interface JitterLimits {
  /** Longest wait of a frame, ms. */
  readonly maxMs: number;
  readonly maxBytes: number;
}

/** What a buffer needs. `K` is what frames belong together by: a track. */
export interface JitterBufferOptions<K, T> extends JitterLimits {
  /** Takes the frames. */
  readonly onItem: (track: K, item: T, nowMs: number) => void;
}

/** What a frame is to the buffer. */
export interface Timed {
  /** Unsigned 32 bits; undefined: init data, which has no time of its own and leaves with what came before it. */
  readonly timestamp: number | undefined;
  /** Of its payload. */
  readonly bytes: number;
}

/** What a buffer has done. */
export interface JitterCounters {
  /** Frames that waited, and those that left before their time because of the bytes. */
  readonly held: number;
  readonly overflown: number;
  /** What it adds to the frame that came with the least delay, now, ms. */
  readonly delayMs: number;
}

interface Held<T> {
  readonly item: T;
  readonly bytes: number;
  readonly arrivedMs: number;
  /** Media time, ms. */
  readonly position: number;
}

interface Lane<K, T> {
  readonly track: K;
  readonly clock: TrackClock;
  /** Of the frame before. */
  position: number;
  readonly waiting: Line<Held<T>>;
}

/** Input: `push`, `poll`, `flush`. Output: `onItem`; `deadlineMs` says when to poll. Not reentrant from `onItem`. */
export class JitterBuffer<K, T> {
  readonly #options: JitterBufferOptions<K, T>;
  readonly #clock = new MediaClock();
  readonly #lanes = new Map<K, Lane<K, T>>();
  readonly #lateness = new Lateness();
  #startMs: number | undefined;
  /** From media time to the time of leaving, ms; undefined until it has settled. */
  #offsetMs: number | undefined;
  #changedMs = 0;
  #heldBytes = 0;
  #held = 0;
  #overflown = 0;

  constructor(options: JitterBufferOptions<K, T>) {
    this.#options = options;
  }

  get counters(): JitterCounters {
    const delayMs =
      this.#offsetMs === undefined ? 0 : Math.round(Math.max(0, this.#offsetMs - this.#lateness.leastMs));
    return { held: this.#held, overflown: this.#overflown, delayMs };
  }

  /** Bytes that wait, overhead counted. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** When the next frame is due; undefined while none waits. */
  get deadlineMs(): number | undefined {
    const lane = this.#first();
    return lane === undefined ? undefined : this.#dueMs(firstOf(lane) as Held<T>);
  }

  /** A frame, in the order of its track. */
  push(track: K, item: T, { timestamp, bytes }: Timed, nowMs: number): void {
    this.#startMs ??= nowMs;
    const lane = this.#lanes.get(track) ?? this.#openLane(track);
    if (timestamp !== undefined) {
      lane.position = lane.clock.place(timestamp);
      if (nowMs - this.#startMs >= SETTLE_MS) this.#learn(nowMs - lane.position, nowMs);
    }
    const held = { item, bytes: bytes + FRAME_OVERHEAD_BYTES, arrivedMs: nowMs, position: lane.position };
    if (firstOf(lane) === undefined && (timestamp === undefined || this.#dueMs(held) <= nowMs)) {
      this.#options.onItem(track, item, nowMs);
      return;
    }
    this.#held += 1;
    this.#heldBytes += held.bytes;
    lane.waiting.push(held);
    while (this.#heldBytes > this.#options.maxBytes) {
      this.#overflown += 1;
      this.#letFirst(nowMs);
    }
  }

  /** Lets out what is due. */
  poll(nowMs: number): void {
    for (let due = this.deadlineMs; due !== undefined && due <= nowMs; due = this.deadlineMs)
      this.#letFirst(nowMs);
  }

  /** All that waits leaves now, in the order of media time. */
  flush(nowMs: number): void {
    while (this.#heldBytes > 0) this.#letFirst(nowMs);
  }

  #openLane(track: K): Lane<K, T> {
    const { position } = this.#clock;
    const lane: Lane<K, T> = { track, clock: this.#clock.openTrack(), position, waiting: new Line() };
    this.#lanes.set(track, lane);
    return lane;
  }

  #learn(latenessMs: number, nowMs: number): void {
    this.#lateness.add(latenessMs);
    const { leastMs, highMs } = this.#lateness;
    const wantedMs = Math.min(highMs, leastMs + this.#options.maxMs);
    const shrunkMs = (this.#offsetMs ?? wantedMs) - (nowMs - this.#changedMs) * SHRINK;
    this.#offsetMs = Math.max(wantedMs, Math.min(shrunkMs, leastMs + this.#options.maxMs));
    this.#changedMs = nowMs;
  }

  #dueMs({ position, arrivedMs }: Pick<Held<T>, 'position' | 'arrivedMs'>): number {
    if (this.#offsetMs === undefined) return arrivedMs;
    return Math.min(position + this.#offsetMs, arrivedMs + this.#options.maxMs);
  }

  /** The track whose next frame is due first. */
  #first(): Lane<K, T> | undefined {
    let found: Lane<K, T> | undefined;
    let leastMs = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes.values()) {
      const next = firstOf(lane);
      if (next === undefined) continue;
      const dueMs = this.#dueMs(next);
      if (dueMs >= leastMs) continue;
      found = lane;
      leastMs = dueMs;
    }
    return found;
  }

  #letFirst(nowMs: number): void {
    const lane = this.#first() as Lane<K, T>;
    const { item, bytes } = firstOf(lane) as Held<T>;
    lane.waiting.release(lane.waiting.start + 1);
    this.#heldBytes -= bytes;
    this.#options.onItem(lane.track, item, nowMs);
  }
}

function firstOf<T>({ waiting }: { readonly waiting: Line<Held<T>> }): Held<T> | undefined {
  return waiting.at(waiting.start);
}

/** How late the last frames came: time of arrival less media time. */
class Lateness {
  readonly #samples: number[] = [];
  #next = 0;
  /** Samples until the figures are made anew. */
  #fresh = 0;
  /** Of the frame that came with the least delay, ms. */
  leastMs = 0;
  /** The quantile, ms. */
  highMs = 0;

  add(ms: number): void {
    if (this.#samples.length < SAMPLES) this.#samples.push(ms);
    else this.#samples[this.#next] = ms;
    this.#next = (this.#next + 1) % SAMPLES;
    if (this.#fresh > 0) {
      this.#fresh -= 1;
      this.leastMs = Math.min(this.leastMs, ms);
      return;
    }
    // While there are few each counts; sorting all of them for each frame would cost more than it tells.
    this.#fresh = this.#samples.length < SAMPLES ? 0 : SORT_EVERY;
    const sorted = Float64Array.from(this.#samples).sort();
    this.leastMs = sorted[0] as number;
    this.highMs = sorted[Math.floor((sorted.length - 1) * QUANTILE)] as number;
  }
}

/** A link is given cached media first; that long after the first frame it is at the live edge. ms */
export const SETTLE_MS = 2_000;
/** How much the delay shrinks, ms a ms. */
const SHRINK = 0.01;
/** Frames looked back at: about 6 s of 30 pictures and 47 audio packets a second. */
export const SAMPLES = 512;
const SORT_EVERY = 16;
const QUANTILE = 0.98;
