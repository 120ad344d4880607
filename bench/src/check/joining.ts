/** Criteria of the scenario `join`: a subscriber dials, subscribes and has its first key frame. */
import { rttMsOf } from '../report/classes.js';
import * as Numbers from '../report/numbers.js';
import type { Arms, Evidence } from './evidence.js';
import { type Finding, judged, quotient, ratioWords, unmeasured, valueWords } from './finding.js';

const JOIN = 'join';
const METRIC = 'keyFrameMs';

/** Round trips until the key frame is there, its own transmission apart, on each profile. */
export function starts(evidence: Evidence): Finding[] {
  const { profiles, links = {} } = evidence.plan;
  return profiles.flatMap((profile) =>
    ROUND_TRIPS.map(({ arm, most }): Finding => {
      const rttMs = rttMsOf(links[profile]);
      const asked = {
        criterion: `first key frame, ${arm}`,
        where: profile,
        limit: `at most ${most} round trips and the transmission`,
      };
      const found = evidence.value({ scenario: JOIN, profiles: [profile], metric: METRIC, arm });
      const sending = evidence.value({ scenario: JOIN, profiles: [profile], metric: 'transmissionMs', arm });
      if (found === undefined || sending === undefined || rttMs === undefined)
        return unmeasured(asked, `no run of ${arm} in the scenario ${JOIN}`);
      const limitMs = most * rttMs + sending.a;
      const limit = `at most ${Numbers.format(limitMs, 'ms')} (${most} x ${rttMs} + ${Numbers.format(sending.a, 'ms')})`;
      return judged({ ...asked, limit, figure: valueWords(found, 'ms'), isMet: found.a <= limitMs });
    }),
  );
}

const ROUND_TRIPS = [
  { arm: 'quic-0rtt', most: 1.15 },
  { arm: 'quic-1rtt', most: 2.1 },
] as const;

/** Beside TCP with a full TLS handshake and beside RTMP, over all profiles together. */
export function comparisons(evidence: Evidence, _arms: Arms): Finding[] {
  const { profiles } = evidence.plan;
  return BESIDE.map(({ arm, against, lower }) => {
    const asked = {
      criterion: `first key frame, ${arm} beside ${against}`,
      where: `${profiles.length} profiles`,
      limit: `at least ${lower * 100} % lower`,
    };
    const found = evidence.compare({ scenario: JOIN, profiles, metric: METRIC, arm, against });
    if (found === undefined)
      return unmeasured(asked, `no pair of ${arm} and ${against} in the scenario ${JOIN}`);
    return judged({ ...asked, figure: ratioWords(found, 'ms'), isMet: quotient(found) <= 1 - lower });
  });
}

const BESIDE = [
  { arm: 'quic-0rtt', against: 'tcp-full', lower: 0.6 },
  { arm: 'quic-1rtt', against: 'tcp-full', lower: 0.3 },
  { arm: 'quic-0rtt', against: 'rtmp', lower: 0.75 },
] as const;
