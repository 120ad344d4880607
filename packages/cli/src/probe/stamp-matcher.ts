/** Finds the frame that each stamp speaks of, and so each frame's delay. */
import type { Stamp } from '../publish/stamp.js';

/** How many unmatched stamps and frames are remembered: tracks may arrive a little out of order against each other. */
const WINDOW = 256;

/** Inputs: `stamp` and `frame` as they arrive. Output: `delays` and `missing`. */
export class StampMatcher {
  readonly #sinceWallMs: number;
  readonly #stamps = new Map<string, Stamp>();
  readonly #frames = new Map<string, number>();
  readonly #delays: number[] = [];
  #received = 0;
  #lowest = Number.POSITIVE_INFINITY;
  #highest = Number.NEGATIVE_INFINITY;

  /** Frames captured before `sinceWallMs` are not measured: they waited in a cache for a viewer to come. */
  constructor(sinceWallMs: number) {
    this.#sinceWallMs = sinceWallMs;
  }

  /** Capture to arrival of each measured frame, ms. */
  get delays(): readonly number[] {
    return this.#delays;
  }

  /** Stamps between the first and the last one that did not come. */
  get missing(): number {
    return this.#received === 0 ? 0 : this.#highest - this.#lowest + 1 - this.#received;
  }

  /** A stamp in a message with `timestamp`. */
  stamp(stamp: Stamp, timestamp: number): void {
    if (stamp.sequence < this.#lowest && this.#received > 0) this.#restart();
    this.#received++;
    this.#lowest = Math.min(this.#lowest, stamp.sequence);
    this.#highest = Math.max(this.#highest, stamp.sequence);
    const key = `${stamp.media} ${timestamp}`;
    const arrivedWallMs = this.#frames.get(key);
    if (arrivedWallMs === undefined) remember(this.#stamps, key, stamp);
    else this.#measure(stamp, arrivedWallMs);
    this.#frames.delete(key);
  }

  /** A whole frame with `timestamp` arrived at `wallMs`. */
  frame(media: 'video' | 'audio', timestamp: number, wallMs: number): void {
    const key = `${media} ${timestamp}`;
    const stamp = this.#stamps.get(key);
    if (stamp === undefined) {
      remember(this.#frames, key, wallMs);
      return;
    }
    this.#stamps.delete(key);
    this.#measure(stamp, wallMs);
  }

  #measure(stamp: Stamp, wallMs: number): void {
    if (stamp.wallMs >= this.#sinceWallMs) this.#delays.push(wallMs - stamp.wallMs);
  }

  /** A new publisher counts from 0 again. */
  #restart(): void {
    this.#received = 0;
    this.#lowest = Number.POSITIVE_INFINITY;
    this.#highest = Number.NEGATIVE_INFINITY;
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  if (map.size > WINDOW) map.delete(map.keys().next().value as string);
}
