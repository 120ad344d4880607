/**
 * Media time that only grows, from 32-bit timestamps that wrap, step back and jump.
 *
 * Bounds in media time need a clock that a publisher's odd timestamps cannot stop or run away with. Each track places
 * its frames on one line of milliseconds: a step forward of up to `MAX_STEP_MS` moves the line, a step back of up to
 * that is an older frame, anything else is a discontinuity and moves nothing.
 */

/** The longest step between two frames of a track that counts as media time; ms. */
export const MAX_STEP_MS = 10_000;

/** `a - b` of two 32-bit timestamps as a signed number of milliseconds, the shorter way round. */
export function timestampDifference(a: number, b: number): number {
  return (a - b) | 0;
}

/** The media time of one broadcast or feed: the furthest any of its tracks has come. */
export class MediaClock {
  #position = 0;
  /** The timestamp that was placed at `position`. */
  #timestamp: number | undefined;

  /** Milliseconds since the first frame. Never goes back. */
  get position(): number {
    return this.#position;
  }

  /** A clock for one more track; it starts where the others are. */
  openTrack(): TrackClock {
    return new TrackClock(this);
  }

  /** For a track's first frame: its position next to the newest of the others, or that of the newest. */
  placeFirst(timestamp: number): number {
    const step = timestampDifference(timestamp, this.#timestamp ?? timestamp);
    return Math.abs(step) <= MAX_STEP_MS ? Math.max(0, this.#position + step) : this.#position;
  }

  /** A track has come to `position` with `timestamp`. */
  reach(position: number, timestamp: number): void {
    if (this.#timestamp !== undefined && position <= this.#position) return;
    this.#position = position;
    this.#timestamp = timestamp;
  }
}

/** Places the frames of one track. */
export class TrackClock {
  readonly #shared: MediaClock;
  #newest: number | undefined;
  #position = 0;

  constructor(shared: MediaClock) {
    this.#shared = shared;
  }

  /** The position of a frame with this timestamp (unsigned 32 bits), ms; moves the clock when it is the newest. */
  place(timestamp: number): number {
    const newest = this.#newest;
    const shared = this.#shared;
    const step = newest === undefined ? 0 : timestampDifference(timestamp, newest);
    if (step < 0 && step >= -MAX_STEP_MS) return Math.max(0, this.#position + step);
    this.#newest = timestamp;
    if (newest === undefined) this.#position = shared.placeFirst(timestamp);
    else if (step >= 0 && step <= MAX_STEP_MS) this.#position += step;
    else this.#position = shared.position;
    // A track whose timestamps run slow or that was silent must not look old for ever.
    if (shared.position - this.#position > MAX_STEP_MS) this.#position = shared.position;
    shared.reach(this.#position, timestamp);
    return this.#position;
  }
}
