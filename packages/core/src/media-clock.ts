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
  /** Milliseconds since the first frame. Never goes back. */
  position = 0;

  /** A clock for one more track; it starts where the others are. */
  openTrack(): TrackClock {
    return new TrackClock(this);
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
    const step = newest === undefined ? Number.NaN : timestampDifference(timestamp, newest);
    if (step < 0 && step >= -MAX_STEP_MS) return Math.max(0, this.#position + step);
    this.#newest = timestamp;
    if (step >= 0 && step <= MAX_STEP_MS) this.#position += step;
    else this.#position = this.#shared.position;
    // A track whose timestamps run slow or that was silent must not look old for ever.
    if (this.#shared.position - this.#position > MAX_STEP_MS) this.#position = this.#shared.position;
    if (this.#position > this.#shared.position) this.#shared.position = this.#position;
    return this.#position;
  }
}
