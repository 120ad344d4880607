/** Arrival records made by hand: video at 10 pictures/s, so that one picture lasts 100 ms. Times in ms after the connect call. */
import * as Records from '../../src/records/index.js';

/** Any time but zero, so that nothing takes it for the clock's beginning. */
export const CONNECT_US = 7_000_000;

/** `lost`, or ms from capture to arrival. */
export type Arrival = number | 'lost';

/** What to make. */
export interface Arrivals {
  /** One a picture. */
  readonly delays: readonly Arrival[];
  /** Pictures between key frames; default: one group. */
  readonly groupFrames?: number;
  /** Pictures that nothing refers to, by place. */
  readonly discardable?: readonly number[];
  /** The first picture is due so long after the connect call; negative: before. */
  readonly firstMs?: number;
}

/** From one picture to the next. */
export const STEP_MS = 100;

/** The columns. */
export function framesOf({
  delays,
  groupFrames,
  discardable = [],
  firstMs = 0,
}: Arrivals): Records.FrameColumns {
  return Records.fromRows(
    delays.map((delay, at): Records.Frame => {
      const captureUs = CONNECT_US + (firstMs + at * STEP_MS) * 1_000;
      const isKey = at % (groupFrames ?? delays.length) === 0;
      return {
        sequence: at,
        track: 'video',
        kind: isKey ? 'key' : discardable.includes(at) ? 'discardable' : 'delta',
        ptsMs: 50_000 + at * STEP_MS,
        bytes: 1_000,
        captureUs,
        arrivalUs: delay === 'lost' ? undefined : captureUs + delay * 1_000,
      };
    }),
  );
}

/** `count` times the same. */
export function times(count: number, delay: Arrival): Arrival[] {
  return new Array<Arrival>(count).fill(delay);
}
