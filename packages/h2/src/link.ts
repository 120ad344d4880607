/** A link over WebTransport: control carrier, plane and connection put together. */
import type { TLSSocket } from 'node:tls';
import { congestionOf, infoOf } from '@longhaul/quic/tcp-socket';
import {
  CarriedLink,
  type LinkFacts,
  type MuxLimits,
  type MuxLink,
  type Proof,
  statsOf,
} from '@longhaul/tcp/mux';
import type { Side } from '@longhaul/transport';
import { ControlCarrier } from './control-carrier.js';
import { StreamPlane } from './stream-plane.js';
import type { Duplex, Session } from './web-transport.js';

/** A `MuxLink` over WebTransport on HTTP/2. */
export interface H2Link extends MuxLink {
  readonly transport: 'h2';
  /** Congestion control algorithm of the socket; undefined where the kernel does not tell. */
  readonly congestion: string | undefined;
}

/** What a link is made of. */
export interface H2LinkOptions {
  readonly side: Side;
  readonly session: Session;
  readonly stream: Duplex;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly early: Uint8Array;
  readonly socket: TLSSocket;
  readonly address: string;
  readonly proof: Proof.Proof;
  readonly connectMs: number;
  readonly limits: MuxLimits;
  readonly release: () => void;
}

/** The connection over an authenticated session. */
export function makeLink(options: H2LinkOptions): H2Link {
  const { session, stream, reader, early, side, socket, limits, proof, connectMs, address, release } =
    options;
  let info = infoOf(socket);
  const stats = () => {
    info = infoOf(socket) ?? info;
    return statsOf(info);
  };
  const carrier = new ControlCarrier({ session, stream, reader, early, address, stats, release });
  const plane = new StreamPlane(session, side);
  const facts = { transport: 'h2' as const, connectMs, peerFingerprint: proof.fingerprint };
  const link = new SessionLink({ side, peerName: proof.name, carrier, limits, plane }, facts, socket);
  // What the plane brings means nothing before the peer's limits are known.
  void link.established.then(() =>
    plane.start({
      onCredit: () => link.handlePlaneCredit(),
      onData: (number, bytes) => link.handlePlaneData(number, bytes),
      onFailed: () => carrier.destroy(),
    }),
  );
  return link;
}

class SessionLink extends CarriedLink implements H2Link {
  declare readonly transport: 'h2';
  readonly congestion: string | undefined;

  constructor(options: ConstructorParameters<typeof CarriedLink>[0], facts: LinkFacts, socket: TLSSocket) {
    super(options, facts);
    this.congestion = attempt(() => congestionOf(socket));
  }
}

function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
