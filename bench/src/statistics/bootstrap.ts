/** Resampling of blocks. The blocks of one profile are drawn among themselves: profiles are chosen, not drawn. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { quantileSorted } from 'simple-statistics';
import { type Block, ratioOf } from './sample.js';

/** How to resample. */
export interface Resampling {
  readonly seed: number;
  readonly resamples: number;
}

/** Sums of one draw of blocks. */
interface Sums {
  readonly a: number;
  readonly b: number;
}

/**
 * Values of arms a and b in each resample (Efron's bootstrap): blocks drawn with replacement, as many of each profile
 * as there are, ratio of sums inside the draw.
 */
export function draws(blocks: readonly Block[], { seed, resamples }: Resampling): Sums[] {
  const random = xoroshiro128plus(seed);
  const parts = blocks.map(({ a, b }) => ({ a: ratioOf(a), b: ratioOf(b) }));
  const strata = strataOf(blocks);
  return Array.from({ length: resamples }, () => {
    let [aTop, aBottom, bTop, bBottom] = [0, 0, 0, 0];
    for (const stratum of strata) {
      for (let count = stratum.length; count > 0; count--) {
        const at = stratum[uniformInt(random, 0, stratum.length - 1)] as number;
        const { a, b } = parts[at] as (typeof parts)[number];
        aTop += a.numerator;
        aBottom += a.denominator;
        bTop += b.numerator;
        bBottom += b.denominator;
      }
    }
    return { a: aBottom === 0 ? 0 : aTop / aBottom, b: bBottom === 0 ? 0 : bTop / bBottom };
  });
}

/** The percentile interval of `values` that holds `level` of them. */
export function interval(values: readonly number[], level: number): [number, number] {
  const sorted = [...values].sort((one, other) => one - other);
  return [quantileSorted(sorted, (1 - level) / 2), quantileSorted(sorted, (1 + level) / 2)];
}

/** Two-sided p of "the value is 0" by the draws: twice the smaller tail, never below what so many draws can tell. */
export function tailP(values: readonly number[]): number {
  const below = values.filter((value) => value <= 0).length;
  const above = values.filter((value) => value >= 0).length;
  return Math.min(1, (2 * (Math.min(below, above) + 1)) / (values.length + 1));
}

/**
 * Two-sided p of "the arms of a block could be swapped": how often swapping them by chance gives a difference at least
 * as large. Exact up to 12 blocks, by `resamples` random swaps above. With n blocks it cannot be below 2 / 2^n.
 */
export function swapP(blocks: readonly Block[], { seed, resamples }: Resampling): number {
  const parts = blocks.map(({ a, b }) => [ratioOf(a), ratioOf(b)] as const);
  const difference = (isSwapped: (at: number) => boolean) => {
    const sums = [0, 0, 0, 0];
    for (const [at, [a, b]] of parts.entries()) {
      const [first, second] = isSwapped(at) ? [b, a] : [a, b];
      sums[0] = (sums[0] as number) + first.numerator;
      sums[1] = (sums[1] as number) + first.denominator;
      sums[2] = (sums[2] as number) + second.numerator;
      sums[3] = (sums[3] as number) + second.denominator;
    }
    const [aTop = 0, aBottom = 0, bTop = 0, bBottom = 0] = sums;
    return Math.abs((aBottom === 0 ? 0 : aTop / aBottom) - (bBottom === 0 ? 0 : bTop / bBottom));
  };
  // Rounding must not tell a swap of everything from none.
  const observed = difference(() => false) * (1 - 1e-12);
  if (parts.length <= EXACT_BLOCKS) {
    const all = 2 ** parts.length;
    let extreme = 0;
    for (let mask = 0; mask < all; mask++)
      if (difference((at) => ((mask >> at) & 1) === 1) >= observed) extreme++;
    return extreme / all;
  }
  const random = xoroshiro128plus(seed);
  let extreme = 0;
  for (let draw = 0; draw < resamples; draw++) {
    const swapped = parts.map(() => uniformInt(random, 0, 1) === 1);
    if (difference((at) => swapped[at] as boolean) >= observed) extreme++;
  }
  return (extreme + 1) / (resamples + 1);
}

function strataOf(blocks: readonly Block[]): number[][] {
  const strata = new Map<string, number[]>();
  for (const [at, { profile }] of blocks.entries()) strata.set(profile, [...(strata.get(profile) ?? []), at]);
  return [...strata.values()];
}

const EXACT_BLOCKS = 12;
