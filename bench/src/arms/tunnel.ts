/** Arms that tell apart where a gain comes from: QUIC without its streams, streams without QUIC. */
import { PLAIN } from './mechanisms.js';
import { type RelayArm, relayArm } from './relay-hop.js';
import { probeTcp } from './tcp.js';

/**
 * What the TCP arms carry in one byte stream, in one stream of a QUIC connection: no gain of streams, only of the
 * transport below and of its congestion control.
 */
export const TUNNEL_ARMS: readonly RelayArm[] = [
  tunnel('quic-tunnel', 'cubic'),
  tunnel('quic-tunnel-bbr-live', 'bbr-live'),
];

function tunnel(name: string, algorithm: string): RelayArm {
  // As the TCP arms are set: bytes in order of arrival.
  const link = { congestion: { algorithm }, tcp: { schedule: 'arrival' }, ...PLAIN.link };
  return relayArm(
    {
      name,
      describe: `the byte stream of the TCP arms in one QUIC stream, ${algorithm} of the engine`,
      carrier: 'quic',
      probe: async () => undefined,
    },
    {
      listen: (address) => ({ tunnel: { listen: `${address}:0` }, ...link }),
      dial: link,
      scheme: 'quic+tunnel',
      listener: 'tunnel',
    },
  );
}

/** As tcp-bbr-64k is set: between the two only what carries the streams differs. */
const H2_SOCKETS = { congestion: 'bbr', notsentLowatBytes: 65_536, schedule: 'priority' };

/** WebTransport over HTTP/2: streams above TCP. */
export const H2: RelayArm = relayArm(
  {
    name: 'h2',
    describe: 'our relays over WebTransport on HTTP/2, sockets as in tcp-bbr-64k',
    carrier: 'h2',
    probe: () => probeTcp(H2_SOCKETS.congestion),
  },
  {
    listen: (address) => ({ h2: { listen: `${address}:0` }, tcp: H2_SOCKETS }),
    dial: { tcp: H2_SOCKETS },
    scheme: 'h2',
    listener: 'h2',
  },
);
