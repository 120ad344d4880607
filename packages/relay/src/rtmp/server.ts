/** The RTMP listener: publish and play. */
import { createServer, type Server } from 'node:net';
import type { Address } from '../config/address.js';
import { listen } from '../listen.js';
import { RtmpConnection } from './connection.js';
import type { RtmpHost } from './host.js';

/** Input: sockets, `poll`. Output: connections. */
export class RtmpServer {
  readonly #host: Omit<RtmpHost, 'onConnectionOver'>;
  readonly #server: Server;
  readonly #connections = new Set<RtmpConnection>();

  constructor(host: Omit<RtmpHost, 'onConnectionOver'>) {
    this.#host = host;
    this.#server = createServer({ noDelay: true });
    this.#server.maxConnections = host.settings().maxConnections;
    this.#server.on('connection', (socket) => {
      const onConnectionOver = (connection: RtmpConnection): void => {
        this.#connections.delete(connection);
      };
      this.#connections.add(new RtmpConnection(socket, { ...this.#host, onConnectionOver }));
    });
  }

  /** Binds; resolves with the real address. Rejects with `LH_RELAY_LISTEN`. */
  listen(address: Address): Promise<Address> {
    return listen(this.#server, {
      address,
      key: 'rtmp.listen',
      onError: (error) =>
        this.#host.warn('accept', { reason: error.message }, 'cannot accept RTMP connections'),
    });
  }

  /** Applies a changed bound. */
  reload(): void {
    this.#server.maxConnections = this.#host.settings().maxConnections;
  }

  /** When to look after connections that do nothing: call it about once a second. */
  poll(nowMs: number): void {
    for (const connection of this.#connections) connection.poll(nowMs);
  }

  /** Stops accepting; connections go on. Idempotent. */
  stopAccepting(): void {
    this.#server.close();
  }

  /** Ends every connection in the protocol's way. */
  drain(): void {
    for (const connection of [...this.#connections]) connection.drain();
  }

  /** Cuts what is left. Idempotent. */
  close(): void {
    this.stopAccepting();
    for (const connection of [...this.#connections]) connection.cut();
  }
}
