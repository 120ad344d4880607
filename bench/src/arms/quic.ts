/** Arms over QUIC: our relays, a stream for each group, newest media first. */
import type { Arm } from './arm.js';
import { openRelayHop } from './relay-hop.js';

/** Congestion controllers that a link over QUIC can be given, as the config's `link.congestion` names them. */
const ALGORITHMS = {
  'bbr-live': "BBR for live links, longhaul's own",
  bbr3: 'BBRv3 as the draft has it',
  bbr1: 'BBR version 1',
  cubic: 'CUBIC (RFC 9438)',
  reno: 'NewReno (RFC 9002)',
  copa: 'Copa',
} as const;

/** One arm for each controller. */
export const QUIC_ARMS: readonly Arm[] = Object.entries(ALGORITHMS).map(([algorithm, describe]) => ({
  name: `quic-${algorithm}`,
  describe: `our relays over QUIC, ${describe}`,
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
