/** What came of one criterion in one place. */

import * as Numbers from '../report/numbers.js';
import type * as Statistics from '../statistics/index.js';

/** One line of a check. */
export interface Finding {
  /** What is asked: `late frames`. */
  readonly criterion: string;
  /** Where: a profile, or several together. */
  readonly where: string;
  /** The figure with its 95 % interval; why there is none where nothing was measured. */
  readonly figure: string;
  readonly limit: string;
  readonly state: 'met' | 'not met' | 'not measured';
}

/** Numbers and limits become a finding. */
export interface Judged extends Omit<Finding, 'state'> {
  readonly isMet: boolean;
}

/** One that was measured. */
export function judged({ isMet, ...finding }: Judged): Finding {
  return { ...finding, state: isMet ? 'met' : 'not met' };
}

/** One that these results say nothing about. */
export function unmeasured(asked: Pick<Finding, 'criterion' | 'where' | 'limit'>, reason: string): Finding {
  return { ...asked, figure: reason, state: 'not measured' };
}

/** `312 ms (290 to 330)`. */
export function valueWords({ a, interval }: Statistics.Comparison, unit: Numbers.Unit): string {
  const [low, high] = interval.map((each) => Numbers.format(each, unit, 'bare'));
  return `${Numbers.format(a, unit)} (${low} to ${high})`;
}

/** `0.12 % beside 3.4 %, 0.035 times (0.01 to 0.07)`. */
export function ratioWords({ a, b, ratio }: Statistics.Comparison, unit: Numbers.Unit): string {
  const both = `${Numbers.format(a, unit)} beside ${Numbers.format(b, unit)}`;
  if (ratio === undefined) return both;
  const [low, high] = ratio.interval.map((each) => Numbers.format(each, '', 'bare'));
  return `${both}, ${Numbers.format(ratio.value, '')} times (${low} to ${high})`;
}

/** a over b where b may be nothing: nothing beside nothing is 0, anything beside nothing is infinite. */
export function quotient({ a, b }: Statistics.Comparison): number {
  if (b > 0) return a / b;
  return a > 0 ? Number.POSITIVE_INFINITY : 0;
}
