/** Arms over QUIC: our relays, a stream for each group. */
import { ALL_ON, NO_FAST_START, NO_REPAIR, PLAIN, type Without } from './mechanisms.js';
import { type RelayArm, relayArm } from './relay-hop.js';

/** Congestion control algorithms of the engine, as `link.congestion.algorithm` names them. Another one is another line. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  cubic: 'CUBIC (RFC 9438)',
  bbr1: 'BBR as Linux has it',
  bbr3: 'BBR version 3',
  'bbr-live': 'BBR for live media',
  copa: 'Copa',
  reno: 'NewReno (RFC 9002)',
};

/** What is measured apart, each with what the ones before it have. */
const LADDER: readonly { name: string; algorithm: string; words: string; without: Without }[] = [
  {
    name: 'quic-cubic-plain',
    algorithm: 'cubic',
    words: 'CUBIC, streams alone: no expiry, no repair, no fast start, no tail care',
    without: PLAIN,
  },
  {
    name: 'quic-bbr-live-plain',
    algorithm: 'bbr-live',
    words: 'the same with BBR for live media',
    without: PLAIN,
  },
  {
    name: 'quic-bbr-live-expiry',
    algorithm: 'bbr-live',
    words: 'and send queue and expiry',
    without: NO_REPAIR,
  },
  {
    name: 'quic-bbr-live-repair',
    algorithm: 'bbr-live',
    words: 'and repair; with fast start and tail care it is quic-bbr-live',
    without: NO_FAST_START,
  },
];

/** One arm for each algorithm with everything that is on by default, and those with less. */
export const QUIC_ARMS: readonly RelayArm[] = [
  ...LADDER.map(({ name, algorithm, words, without }) =>
    arm(name, `our relays over QUIC, a stream for each group; ${words}`, { algorithm, without }),
  ),
  ...Object.entries(ALGORITHMS).map(([algorithm, words]) =>
    arm(`quic-${algorithm}`, `our relays over QUIC with every mechanism that is on by default; ${words}`, {
      algorithm,
      without: ALL_ON,
    }),
  ),
];

function arm(name: string, describe: string, set: { algorithm: string; without: Without }): RelayArm {
  const { algorithm, without } = set;
  const link = { congestion: { algorithm }, ...without.link };
  return relayArm(
    { name, describe, carrier: 'quic', probe: async () => undefined },
    {
      listen: (address) => ({ listen: `${address}:0`, ...link }),
      dial: link,
      viewers: without.viewers,
      scheme: 'quic',
      listener: 'link',
    },
  );
}
