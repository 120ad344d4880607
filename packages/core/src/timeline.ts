/**
 * The timestamps that leave an egress: those of the publisher while it stays, and growing on when a new epoch begins.
 *
 * Within an epoch every frame moves by the same offset (mod 2^32), 0 in the first. A new epoch's offset puts its first
 * audio or video frame `SEAM_MS` after the latest that left before, and nothing of it leaves at or below that one.
 * Init data, and data frames before any audio or video, anchor a new epoch only until audio or video comes: their
 * timestamps are often 0.
 */
import type { FrameKind } from './frame.js';
import { MAX_STEP_MS, timestampDifference } from './media-clock.js';

/** From the latest frame of an epoch to the first of the next, ms: about one frame. */
export const SEAM_MS = 40;

/** Whether an egress may change timestamps. */
export type TimelineMode = 'continuous' | 'passthrough';

/** Input: every frame in the order it leaves. Output: the timestamp it leaves with. */
export class Timeline {
  readonly #mode: TimelineMode;
  #epoch: number | undefined;
  #offset = 0;
  /** How good the frame was that set the offset; see `WEIGHT`. */
  #anchorWeight = -1;
  /** Nothing of this epoch leaves at or below it; undefined in the first. */
  #floor: number | undefined;
  /** The latest timestamp that left in this epoch, of the weightiest frames. */
  #latest: number | undefined;
  #latestWeight = 0;

  constructor(mode: TimelineMode) {
    this.#mode = mode;
  }

  /** The timestamp for a frame of `epoch` that came with `timestamp`; both unsigned 32 bits. */
  stamp(epoch: number, kind: FrameKind, timestamp: number): number {
    if (this.#mode === 'passthrough') return timestamp;
    if (epoch !== this.#epoch) this.#begin(epoch);
    const weight = WEIGHT[kind];
    const floor = this.#floor;
    if (floor !== undefined) this.#anchor(floor, weight, timestamp);
    let out = (timestamp + this.#offset) >>> 0;
    if (floor !== undefined && timestampDifference(out, floor) <= 0) out = (floor + 1) >>> 0;
    this.#note(weight, out);
    return out;
  }

  #begin(epoch: number): void {
    this.#epoch = epoch;
    if (this.#latest !== undefined) this.#floor = this.#latest;
    this.#latest = undefined;
    this.#latestWeight = 0;
    this.#anchorWeight = -1;
    this.#offset = 0;
  }

  #anchor(floor: number, weight: number, timestamp: number): void {
    // Each init frame leaves at the seam until something else comes.
    if (weight < this.#anchorWeight || (weight === this.#anchorWeight && weight > 0)) return;
    this.#anchorWeight = weight;
    const isAfterData = this.#latestWeight === WEIGHT.data && this.#latest !== undefined;
    const from = isAfterData ? (this.#latest as number) : floor;
    this.#offset = (from + SEAM_MS - timestamp) >>> 0;
  }

  #note(weight: number, out: number): void {
    if (weight < this.#latestWeight) return;
    const step = timestampDifference(out, this.#latest ?? out);
    // Interleaved tracks step back a little; a publisher that steps back a lot goes on from there.
    if (step < 0 && step >= -MAX_STEP_MS && weight === this.#latestWeight) return;
    this.#latest = out;
    this.#latestWeight = weight;
    if (this.#floor !== undefined && timestampDifference(out, this.#floor) > FLOOR_REACH_MS) {
      this.#floor = (out - FLOOR_REACH_MS) >>> 0;
    }
  }
}

/** How much a frame's timestamp says about the media time of its epoch. */
const WEIGHT: Record<FrameKind, number> = { init: 0, data: 1, key: 2, delta: 2, discardable: 2, audio: 2 };

/** The floor follows at this distance, so that its difference to any timestamp keeps its sign over the wrap. */
const FLOOR_REACH_MS = 2 ** 30;
