/** The paired ratio of two arms on one profile, safe where one of them has nothing at all to count. */
import type { Attempt } from '../report/attempts.js';
import { pair } from '../report/summarize.js';
import * as Statistics from '../statistics/index.js';

/** A metric that the gate watches. Less is better in all of them. */
export interface Watched {
  readonly metric: string;
  /** For the table. */
  readonly label: string;
  readonly unit: 'share' | 'ms';
  /** Added to both arms: below it differences are noise of the machine, and nothing divided by nothing becomes 1. */
  readonly floor: number;
  /** Of delays, that of the path is taken away first: it is not of the arm's making and hides what is. */
  readonly beyond: 'zero' | 'one-way delay' | 'round trip';
}

/** In the order of the table. */
export const WATCHED: readonly Watched[] = [
  { metric: 'steady.late.owd+200', label: 'late(200)', unit: 'share', floor: 0.01, beyond: 'zero' },
  { metric: 'steady.p95Ms', label: 'delay p95', unit: 'ms', floor: 25, beyond: 'one-way delay' },
  { metric: 'p500.stallTimeRatio', label: 'stall ratio', unit: 'share', floor: 0.01, beyond: 'zero' },
  { metric: 'ttffMs', label: 'first key frame', unit: 'ms', floor: 50, beyond: 'round trip' },
];

/** What the blocks of one profile say. */
export interface PairedRatio {
  readonly blocks: number;
  /** In the metric's unit, as measured. */
  readonly arm: number;
  readonly against: number;
  readonly ratio: number;
  readonly logError: number;
}

/** Undefined when no block has both arms. */
export function pairedRatio(
  watched: Watched,
  arm: readonly Attempt[],
  against: readonly Attempt[],
): PairedRatio | undefined {
  const blocks = pair(arm, against, watched.metric);
  const link = arm[0]?.link;
  if (blocks.length === 0 || link === undefined) return undefined;
  const paths = { zero: 0, 'one-way delay': link.oneWayMs, 'round trip': link.rttMs };
  const shift = watched.floor - paths[watched.beyond];
  const shifted = blocks.map(({ a, b, ...block }) => ({
    ...block,
    a: shiftBy(a, shift, watched.floor),
    b: shiftBy(b, shift, watched.floor),
  }));
  const result = Statistics.compare({
    blocks: shifted,
    better: 'lower',
    margin: { absolute: 0, relative: 0 },
  });
  const values = (side: 'a' | 'b') => Statistics.pooled(blocks.map((block) => block[side]));
  return {
    blocks: blocks.length,
    arm: values('a'),
    against: values('b'),
    ratio: result.a / result.b,
    logError: errorOf(result, blocks.length),
  };
}

/** `sample + shift` over any number of runs; below the floor nothing is counted. */
function shiftBy(sample: Statistics.Sample, shift: number, floor: number): Statistics.Sample {
  if (typeof sample === 'number') return Math.max(floor, sample + shift);
  const { numerator, denominator } = sample;
  return { numerator: numerator + shift * denominator, denominator };
}

/** Of the log ratio. A bootstrap of n blocks is too narrow by sqrt((n - 1) / n). */
function errorOf({ ratio }: Statistics.Comparison, blocks: number): number {
  if (ratio === undefined || blocks < 2) return UNKNOWN_ERROR;
  const [low, high] = ratio.interval;
  const width = (Math.log(high) - Math.log(low)) / (2 * Z_95);
  return Math.max(LEAST_ERROR, width * Math.sqrt(blocks / (blocks - 1)));
}

const Z_95 = 1.96;
/** A factor of two. */
const UNKNOWN_ERROR = Math.LN2;
/** Runs that agree by chance are not exact. */
const LEAST_ERROR = 0.02;
