/** Many comparisons at once. */
import type { Comparison, Verdict } from './compare.js';

/** Holm's step-down adjustment (Holm 1979): p values to hold against the level as they are, in the order given. */
export function holm(values: readonly number[]): number[] {
  const order = values.map((value, at) => ({ value, at })).sort((one, other) => one.value - other.value);
  const adjusted = new Array<number>(values.length);
  let largest = 0;
  for (const [rank, { value, at }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (values.length - rank) * value));
    adjusted[at] = largest;
  }
  return adjusted;
}

/** The verdicts of comparisons made together, one a profile: `better` and `worse` stand only if Holm's p is below 1 - `level` (default 0.95). */
export function settle(comparisons: readonly Pick<Comparison, 'p' | 'verdict'>[], level = 0.95): Verdict[] {
  const adjusted = holm(comparisons.map(({ p }) => p));
  return comparisons.map(({ verdict }, at) => {
    const isClaim = verdict === 'better' || verdict === 'worse';
    return isClaim && (adjusted[at] as number) >= 1 - level ? 'undecided' : verdict;
  });
}
