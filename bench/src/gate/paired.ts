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
  {
    // With what is skipped: what is sent late may be waited for, what is dropped may not, and both are missed.
    metric: 'p500.steadyDisturbed',
    label: 'stalled, skipped',
    unit: 'share',
    floor: 0.02,
    beyond: 'zero',
  },
  { metric: 'ttffMs', label: 'first key frame', unit: 'ms', floor: 50, beyond: 'round trip' },
];

/** What the blocks of one profile say. */
export interface PairedRatio {
  /** In the metric's unit, as measured. */
  readonly arm: number;
  readonly against: number;
  /** (arm + floor) / (against + floor), of the sums over all blocks. */
  readonly ratio: number;
  /** The same of each block, by its seed. */
  readonly seeds: Readonly<Record<string, number>>;
}

/** Undefined when no block has both arms, or one is too short for the metric. */
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
  const shifted = (sample: Statistics.Sample) => shiftBy(sample, shift, watched.floor);
  const values = (side: 'a' | 'b') => Statistics.pooled(blocks.map((block) => block[side]));
  const ratioOf = (some: readonly Statistics.Block[]) =>
    Statistics.pooled(some.map(({ a }) => shifted(a))) / Statistics.pooled(some.map(({ b }) => shifted(b)));
  const ratio = ratioOf(blocks);
  // A run too short for the metric has nothing to divide by.
  const seeds = blocks.map((block) => [`${block.seed}`, ratioOf([block])] as const);
  if (![ratio, ...seeds.map(([, each]) => each)].every((each) => Number.isFinite(each) && each > 0))
    return undefined;
  return { arm: values('a'), against: values('b'), ratio, seeds: Object.fromEntries(seeds) };
}

/** `sample + shift` over any number of runs; below the floor nothing is counted. */
function shiftBy(sample: Statistics.Sample, shift: number, floor: number): Statistics.Sample {
  if (typeof sample === 'number') return Math.max(floor, sample + shift);
  const { numerator, denominator } = sample;
  return { numerator: numerator + shift * denominator, denominator };
}
