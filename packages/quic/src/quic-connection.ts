/** What a connection over QUIC has beyond what every transport has. */
import type { Connection } from '@longhaul/transport';
import type { CongestionControl } from './congestion.js';
import type { Repair } from './repair.js';
import type { StreamNews } from './stream-news.js';

/**
 * What became of data sent before the handshake ended. `rejected`: the peer did not take it and the transport has sent
 * those streams again, so nothing is lost. At the acceptor `accepted` means that such data came.
 */
export type EarlyData = 'none' | 'pending' | 'accepted' | 'rejected';

/** UDP socket buffers, bytes: warn when the system granted less than `wantedBytes`. */
export interface SocketBuffers {
  readonly wantedBytes: number;
  readonly receiveBytes: number;
  readonly sendBytes: number;
}

/** A `Connection` and what only QUIC has. */
export interface QuicConnection extends Connection {
  readonly earlyData: EarlyData;
  /** Resolves when the handshake is over or the connection closed. Never rejects. */
  readonly established: Promise<void>;
  /** Time from the first packet to the end of the handshake; undefined while it runs. */
  readonly connectMs: number | undefined;
  /** SHA-256 of the certificate that the peer has shown, in hex; undefined before that and when the connection is over. */
  readonly peerFingerprint: string | undefined;
  /** `host:port` of our socket. */
  readonly localAddress: string;
  readonly socket: SocketBuffers;
  /** How fast it sends. */
  readonly congestion: CongestionControl;
  /** How it repairs what gets lost. */
  readonly repair: Repair;
  /** What happens to its packets. */
  readonly streamNews: StreamNews;
}
