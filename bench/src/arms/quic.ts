/** Arms over QUIC: our relays, a stream for each group, newest media first. */
import type { Arm } from './arm.js';
import { openRelayHop } from './relay-hop.js';

/** Congestion controllers that a link over QUIC can be given, as the config's `link.congestion` names them. */
const ALGORITHMS = { cubic: 'RFC 9438 CUBIC of the QUIC engine' } as const;

/** One arm for each controller. */
export const QUIC_ARMS: readonly Arm[] = Object.entries(ALGORITHMS).map(([name, describe]) => ({
  name: `quic-${name}`,
  describe: `our relays over QUIC, ${describe}`,
  carrier: 'quic',
  probe: async () => undefined,
  open: (site) =>
    openRelayHop(site, {
      listen: (address) => ({ listen: `${address}:0` }),
      scheme: 'quic',
      listener: 'link',
    }),
}));
