/**
 * The timestamps that leave an egress: those of the publisher as long as they go on, and growing on when they do not.
 *
 * Media of one run of timestamps moves by one offset (mod 2^32), 0 in the first. A run ends when a new epoch begins, or
 * when a track steps back by more than `STEP_BACK_MS` or ahead by more than `STEP_AHEAD_MS` of where any track is; what
 * comes then begins `SEAM_MS` after the latest that left, and other tracks follow it into the new run when their
 * timestamps do. A smaller step back leaves with the timestamp of the frame before it. So no track ever steps back, and
 * nothing of an epoch leaves at or below the latest of the one before; between tracks small steps back are kept.
 *
 * Init data and data frames do not move the line where there is audio or video: their timestamps are often 0.
 */
import type { FrameKind } from './frame.js';
import { MAX_STEP_MS, timestampDifference } from './media-clock.js';

/** From the latest frame of a run to the first of the next, ms: about one frame. */
export const SEAM_MS = 40;

/** The longest step back of a track that is taken for a publisher's inaccuracy, ms. */
export const STEP_BACK_MS = 500;

/** The longest step ahead that is taken for a pause, ms: pictures may be a minute apart. */
export const STEP_AHEAD_MS = 300_000;

/** Whether an egress may change timestamps. */
export type TimelineMode = 'continuous' | 'passthrough';

/** A frame as the timeline sees it. */
export interface Stamped {
  readonly epoch: number;
  /** Whatever tells the tracks of an epoch apart. */
  readonly track: unknown;
  readonly kind: FrameKind;
  /** Unsigned 32 bits. */
  readonly timestamp: number;
}

/** Timestamps that go on from each other. */
interface Run {
  readonly offset: number;
  /** The latest of any track, as it came. */
  latest: number;
}

/** The audio or video of one track. */
interface TrackLine {
  run: Run;
  /** The latest as it came, and as it left. */
  latest: number;
  out: number;
}

/** Input: every frame in the order it leaves. Output: the timestamp it leaves with. */
export class Timeline {
  readonly #mode: TimelineMode;
  #epoch: number | undefined;
  /** Of this epoch, the newest last. */
  #runs: Run[] = [];
  #tracks = new Map<unknown, TrackLine>();
  /** Moves data frames of this epoch as long as there is no audio or video; undefined before the first. */
  #dataOffset: number | undefined;
  /** Nothing of this epoch leaves at or below it; undefined in the first. */
  #floor: number | undefined;
  /** The latest timestamp that left in this epoch, of the weightiest frames. */
  #latest: number | undefined;
  #latestWeight = 0;

  constructor(mode: TimelineMode) {
    this.#mode = mode;
  }

  /** The timestamp for a frame, unsigned 32 bits. */
  stamp(frame: Stamped): number {
    if (this.#mode === 'passthrough') return frame.timestamp;
    if (frame.epoch !== this.#epoch) this.#begin(frame.epoch);
    const weight = WEIGHT[frame.kind];
    if (weight === MEDIA) return this.#stampMedia(frame);
    const out = this.#aboveFloor(this.#placeMinor(weight, frame.timestamp));
    this.#note(weight, out);
    return out;
  }

  #begin(epoch: number): void {
    this.#epoch = epoch;
    if (this.#latest !== undefined) this.#floor = this.#latest;
    this.#latest = undefined;
    this.#latestWeight = 0;
    this.#runs = [];
    this.#tracks = new Map();
    this.#dataOffset = undefined;
  }

  #stampMedia({ track, timestamp }: Stamped): number {
    const line = this.#tracks.get(track);
    const run = this.#runFor(line, timestamp);
    if (isAhead(timestamp, run.latest)) run.latest = timestamp;
    let out = this.#aboveFloor((timestamp + run.offset) >>> 0);
    if (line === undefined) this.#tracks.set(track, { run, latest: timestamp, out });
    else {
      if (isAhead(line.out, out)) out = line.out;
      if (line.run !== run || isAhead(timestamp, line.latest)) line.latest = timestamp;
      line.run = run;
      line.out = out;
    }
    this.#note(MEDIA, out);
    return out;
  }

  /** The run that a frame goes on in: its track's, another one's, a new one. */
  #runFor(line: TrackLine | undefined, timestamp: number): Run {
    if (line !== undefined && isWithin(timestampDifference(timestamp, line.latest), STEP_BACK_MS))
      return line.run;
    const runs = line === undefined ? this.#runs : [...this.#runs, line.run];
    const isNear = ({ offset, latest }: Run) =>
      isWithin(timestampDifference(timestamp, latest), MAX_STEP_MS) &&
      (line === undefined || timestampDifference(timestamp + offset, line.out) >= -STEP_BACK_MS);
    return runs.findLast(isNear) ?? this.#openRun(timestamp);
  }

  #openRun(timestamp: number): Run {
    const hasLeft = this.#latestWeight > 0 && this.#latest !== undefined;
    const from = hasLeft && (this.#floor !== undefined || this.#runs.length > 0) ? this.#latest : this.#floor;
    const offset = from === undefined ? 0 : (from + SEAM_MS - timestamp) >>> 0;
    const run = { offset, latest: timestamp };
    this.#runs.push(run);
    if (this.#runs.length > MAX_RUNS) this.#runs.shift();
    return run;
  }

  /** Init data and data frames, as they would leave were there no floor. */
  #placeMinor(weight: number, timestamp: number): number {
    const run = this.#runs.at(-1);
    if (run !== undefined) {
      const isNear = Math.abs(timestampDifference(timestamp, run.latest)) <= MAX_STEP_MS;
      return isNear ? (timestamp + run.offset) >>> 0 : (this.#latest as number);
    }
    if (this.#floor === undefined) return timestamp;
    // Each init frame leaves at the seam until something else comes.
    const seam = (this.#floor + SEAM_MS) >>> 0;
    if (weight === WEIGHT.init) return this.#dataOffset === undefined ? seam : (this.#latest as number);
    this.#dataOffset ??= (seam - timestamp) >>> 0;
    return (timestamp + this.#dataOffset) >>> 0;
  }

  #aboveFloor(out: number): number {
    const floor = this.#floor;
    return floor !== undefined && !isAhead(out, floor) ? (floor + 1) >>> 0 : out;
  }

  #note(weight: number, out: number): void {
    if (weight < this.#latestWeight) return;
    if (weight === this.#latestWeight && this.#latest !== undefined && !isAhead(out, this.#latest)) return;
    this.#latest = out;
    this.#latestWeight = weight;
    if (this.#floor !== undefined && timestampDifference(out, this.#floor) > FLOOR_REACH_MS) {
      this.#floor = (out - FLOOR_REACH_MS) >>> 0;
    }
  }
}

function isAhead(timestamp: number, of: number): boolean {
  return timestampDifference(timestamp, of) > 0;
}

function isWithin(stepMs: number, backMs: number): boolean {
  return stepMs >= -backMs && stepMs <= STEP_AHEAD_MS;
}

/** How much a frame's timestamp says about the media time of its epoch. */
const WEIGHT: Record<FrameKind, number> = { init: 0, data: 1, key: 2, delta: 2, discardable: 2, audio: 2 };
const MEDIA = 2;

/** Runs that tracks may still follow into; a publisher whose tracks jump apart for ever opens new ones. */
const MAX_RUNS = 4;

/** The floor follows at this distance, so that its difference to any timestamp keeps its sign over the wrap. */
const FLOOR_REACH_MS = 2 ** 30;
