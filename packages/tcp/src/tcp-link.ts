/** A link over TLS on TCP: socket, carrier and connection put together. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  boundNotSent,
  chooseCongestion,
  congestionOf,
  infoOf,
  type TcpInfo,
} from '@longhaul/quic/tcp-socket';
import type { Side } from '@longhaul/transport';
import { CarriedLink, type LinkFacts, type TcpLink } from './link.js';
import type { MuxLimits } from './mux/limits.js';
import type { SocketOptions } from './options.js';
import type { Proof } from './proof.js';
import { SocketCarrier } from './socket-carrier.js';

/** What a link over TCP is made of. */
export interface TcpLinkOptions {
  readonly side: Side;
  readonly socket: TLSSocket;
  readonly proof: Proof;
  readonly connectMs: number;
  readonly limits: MuxLimits;
  readonly tuning: SocketOptions;
}

/** Applies what is chosen per socket. Throws as `chooseCongestion` of `@longhaul/quic/tcp-socket`. */
export function tune(socket: Socket, tuning: SocketOptions): void {
  socket.setNoDelay(true);
  choose(socket, tuning);
}

/** The same for a socket whose owner has switched Nagle's algorithm off already. */
export function choose(socket: Socket, tuning: SocketOptions): void {
  if (tuning.congestion !== undefined) chooseCongestion(socket, tuning.congestion);
  if ((tuning.notSentLowWaterBytes ?? 0) > 0) boundNotSent(socket, tuning.notSentLowWaterBytes ?? 0);
}

/** The connection over an authenticated socket. */
export function makeLink(options: TcpLinkOptions): TcpLink {
  const { side, socket, proof, limits, connectMs } = options;
  const lowWaterBytes = options.tuning.notSentLowWaterBytes ?? 0;
  const carrier = new SocketCarrier({
    socket,
    who: `relay "${proof.name}" at ${socket.remoteAddress}:${socket.remotePort}`,
    writeBytes: lowWaterBytes > 0 ? clamp(lowWaterBytes / 2) : MAX_WRITE_BYTES,
  });
  const facts = {
    transport: 'tcp' as const,
    connectMs,
    peerFingerprint: proof.fingerprint,
    resumed: socket.isSessionReused(),
  };
  return new SocketLink({ side, peerName: proof.name, carrier, limits }, facts, socket);
}

class SocketLink extends CarriedLink implements TcpLink {
  readonly resumed: boolean;
  readonly congestion: string | undefined;
  readonly #socket: TLSSocket;

  constructor(
    options: ConstructorParameters<typeof CarriedLink>[0],
    facts: LinkFacts & { readonly resumed: boolean },
    socket: TLSSocket,
  ) {
    super(options, facts);
    this.resumed = facts.resumed;
    this.#socket = socket;
    this.congestion = attempt(() => congestionOf(socket));
  }

  tcpInfo(): TcpInfo | undefined {
    return infoOf(this.#socket);
  }
}

function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

function clamp(bytes: number): number {
  return Math.min(Math.max(Math.floor(bytes), MIN_WRITE_BYTES), MAX_WRITE_BYTES);
}

/** One TLS record (RFC 8446 §5.1). */
const MIN_WRITE_BYTES = 16 * 1024;
/** More than the kernel takes of a slow link at once, and what a fast one sends in a turn. */
const MAX_WRITE_BYTES = 128 * 1024;
