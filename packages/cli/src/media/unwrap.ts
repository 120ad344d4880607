/** FLV timestamps are 32 bits and wrap (FLV 10.1 §E.4.1); pacing and measuring need them to go on. */

/** Turns a track's or a stream's timestamps into numbers that do not wrap. Steps of up to 2^31 ms either way are followed. */
export class TimestampUnwrapper {
  #last: number | undefined;

  /** The unwrapped time of `timestamp`, ms; the first one is itself. */
  unwrap(timestamp: number): number {
    const last = this.#last ?? timestamp;
    const time = last + ((timestamp - last) | 0);
    this.#last = time;
    return time;
  }
}
