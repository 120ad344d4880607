/** The parts that a frame's delay is made of. */

/**
 * In the order in which a frame passes them. `before`: how much later it began to come than the best frame of its track, for
 * whatever reason lies before this relay. `queue`: in our send queue. `pacing`: with the transport, until its last byte had
 * left once. `flight`: the path itself. `transfer`: from its first byte to the place of its last one, as they were sent.
 * `recovery`: then waiting for lost packets. `merge`: for earlier frames of other tracks. `jitter`: in the jitter buffer, which
 * evens out all of the above. `egress`: until it was written.
 */
export const DELAY_PARTS = [
  'before',
  'queue',
  'pacing',
  'flight',
  'transfer',
  'recovery',
  'merge',
  'jitter',
  'egress',
] as const;

/** One of `DELAY_PARTS`. */
export type DelayPart = (typeof DELAY_PARTS)[number];

/** Milliseconds of each part; what a relay has no part in is 0. */
export type PartTimes = Record<DelayPart, number>;

/** All 0. */
export function none(): PartTimes {
  return {
    before: 0,
    queue: 0,
    pacing: 0,
    flight: 0,
    transfer: 0,
    recovery: 0,
    merge: 0,
    jitter: 0,
    egress: 0,
  };
}

/** Their sum, ms. */
export function sum(parts: Readonly<PartTimes>): number {
  let totalMs = 0;
  for (const part of DELAY_PARTS) totalMs += parts[part];
  return totalMs;
}

/** Each of `parts` times `factor`. */
export function scaled(parts: Readonly<PartTimes>, factor: number): PartTimes {
  const result = none();
  for (const part of DELAY_PARTS) result[part] = parts[part] * factor;
  return result;
}
