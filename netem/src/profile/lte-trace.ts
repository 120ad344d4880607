/**
 * A cellular trace made from published figures of a recorded one. The recording (ATT-LTE-driving-2016.down of mahimahi)
 * is under GPL-3 and not part of this repository; what is made here shares its statistics and none of its lines.
 * Arithmetic only, so that the same seed gives the same trace on every machine.
 */

/** What the trace is to look like. */
export interface TraceFigures {
  readonly seconds: number;
  /** Rate of one second by its rank: share of seconds below, Mbit/s; ascending, from 0 to 1. */
  readonly quantiles: readonly (readonly [share: number, mbps: number])[];
  /** Times of nothing, at least 200 ms each. */
  readonly gapsPerMinute: number;
  readonly longestGapMs: number;
}

/**
 * The recording's figures: mean 4.6 Mbit/s, seconds at p10/p50/p90 of 0.8/3.7/9.7, 11 gaps a minute, the longest 1.1 s.
 * The points between (p0, p25, p75, p100) are ours, chosen so that the mean is met.
 */
export const LTE_DRIVE: TraceFigures = {
  seconds: 120,
  quantiles: [
    [0, 0.2],
    [0.1, 0.8],
    [0.25, 1.7],
    [0.5, 3.7],
    [0.75, 6.2],
    [0.9, 9.7],
    [1, 15.7],
  ],
  gapsPerMinute: 11,
  longestGapMs: 1_100,
};

/** Milliseconds at which 1,500 bytes may leave, ascending (mahimahi's form). */
export function makeTrace(figures: TraceFigures, seed: number): number[] {
  const random = generator(seed);
  const rates = ratesOfSeconds(figures, random);
  const gaps = placeGaps(figures, rates, random);
  const trace: number[] = [];
  for (const [second, mbps] of rates.entries()) {
    const count = Math.round((mbps * 1e6) / (8 * OPPORTUNITY_BYTES));
    const weights = weightsOfSecond(second * 1_000, gaps, random);
    trace.push(...spread(count, weights).map((ms) => second * 1_000 + ms));
  }
  // The last entry is the period.
  trace.push(figures.seconds * 1_000);
  return trace;
}

/** Every rank of the distribution once, in an order in which neighbours are alike, as on a road. */
function ratesOfSeconds({ seconds, quantiles }: TraceFigures, random: () => number): number[] {
  let level = 0;
  const levels = Array.from({ length: seconds }, () => {
    level = PERSISTENCE * level + random() - 0.5;
    return level;
  });
  const order = levels.map((_, index) => index).sort((a, b) => (levels[a] ?? 0) - (levels[b] ?? 0));
  const rates = new Array<number>(seconds).fill(0);
  for (const [rank, second] of order.entries()) rates[second] = quantile(quantiles, (rank + 0.5) / seconds);
  return rates;
}

function quantile(points: TraceFigures['quantiles'], share: number): number {
  const upper = points.findIndex(([at]) => at >= share);
  const [from, low] = points[upper - 1] ?? [0, 0];
  const [to, high] = points[upper] ?? [1, 0];
  return low + ((high - low) * (share - from)) / (to - from);
}

interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One gap in each of equal parts of the time, at the weakest of a few places. */
function placeGaps(figures: TraceFigures, rates: readonly number[], random: () => number): Gap[] {
  const count = Math.round((figures.gapsPerMinute * figures.seconds) / 60);
  const lengths = Array.from({ length: count }, (_, index) => {
    const rank = index / (count - 1);
    return Math.round(LEAST_GAP_MS + (figures.longestGapMs - LEAST_GAP_MS) * rank * rank * rank);
  });
  const part = (figures.seconds * 1_000) / count;
  return shuffle(lengths, random).map((length, index) => {
    const places = Array.from({ length: 3 }, () => index * part + random() * (part - length));
    const strength = (ms: number) => rates[Math.floor(ms / 1_000)] ?? 0;
    const fromMs = Math.floor(
      places.reduce((best, place) => (strength(place) < strength(best) ? place : best)),
    );
    return { fromMs, toMs: fromMs + length };
  });
}

/** How much each millisecond of a second carries: nothing in a gap, else by blocks of 10 ms. */
function weightsOfSecond(startMs: number, gaps: readonly Gap[], random: () => number): number[] {
  let block = 1;
  return Array.from({ length: 1_000 }, (_, index) => {
    if (index % 10 === 0) block = 0.5 + random();
    const ms = startMs + index;
    return gaps.some((gap) => ms > gap.fromMs && ms < gap.toMs) ? 0 : block;
  });
}

/** `count` moments spread by weight. */
function spread(count: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const moments: number[] = [];
  let passed = 0;
  for (const [ms, weight] of weights.entries()) {
    passed += weight;
    while (moments.length < count && passed >= (total * (moments.length + 0.5)) / count && weight > 0)
      moments.push(ms);
  }
  return moments;
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const shuffled = [...items];
  for (let index = shuffled.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [shuffled[index], shuffled[other]] = [shuffled[other] as T, shuffled[index] as T];
  }
  return shuffled;
}

/** Mulberry32: 0 to below 1, the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const OPPORTUNITY_BYTES = 1_500;
const LEAST_GAP_MS = 205;
const PERSISTENCE = 0.85;
