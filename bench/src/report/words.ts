/** Comparisons as sentences: what a reader takes along who looks at no figure. */
import { LEAST_BLOCKS } from '../statistics/index.js';
import { columnOf } from './columns.js';
import type { Comparison, Summary } from './model.js';
import * as Numbers from './numbers.js';

/** How a metric is said when it decides: of an arm that is better, and worse, than its baseline. */
interface Phrase {
  readonly metric: string;
  readonly better: string;
  readonly worse: string;
  /** What is compared, for a difference that is none. */
  readonly noun: string;
}

/** In the order of what hurts viewers most. */
export const PHRASES: readonly Phrase[] = [
  phrase('p500.stallTimeRatio', 'stalls less', 'stalls more', 'stalling'),
  // A player that jumps over media stalls less for it: one is never said without the other.
  phrase('p500.skipped', 'skips less media', 'skips more media', 'skipped media'),
  phrase('steady.late.owd+200', 'has fewer late frames', 'has more late frames', 'late frames'),
  phrase(
    'steady.p95Ms',
    'is earlier at the 95th percentile',
    'is later at the 95th percentile',
    'p95 frame delay',
  ),
  phrase('ttffMs', 'shows its first key frame sooner', 'shows its first key frame later', 'first key frame'),
];

/** What is said of an arm against a baseline on a profile, without the profile's name. */
function statement(options: {
  readonly profile: string;
  readonly arm: string;
  readonly baseline: string;
  readonly comparisons: readonly Comparison[];
}): string {
  const { profile, arm, baseline } = options;
  const own = options.comparisons.filter((each) => each.profile === profile);
  const pairs = PHRASES.flatMap((phrase) => {
    const comparison = own.find(({ metric }) => metric === phrase.metric);
    return comparison === undefined ? [] : [{ phrase, comparison }];
  });
  const most = Math.max(0, ...pairs.map(({ comparison }) => comparison.blocks));
  if (pairs.length > 0 && most < LEAST_BLOCKS)
    return `${arm} and ${baseline}: ${most} ${most === 1 ? 'pair' : 'pairs'} of runs, too few for a verdict.`;
  const of = (verdict: string) => pairs.filter(({ comparison }) => comparison.verdict === verdict);
  const clauses = [
    // What is worse comes first: a page that hides it is not believed elsewhere.
    list(of('worse').map(({ phrase: each, comparison }) => `${each.worse} ${amount(each, comparison)}`)),
    list(of('better').map(({ phrase: each, comparison }) => `${each.better} ${amount(each, comparison)}`)),
  ].filter((clause) => clause !== '');
  const rest = [nouns('no difference in', of('no difference')), nouns('undecided:', of('undecided'))].filter(
    (clause) => clause !== '',
  );
  const tail = rest.length === 0 ? '' : `; ${rest.join('; ')}`;
  if (clauses.length > 0) return `${arm} ${clauses.join(', but ')} than ${baseline}${tail}.`;
  return `${arm} and ${baseline}: ${rest.join('; ')}.`;
}

/**
 * An arm against a baseline, of both the principal ones where none is named: how often it is ahead and behind, then
 * profile by profile.
 */
export function findings(
  summary: Omit<Summary, 'words'>,
  arm = principalArm(summary.arms),
  baseline = strongestBaseline(summary.baselines),
): string[] {
  if (arm === undefined || baseline === undefined) return [];
  const own = summary.comparisons.filter((each) => each.arm === arm && each.baseline === baseline);
  if (own.length === 0) return [];
  const score = PHRASES.map(({ metric, noun }) => {
    const of = (verdict: string) =>
      own.filter((each) => each.metric === metric && each.verdict === verdict).length;
    return `${noun} better on ${of('better')} and worse on ${of('worse')}`;
  });
  const profiles = summary.profiles.filter((profile) => own.some((each) => each.profile === profile));
  const most = Math.max(...own.map(({ blocks }) => blocks));
  if (most < LEAST_BLOCKS) {
    const seeds = `${most} ${most === 1 ? 'seed' : 'seeds'}`;
    return [
      `${seeds} a profile decide nothing between ${arm} and ${baseline}: a verdict needs ${LEAST_BLOCKS}, a claim ten. The figures show what to look at.`,
    ];
  }
  const whole = `Of ${profiles.length} ${profiles.length === 1 ? 'profile' : 'profiles'}, ${arm} beside ${baseline}: ${list(score)}.`;
  return [whole, ...sentences({ profiles, arm, baseline, comparisons: own })];
}

/** One sentence a profile; profiles about which the same is said share one. */
function sentences(options: {
  readonly profiles: readonly string[];
  readonly arm: string;
  readonly baseline: string;
  readonly comparisons: readonly Comparison[];
}): string[] {
  const groups = new Map<string, string[]>();
  for (const profile of options.profiles) {
    const said = statement({ ...options, profile });
    groups.set(said, [...(groups.get(said) ?? []), profile]);
  }
  return [...groups].map(([said, profiles]) => `On ${list(profiles)}, ${said}`);
}

/** The QUIC arm that relays run with unless told otherwise; the tunnel is there to tell effects apart. */
export function principalArm(arms: readonly string[]): string | undefined {
  const quic = arms.filter((arm) => arm.startsWith('quic') && !arm.startsWith('quic-tunnel'));
  return quic.find((arm) => arm === 'quic-bbr-live') ?? quic[0];
}

/** TCP with BBR where it ran: beating CUBIC on a lossy path says little. */
export function strongestBaseline(baselines: readonly string[]): string | undefined {
  return baselines.find((arm) => arm === 'tcp-bbr') ?? baselines[0];
}

function amount({ metric }: Phrase, { difference }: Comparison): string {
  const { unit } = columnOf(metric);
  const { value, low, high } = difference;
  return `(${Numbers.formatDifference(value, unit)}, 95 % interval ${Numbers.formatRange(low, high, unit)})`;
}

function nouns(lead: string, pairs: readonly { readonly phrase: Phrase }[]): string {
  return pairs.length === 0 ? '' : `${lead} ${list(pairs.map((pair) => pair.phrase.noun))}`;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function phrase(metric: string, better: string, worse: string, noun: string): Phrase {
  return { metric, better, worse, noun };
}
