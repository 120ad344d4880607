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

/** Values of the two arms over one draw of blocks. */
export interface Draw {
  readonly a: number;
  readonly b: number;
}

/**
 * The arms' values in each resample (Efron's bootstrap): blocks drawn with replacement, as many of each profile as
 * there are, ratio of sums inside the draw.
 */
export function draws(blocks: readonly Block[], resampling: Resampling): Draw[] {
  const parts = blocks.map(({ a, b }) => [ratioOf(a), ratioOf(b)] as const);
  const drawn = drawnBlocks(strataOf(blocks), resampling);
  return Array.from({ length: resampling.resamples }, (_, draw) => {
    let [aTop, aBottom, bTop, bBottom] = [0, 0, 0, 0];
    for (let at = draw * parts.length; at < (draw + 1) * parts.length; at++) {
      const [a, b] = parts[drawn[at] as number] as (typeof parts)[number];
      aTop += a.numerator;
      aBottom += a.denominator;
      bTop += b.numerator;
      bBottom += b.denominator;
    }
    return { a: aBottom === 0 ? 0 : aTop / aBottom, b: bBottom === 0 ? 0 : bTop / bBottom };
  });
}

/** The percentile interval of `values` that holds `level` of them. */
export function interval(values: readonly number[], level: number): [number, number] {
  const sorted = Array.from(Float64Array.from(values).sort());
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
 * as large (Fisher's randomization test). Exact up to 15 blocks, by `resamples` random swaps above. With n blocks it
 * cannot be below 2 / 2^n.
 */
export function swapP(blocks: readonly Block[], { seed, resamples }: Resampling): number {
  const swaps = new Swaps(blocks);
  // Rounding must not tell a swap of everything from none.
  const observed = swaps.difference(() => false) * (1 - 1e-9);
  if (blocks.length <= EXACT_BLOCKS) return swaps.countFrom(observed) / 2 ** blocks.length;
  const random = xoroshiro128plus(seed);
  let extreme = 0;
  for (let draw = 0; draw < resamples; draw++) {
    if (swaps.difference(() => uniformInt(random, 0, 1) === 1) >= observed) extreme++;
  }
  return (extreme + 1) / (resamples + 1);
}

/** Numerators and denominators of both arms. */
type Sums = readonly [number, number, number, number];

/** The absolute difference between the arms when those of some blocks are swapped. */
class Swaps {
  /** As they are, and swapped. */
  readonly #parts: readonly (readonly [Sums, Sums])[];

  constructor(blocks: readonly Block[]) {
    this.#parts = blocks.map((block) => {
      const [a, b] = [ratioOf(block.a), ratioOf(block.b)];
      return [
        [a.numerator, a.denominator, b.numerator, b.denominator],
        [b.numerator, b.denominator, a.numerator, a.denominator],
      ];
    });
  }

  difference(isSwapped: () => boolean): number {
    let sums: Sums = [0, 0, 0, 0];
    for (const [kept, swapped] of this.#parts) sums = added(sums, isSwapped() ? swapped : kept);
    return differenceOf(sums);
  }

  /** How many of all ways to swap give at least `observed`. */
  countFrom(observed: number, at = 0, sums: Sums = [0, 0, 0, 0]): number {
    const part = this.#parts[at];
    if (part === undefined) return differenceOf(sums) >= observed ? 1 : 0;
    return (
      this.countFrom(observed, at + 1, added(sums, part[0])) +
      this.countFrom(observed, at + 1, added(sums, part[1]))
    );
  }
}

function added(one: Sums, other: Sums): Sums {
  return [one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3]];
}

function differenceOf([aTop, aBottom, bTop, bBottom]: Sums): number {
  return Math.abs((aBottom === 0 ? 0 : aTop / aBottom) - (bBottom === 0 ? 0 : bTop / bBottom));
}

/** Places of blocks by profile. */
function strataOf(blocks: readonly Block[]): number[][] {
  const strata = new Map<string, number[]>();
  for (const [at, { profile }] of blocks.entries()) {
    const stratum = strata.get(profile);
    if (stratum === undefined) strata.set(profile, [at]);
    else stratum.push(at);
  }
  return [...strata.values()];
}

/** Which blocks are in each draw, one draw after the other. The same for every metric: a report makes thousands of comparisons. */
function drawnBlocks(strata: readonly number[][], { seed, resamples }: Resampling): Uint32Array {
  const key = JSON.stringify([strata, seed, resamples]);
  const known = kept.get(key);
  if (known !== undefined) return known;
  const random = xoroshiro128plus(seed);
  const length = strata.reduce((sum, stratum) => sum + stratum.length, 0);
  const drawn = new Uint32Array(length * resamples);
  for (let at = 0; at < drawn.length; ) {
    for (const stratum of strata) {
      for (let count = stratum.length; count > 0; count--) {
        drawn[at++] = stratum[uniformInt(random, 0, stratum.length - 1)] as number;
      }
    }
  }
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(key, drawn);
  return drawn;
}

const kept = new Map<string, Uint32Array>();
const MOST_KEPT = 8;
const EXACT_BLOCKS = 15;
