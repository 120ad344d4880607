/** Criteria of the scenario `live`: lateness, delay, stalls, bytes, processor. */
import { classOf, lossShareOf, rttMsOf } from '../report/classes.js';
import * as Numbers from '../report/numbers.js';
import type { Comparison } from '../statistics/index.js';
import type { Arms, Evidence } from './evidence.js';
import { type Finding, judged, quotient, ratioWords, unmeasured, valueWords } from './finding.js';

const LIVE = 'live';
/** The other side of lateness: CUBIC beside loss is a strawman. */
const RIVAL = 'tcp-bbr';

/** Frames later than one-way delay + round trip + 150 ms, on each profile beside kernel BBR. */
export function lateness(evidence: Evidence, { arm }: Arms): Finding[] {
  const { profiles, links = {} } = evidence.plan;
  return profiles.map((profile) => {
    const rule = lateRule(links[profile]);
    const asked = { criterion: 'late frames', where: profile, limit: rule.words };
    const pairing = { scenario: LIVE, profiles: [profile], metric: 'steady.late.owd+rtt+150' };
    const found = evidence.compare({ ...pairing, arm, against: RIVAL });
    if (found === undefined) return unmeasured(asked, `no pair of ${arm} and ${RIVAL}`);
    return judged({ ...asked, figure: ratioWords(found, 'share'), isMet: rule.isMet(found) });
  });
}

interface LateRule {
  readonly words: string;
  readonly isMet: (found: Comparison) => boolean;
}

/** By the link's class; a trace loses nothing and has the rule of clean links. */
function lateRule(link: unknown): LateRule {
  const atMost = (factor: number): LateRule => ({
    words: `at most ${factor} of ${RIVAL}`,
    isMet: (found) => quotient(found) <= factor,
  });
  if (classOf(link) === 'lossy') return atMost(0.1);
  if (lossShareOf(link) > 0) return classOf(link) === 'congested' ? atMost(0.5) : NEVER_WORSE;
  return NEVER_WORSE;
}

const NEVER_WORSE: LateRule = {
  words: `never worse than ${RIVAL}`,
  // By chance one of two equal arms is ahead.
  isMet: ({ difference, interval }) => difference <= 0 || interval[0] <= 0,
};

/** p99 of the frame delay where the round trip is 180 ms and 5 % are lost. */
export function delay(evidence: Evidence, { arm }: Arms): Finding[] {
  const { links = {} } = evidence.plan;
  const asked = { criterion: 'frame delay p99', where: '180 ms, 5 % loss', limit: `at most ${P99_MS} ms` };
  const profiles = evidence.plan.profiles.filter(
    (profile) => rttMsOf(links[profile]) === 180 && Math.abs(lossShareOf(links[profile]) - 0.05) < 1e-9,
  );
  if (profiles.length === 0) return [unmeasured(asked, 'no such profile among these: us-cn-5, us-cn-5-iid')];
  return profiles.map((profile) => {
    const here = { ...asked, where: profile };
    const found = evidence.value({ scenario: LIVE, profiles: [profile], metric: 'steady.p99Ms', arm });
    if (found === undefined) return unmeasured(here, `no run of ${arm}`);
    return judged({ ...here, figure: valueWords(found, 'ms'), isMet: found.a <= P99_MS });
  });
}

const P99_MS = 350;

/** Stalled time, skips counted as stalls, over the profiles that lose 1 % and more together. */
export function stalls(evidence: Evidence, { arm }: Arms): Finding[] {
  const { profiles, links = {} } = evidence.plan;
  const lossy = profiles.filter((profile) => lossShareOf(links[profile]) >= 0.01);
  return STALL_KINDS.flatMap(({ metric, words }) =>
    PLAYERS.flatMap((player) =>
      STALL_RIVALS.map(({ against, most }): Finding => {
        const asked = {
          criterion: `stall ratio ${words}, player ${player}`,
          where: `${lossy.length} lossy profiles`,
          limit: `at most ${most} of ${against}, interval without zero`,
        };
        const pairing = { scenario: LIVE, profiles: lossy, metric: `${player}.${metric}`, arm, against };
        const found = evidence.compare(pairing);
        if (found === undefined) return unmeasured(asked, `no pair of ${arm} and ${against}`);
        if (found.a === 0 && found.b === 0) return unmeasured(asked, 'neither stalled');
        const isMet = quotient(found) <= most && found.interval[1] < 0;
        return judged({ ...asked, figure: ratioWords(found, 'share'), isMet });
      }),
    ),
  );
}

const PLAYERS = ['p300', 'p500', 'p1000'] as const;
const STALL_KINDS = [
  { metric: 'disturbed', words: 'with skips' },
  { metric: 'steadyDisturbed', words: 'with skips after 3 s' },
] as const;
const STALL_RIVALS = [
  { against: 'tcp-cubic', most: 0.05 },
  { against: 'tcp-bbr', most: 0.4 },
] as const;

/** Bytes that enter the link for each byte of media, beside the same arm without mechanisms. */
export function bytes(evidence: Evidence, { arm, plain }: Arms): Finding[] {
  const { profiles, links = {} } = evidence.plan;
  return profiles.map((profile) => {
    const most = 1 + FREE_SHARE + LOSS_FACTOR * lossShareOf(links[profile]);
    const asked = {
      criterion: 'bytes on the wire',
      where: profile,
      limit: `at most ${Numbers.format(most, '')} of ${plain}`,
    };
    const pairing = { scenario: LIVE, profiles: [profile], metric: 'wireOverhead', arm, against: plain };
    const found = evidence.compare(pairing);
    if (found === undefined) return unmeasured(asked, `no pair of ${arm} and ${plain}`);
    return judged({ ...asked, figure: ratioWords(found, ''), isMet: quotient(found) <= most });
  });
}

const FREE_SHARE = 0.03;
const LOSS_FACTOR = 2;

/** Processor time of both relays for one broadcast, beside the same arm without mechanisms, over all profiles. */
export function processor(evidence: Evidence, { arm, plain }: Arms): Finding[] {
  const { profiles } = evidence.plan;
  const asked = {
    criterion: 'processor per broadcast',
    where: `${profiles.length} profiles`,
    limit: `at most ${MOST_CPU} of ${plain}`,
  };
  const found = evidence.compare({ scenario: LIVE, profiles, metric: 'cpuShare', arm, against: plain });
  if (found === undefined) return [unmeasured(asked, `no pair of ${arm} and ${plain}`)];
  return [judged({ ...asked, figure: ratioWords(found, 'cores'), isMet: quotient(found) <= MOST_CPU })];
}

const MOST_CPU = 1.3;
