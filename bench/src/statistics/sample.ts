/** What one run gives for one metric, and how runs are put together. */
import { sum } from 'simple-statistics';

/** A ratio whose parts are summed over runs before they are divided, as Puffer does (Yan et al., NSDI 2020). */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}

/** A plain number is averaged over runs: a ratio over 1. */
export type Sample = number | Ratio;

/** Two arms on the same link with the same seed. */
export interface Block {
  readonly profile: string;
  readonly seed: number;
  readonly a: Sample;
  readonly b: Sample;
}

/** A sample as a ratio. */
export function ratioOf(sample: Sample): Ratio {
  return typeof sample === 'number' ? { numerator: sample, denominator: 1 } : sample;
}

/** The value of one run; a ratio over nothing is 0. */
export function runValue(sample: Sample): number {
  const { numerator, denominator } = ratioOf(sample);
  return denominator === 0 ? 0 : numerator / denominator;
}

/** The value over several: sum over sum, which for plain numbers is the mean. */
export function pooled(samples: readonly Sample[]): number {
  const ratios = samples.map(ratioOf);
  const denominator = sum(ratios.map((each) => each.denominator));
  return denominator === 0 ? 0 : sum(ratios.map((each) => each.numerator)) / denominator;
}
