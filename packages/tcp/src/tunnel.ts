/**
 * The multiplexer over one stream of a QUIC connection: what QUIC gives a byte stream (its controller, its loss
 * recovery, its handshake) without what it gives streams. For the benchmark, where it tells the two apart; a link has
 * no reason to use it.
 */
import {
  dial as dialQuic,
  type Identity,
  listen as listenQuic,
  type QuicConnection,
  type LinkOptions as QuicOptions,
  type Refusal,
} from '@longhaul/quic';
import type { BidiStream, Listener } from '@longhaul/transport';
import * as Address from './address.js';
import { CarriedLink, type MuxLink } from './link.js';
import type { MuxLimits } from './mux/limits.js';
import { complete, type MuxLinkOptions } from './options.js';
import { formatAddress } from './socket-carrier.js';
import { StreamCarrier } from './stream-carrier.js';

/** Options of both ends of a tunnel. */
export interface TunnelOptions extends MuxLinkOptions {
  readonly identity: Identity;
  /** Options of the QUIC connection below. */
  readonly quic?: QuicOptions | undefined;
}

/** Whom to dial. */
export interface TunnelDialOptions extends TunnelOptions {
  /** `quic+tunnel://host:port`. */
  readonly url: string;
  readonly serverName: string;
  readonly connectTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where to listen. Nothing but tunnels is taken there. */
export interface TunnelListenOptions extends TunnelOptions {
  readonly address: string;
  onConnection(connection: MuxLink): void;
  onRefused?(refusal: Refusal): void;
}

/** Dials and resolves when data may be sent. Rejects as `dial` of `@longhaul/quic`. */
export async function dialTunnel(options: TunnelDialOptions): Promise<MuxLink> {
  const limits = complete(options);
  const { host, port } = Address.parseUrl(options.url, 'quic+tunnel');
  const { identity, serverName, connectTimeoutMs, signal, quic } = options;
  const url = `quic://${formatAddress(host, port)}`;
  const connection = await dialQuic({ ...quic, url, serverName, identity, connectTimeoutMs, signal });
  const carrier = new StreamCarrier(connection, connection.openBidi({ priority: 0 }));
  connection.attach({
    onUniStream: (stream) => stream.stop(0),
    onBidiStream: (stream) => refuse(stream),
    onDatagram: () => {},
    onClosed: (info) => carrier.handleClosed(info),
  });
  return link(connection, carrier, limits);
}

/** Binds the address and takes tunnels from then on. Rejects as `listen` of `@longhaul/quic`. */
export function listenTunnel(options: TunnelListenOptions): Promise<Listener> {
  const limits = complete(options);
  const { address, identity, quic, onConnection, onRefused } = options;
  return listenQuic({
    ...quic,
    address,
    identity,
    onConnection: (connection) => acceptTunnel(connection, limits, onConnection),
    ...(onRefused !== undefined && { onRefused }),
  });
}

/** Waits for the stream that is the tunnel; others are refused. */
function acceptTunnel(
  connection: QuicConnection,
  limits: MuxLimits,
  onConnection: (connection: MuxLink) => void,
): void {
  let carrier: StreamCarrier | undefined;
  const timer = setTimeout(() => connection.close(0, 'no stream came'), FIRST_STREAM_MS);
  connection.attach({
    onUniStream: (stream) => stream.stop(0),
    onBidiStream: (stream) => {
      if (carrier !== undefined) {
        refuse(stream);
        return;
      }
      clearTimeout(timer);
      carrier = new StreamCarrier(connection, stream);
      onConnection(link(connection, carrier, limits));
    },
    onDatagram: () => {},
    onClosed: (info) => {
      clearTimeout(timer);
      carrier?.handleClosed(info);
    },
  });
}

function link(connection: QuicConnection, carrier: StreamCarrier, limits: MuxLimits): MuxLink {
  const { connectMs = 0, peerFingerprint = '', side, peer } = connection;
  return new CarriedLink(
    { side, peerName: peer.name, carrier, limits },
    { transport: 'quic-tunnel', connectMs, peerFingerprint },
  );
}

function refuse({ send, receive }: BidiStream): void {
  send.reset(0);
  receive.stop(0);
}

/** How long an accepted connection may be without its stream. */
const FIRST_STREAM_MS = 10_000;
