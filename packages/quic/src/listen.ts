/** Listening for relays. */
import type { Listener, TransportError } from '@longhaul/transport';
import * as Address from './address.js';
import { type QuicConnection, QuicLink, type SocketBuffers } from './connection.js';
import type { Identity } from './identity.js';
import type { NativeLinkOptions, NativeListener } from './native.generated.js';
import * as Native from './native.js';
import { complete, type LinkOptions } from './options.js';

/** A handshake that came to nothing. */
export interface Refusal {
  /** `host:port` it came from. */
  readonly address: string;
  readonly error: TransportError;
}

/** Where to listen, as whom, and who hears of it. */
export interface ListenOptions extends LinkOptions {
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
  readonly #native: NativeListener;
  readonly #options: ListenOptions;
  readonly #linkOptions: NativeLinkOptions;
  #closed = false;

  constructor(address: string, options: ListenOptions, native: NativeLinkOptions) {
    this.#options = options;
    this.#linkOptions = native;
    const wake = () => this.#accept();
    this.#native = Native.call(() => Native.load().listen(options.identity.native, address, native, wake));
    this.address = this.#native.address;
    this.socket = this.#native.socketBuffers ?? { wantedBytes: 0, receiveBytes: 0, sendBytes: 0 };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
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
