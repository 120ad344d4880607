/** The connection of a link, whatever carries it. */
import type { QuicConnection } from '@longhaul/quic';
import type { MuxLink, TcpLink } from '@longhaul/tcp';
import type { CloseInfo, ConnectionStats } from '@longhaul/transport';
import { CloseCode, nameOf } from '@longhaul/wire';

/** What carries a link. */
export type TransportName = 'quic' | 'tcp' | 'quic-tunnel' | 'h2';

/** An authenticated connection to a peer. */
export type LinkConnection = QuicConnection | MuxLink;

/** Whether the peer has shown that it is there: a link with early data exists before that, at both ends. */
export function isProven({ connectMs }: LinkConnection): boolean {
  return connectMs !== undefined;
}

/** Resolves when the peer has shown that it is there, with true, or the connection is over. Never rejects. */
export async function proven(connection: LinkConnection): Promise<boolean> {
  await connection.established;
  return !connection.closed;
}

/** A link that is open, for the log. With early data it is before its handshake is over: `connectMs` is missing. */
export function describeOpen(connection: LinkConnection): object {
  const { side, connectMs, peer } = connection;
  const transport = transportOf(connection);
  const early = 'earlyData' in connection && connection.earlyData !== 'none';
  return { peer: peer.name, address: peer.address, side, transport, connectMs, ...(early && { early }) };
}

/** What carries `connection`. */
export function transportOf(connection: LinkConnection): TransportName {
  return 'transport' in connection ? connection.transport : 'quic';
}

/** Figures that only some carriers have. */
export interface CarrierFigures {
  readonly transport: TransportName;
  readonly deliveryRateBps?: number;
  readonly notSentBytes?: number;
  readonly congestion?: string;
  readonly congestionPhase?: string;
}

/** What carries `connection`, what it counts, and what only this carrier tells. */
export function figuresOf(connection: LinkConnection): ConnectionStats & CarrierFigures {
  const transport = transportOf(connection);
  const stats = connection.stats();
  if (!('carrierStats' in connection)) {
    const { algorithm } = connection.congestion;
    const view = connection.congestion.view();
    if (view === undefined) return { ...stats, transport, congestion: algorithm };
    const { phase, deliveryRateBps } = view;
    return { ...stats, transport, congestion: algorithm, congestionPhase: phase, deliveryRateBps };
  }
  const { deliveryRateBps, notSentBytes } = connection.carrierStats();
  const { congestion } = connection as Partial<TcpLink>;
  return {
    ...stats,
    transport,
    ...(deliveryRateBps !== undefined && { deliveryRateBps }),
    ...(notSentBytes !== undefined && { notSentBytes }),
    ...(congestion !== undefined && { congestion }),
  };
}

/** Why a connection ended, in words. */
export function describeClose(info: CloseInfo): string {
  if (info.by === 'transport') return `${info.error.code}: ${info.error.message}`;
  return `${info.by} ${nameOf(CloseCode, info.code)}: ${info.reason}`;
}
