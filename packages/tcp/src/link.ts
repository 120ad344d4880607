/** A link's connection over the multiplexer, and what its carrier adds. */
import type { TcpInfo } from '@longhaul/quic/tcp-socket';
import type { Carrier, CarrierStats } from './mux/carrier.js';
import { MuxConnection, type MuxOptions } from './mux/connection.js';

/** A `Connection` over the multiplexer. */
export interface MuxLink extends MuxConnection {
  /** What carries it. */
  readonly transport: 'tcp' | 'quic-tunnel' | 'h2';
  /** From the first packet to the end of the handshakes. */
  readonly connectMs: number;
  /** SHA-256 of the certificate that the peer has proven, in hex. */
  readonly peerFingerprint: string;
  /** What the carrier tells beside `stats()`. */
  carrierStats(): CarrierStats;
}

/** A `MuxLink` over TLS on TCP. */
export interface TcpLink extends MuxLink {
  /** The TLS session of an earlier connection was resumed. */
  readonly resumed: boolean;
  /** Congestion control algorithm of the socket; undefined where the kernel does not tell. */
  readonly congestion: string | undefined;
  /** All that the kernel tells of the socket; undefined once it is closed. */
  tcpInfo(): TcpInfo | undefined;
}

/** What came of the handshakes. */
export interface LinkFacts {
  readonly transport: MuxLink['transport'];
  readonly connectMs: number;
  readonly peerFingerprint: string;
}

/** A connection over any carrier, with what its handshakes told. */
export class CarriedLink extends MuxConnection implements MuxLink {
  readonly transport: MuxLink['transport'];
  readonly connectMs: number;
  readonly peerFingerprint: string;
  readonly #carrier: Carrier;

  constructor(options: MuxOptions, facts: LinkFacts) {
    super(options);
    this.transport = facts.transport;
    this.connectMs = facts.connectMs;
    this.peerFingerprint = facts.peerFingerprint;
    this.#carrier = options.carrier;
  }

  carrierStats(): CarrierStats {
    return this.#carrier.stats();
  }
}
