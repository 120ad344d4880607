/** A TLS socket as carrier. One write is under way at a time: what comes after it is chosen when the kernel has taken it. */
import type { TLSSocket } from 'node:tls';
import { infoOf, type TcpInfo } from '@longhaul/quic/tcp-socket';
import * as Failure from './failure.js';
import type { Carrier, CarrierEvents, CarrierStats } from './mux/carrier.js';

/** What a socket carrier is made of. */
export interface SocketCarrierOptions {
  readonly socket: TLSSocket;
  /** Names the peer in errors. */
  readonly who: string;
  /** Most bytes of one write. */
  readonly writeBytes: number;
}

/** Inputs: the multiplexer's bytes, the socket's events. Outputs: the socket's bytes, `CarrierEvents`. */
export class SocketCarrier implements Carrier {
  readonly address: string;
  readonly #options: SocketCarrierOptions;
  #events: CarrierEvents | undefined;
  #writing = false;
  #ended = false;
  #error: Error | undefined;
  #info: TcpInfo | undefined;

  constructor(options: SocketCarrierOptions) {
    this.#options = options;
    const { socket } = options;
    this.address = formatAddress(socket.remoteAddress, socket.remotePort);
    socket.on('error', (error) => {
      this.#error ??= error;
    });
  }

  get credit(): number {
    return this.#writing || this.#ended ? 0 : this.#options.writeBytes;
  }

  listen(events: CarrierEvents): void {
    this.#events = events;
    const { socket } = this.#options;
    socket.on('data', (bytes: Buffer) => events.onBytes(bytes));
    socket.once('end', () => socket.end());
    socket.once('close', () => this.#handleClosed());
    // It may have closed before anybody listened.
    if (socket.destroyed) queueMicrotask(() => this.#handleClosed());
  }

  write(bytes: Buffer): void {
    this.#writing = true;
    this.#options.socket.write(bytes, (error) => {
      this.#writing = false;
      if (!error) this.#events?.onCredit();
    });
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.socket.end();
  }

  destroy(): void {
    this.#ended = true;
    this.#options.socket.destroy();
  }

  stats(): CarrierStats {
    this.#info = infoOf(this.#options.socket) ?? this.#info;
    return statsOf(this.#info);
  }

  #handleClosed(): void {
    const events = this.#events;
    this.#events = undefined;
    const { who } = this.#options;
    events?.onClosed(this.#error && Failure.of(this.#error, who));
  }
}

/** What the kernel tells of a socket, as a carrier tells it. */
export function statsOf(info: TcpInfo | undefined): CarrierStats {
  if (info === undefined) return NOTHING;
  return {
    rttMs: info.rttMs,
    minRttMs: Math.min(info.minRttMs, info.rttMs),
    cwndBytes: info.cwndBytes,
    bytesInFlight: info.bytesInFlight,
    pacingRateBps: info.pacingRateBps,
    bytesSent: info.bytesSent,
    bytesReceived: info.bytesReceived,
    packetsSent: info.segmentsSent,
    packetsReceived: info.segmentsReceived,
    packetsLost: info.segmentsRetransmitted,
    mtuBytes: info.mssBytes,
    deliveryRateBps: info.deliveryRateBps,
    notSentBytes: info.notSentBytes,
  };
}

/** `host:port`, brackets around IPv6; an IPv4 address in IPv6 clothes without them. */
export function formatAddress(host: string | undefined, port: number | undefined): string {
  const plain = (host ?? '?').replace(/^::ffff:(?=\d+\.)/, '');
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
}

const NOTHING: CarrierStats = {
  rttMs: 0,
  minRttMs: 0,
  cwndBytes: 0,
  bytesInFlight: 0,
  pacingRateBps: 0,
  bytesSent: 0,
  bytesReceived: 0,
  packetsSent: 0,
  packetsReceived: 0,
  packetsLost: 0,
  mtuBytes: 0,
};
