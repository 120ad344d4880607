/** Listening for relays. */
import type { Listener, TransportError } from '@longhaul/transport';
import * as Address from './address.js';
import type { SavedPath } from './congestion.js';
import { QuicLink } from './connection.js';
import type { Identity } from './identity.js';
import type { NativeLinkOptions, NativeListener } from './native.generated.js';
import * as Native from './native.js';
import { complete, type LinkOptions } from './options.js';
import type { QuicConnection, SocketBuffers } from './quic-connection.js';

/** A handshake that came to nothing. */
export interface Refusal {
  /** `host:port` it came from. */
  readonly address: string;
  readonly error: TransportError;
}

/** How many handshakes may run at a time at a listener. */
export interface HandshakeLimits {
  /** In all; further ones are refused. */
  readonly maxHandshakes?: number | undefined;
  /** From one IPv4 address or IPv6 /64 that has proven to be where it says; further ones are refused. */
  readonly maxHandshakesPerAddress?: number | undefined;
  /** With so many under way, a peer has to prove its address first (Retry, RFC 9000 §8.1.2): one round trip more. */
  readonly retryFrom?: number | undefined;
}

/** What became of handshakes since a listener began. */
export interface HandshakeCounts {
  /** Under way now. */
  readonly running: number;
  /** Told to prove their address. */
  readonly retried: number;
  /** Turned away because too many ran. */
  readonly refused: number;
}

/** Where to listen, as whom, and who hears of it. */
export interface ListenOptions extends LinkOptions, HandshakeLimits {
  /** `host:port`; port 0 is any free one. */
  readonly address: string;
  readonly identity: Identity;
  /** A peer has proven its name. Its streams wait until `attach`. */
  onConnection(connection: QuicConnection): void;
  /** A peer has not: for the log. */
  onRefused?(refusal: Refusal): void;
}

/** A listener and what only QUIC has. */
export interface QuicListener extends Listener {
  readonly socket: SocketBuffers;
  readonly handshakes: HandshakeCounts;
  /**
   * Resolves when the port is free: after `close`, when the last connection taken on it has ended and drained, which
   * takes a few round trips (RFC 9000 §10.2). Does not keep Node running.
   */
  readonly released: Promise<void>;
  /**
   * The next connection from `address` (`host:port`; the port does not count) starts from what an earlier one from there
   * has learned, if it comes within `lifetimeMs`: here the acceptor knows no more of a peer when its first flight leaves.
   */
  remember(address: string, path: SavedPath, lifetimeMs: number): void;
}

/**
 * Binds the address and takes connections from then on.
 * @throws TransportError LH_TRANSPORT_IO when the address cannot be bound.
 */
export async function listen(options: ListenOptions): Promise<QuicListener> {
  const native = complete(options);
  const { host, port } = Address.parseHostPort(options.address);
  const address = await Address.resolve(host, port);
  return new QuicDoor(address, options, native);
}

class QuicDoor implements QuicListener {
  readonly address: string;
  readonly socket: SocketBuffers;
  readonly released: Promise<void>;
  readonly #native: NativeListener;
  readonly #options: ListenOptions;
  readonly #linkOptions: NativeLinkOptions;
  #closed = false;
  #counts: HandshakeCounts = { running: 0, retried: 0, refused: 0 };

  constructor(address: string, options: ListenOptions, native: NativeLinkOptions) {
    this.#options = options;
    this.#linkOptions = native;
    const wake = () => this.#accept();
    let free = () => {};
    this.released = new Promise((resolve) => {
      free = resolve;
    });
    const limits = {
      most: options.maxHandshakes ?? DEFAULT_HANDSHAKES.maxHandshakes,
      mostPerSource: options.maxHandshakesPerAddress ?? DEFAULT_HANDSHAKES.maxHandshakesPerAddress,
      retryFrom: options.retryFrom ?? DEFAULT_HANDSHAKES.retryFrom,
    };
    const { identity } = options;
    this.#native = Native.call(() =>
      Native.load().listen(identity.native, address, native, limits, wake, () => free()),
    );
    this.address = this.#native.address;
    this.socket = this.#native.socketBuffers ?? { wantedBytes: 0, receiveBytes: 0, sendBytes: 0 };
  }

  get handshakes(): HandshakeCounts {
    const counts = this.#native.handshakes();
    if (counts !== null) this.#counts = counts;
    return this.#counts;
  }

  remember(address: string, path: SavedPath, lifetimeMs: number): void {
    if (this.#closed) return;
    const { host } = Address.parseHostPort(address);
    Native.call(() => this.#native.remember(host, path, lifetimeMs));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#counts = { ...this.handshakes, running: 0 };
    this.#closed = true;
    this.#native.close();
  }

  #accept(): void {
    while (!this.#closed) {
      const native = this.#native.accept();
      if (native !== null) {
        this.#options.onConnection(new QuicLink(native, 'acceptor', this.#linkOptions));
        continue;
      }
      const refusal = this.#native.refusal();
      if (refusal === null) return;
      const error = Native.toTransportError(refusal.errorCode, refusal.message);
      this.#options.onRefused?.({ address: Address.plain(refusal.address), error });
    }
  }
}

/** See `HandshakeLimits`. A peer that dials keeps one running; further ones are its repeated attempts. */
export const DEFAULT_HANDSHAKES = {
  maxHandshakes: 1_024,
  maxHandshakesPerAddress: 64,
  retryFrom: 100,
} as const satisfies HandshakeLimits;
