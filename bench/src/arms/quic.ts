/** Arms over QUIC: our relays, a stream for each group, newest media first. */
import type { Arm } from './arm.js';
import { openRelayHop } from './relay-hop.js';

/** Congestion control algorithms of the engine, as `link.congestion.algorithm` names them. Another one is another line. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  cubic: 'CUBIC (RFC 9438)',
  bbr1: 'BBR as Linux has it',
  bbr3: 'BBR version 3',
  'bbr-live': 'BBR for live media',
  copa: 'Copa',
  reno: 'NewReno (RFC 9002)',
};

/** One arm for each algorithm. */
export const QUIC_ARMS: readonly Arm[] = Object.entries(ALGORITHMS).map(([algorithm, words]) => ({
  name: `quic-${algorithm}`,
  describe: `our relays over QUIC, a stream for each group, newest first; ${words}`,
  carrier: 'quic',
  probe: async () => undefined,
  open: (site) =>
    openRelayHop(site, {
      listen: (address) => ({ listen: `${address}:0`, congestion: { algorithm } }),
      dial: { congestion: { algorithm } },
      scheme: 'quic',
      listener: 'link',
    }),
}));
