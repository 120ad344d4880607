/** One metric of two arms on every profile: comparisons that are made together, so that Holm goes over them. */
import { type Comparison, compare, type Margin, type Verdict } from './compare.js';
import { holm, settle } from './holm.js';
import type { Block } from './sample.js';

/** What to compare. */
export interface ProfilesOptions {
  readonly profiles: readonly string[];
  /** The blocks of a profile; one without any is left out. */
  readonly blocksOf: (profile: string) => readonly Block[];
  readonly better: 'lower' | 'higher';
  readonly margin: Margin;
}

/** The comparison of one profile, with what Holm leaves of it. */
export interface Settled {
  readonly profile: string;
  readonly result: Comparison;
  readonly adjustedP: number;
  readonly verdict: Verdict;
}

/** Compares arm a with arm b on each profile. */
export function compareProfiles({ profiles, blocksOf, better, margin }: ProfilesOptions): Settled[] {
  const rows = profiles.flatMap((profile) => {
    const blocks = blocksOf(profile);
    return blocks.length === 0 ? [] : [{ profile, result: compare({ blocks, better, margin }) }];
  });
  const adjusted = holm(rows.map(({ result }) => result.p));
  const verdicts = settle(rows.map(({ result }) => result));
  return rows.map((row, at) => ({
    ...row,
    adjustedP: adjusted[at] as number,
    verdict: verdicts[at] as Verdict,
  }));
}
