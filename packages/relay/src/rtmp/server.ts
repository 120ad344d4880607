/** The RTMP listener: publish and play. */
import { createServer, type Server, type Socket } from 'node:net';
import * as ClientAddress from '../client-address.js';
import type { Address } from '../config/address.js';
import { listen } from '../listen.js';
import { Admission, type Pending } from './admission.js';
import { RtmpConnection } from './connection.js';
import type { RtmpHost } from './host.js';

/** Input: sockets, `poll`. Output: connections. */
export class RtmpServer {
  readonly #host: ServerHost;
  readonly #server: Server;
  readonly #connections = new Set<RtmpConnection>();
  readonly #admission: Admission;

  constructor(host: ServerHost) {
    this.#host = host;
    this.#admission = new Admission(() => host.settings());
    this.#server = createServer({ noDelay: true });
    this.#server.maxConnections = host.settings().maxConnections;
    this.#server.on('connection', (socket) => this.#take(socket));
    this.#server.on('drop', () => host.warn('rtmp-full', {}, 'RTMP connection refused: maxConnections'));
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

  /** Applies changed bounds and tokens. */
  reload(): void {
    this.#server.maxConnections = this.#host.settings().maxConnections;
    for (const connection of [...this.#connections]) connection.recheckTokens();
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
    for (const connection of [...this.#connections]) connection.cut('the relay stops');
  }

  #take(socket: Socket): void {
    const { nowMs, isTrusted, warn } = this.#host;
    // Gone before it was accepted.
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const address = ClientAddress.plain(socket.remoteAddress);
    let connection: RtmpConnection | undefined;
    const pending: Pending = {
      client: isTrusted(address) ? undefined : ClientAddress.network(address),
      sinceMs: nowMs(),
      get progress() {
        return connection?.progress ?? 0;
      },
      giveWay: () => {
        warn('rtmp-slow', { source: address }, 'RTMP connection cut: too many before publish or play');
        connection?.cut('made room');
      },
    };
    if (!this.#admission.admit(pending, nowMs())) {
      warn('rtmp-crowd', { source: address }, 'RTMP connection refused: too many before publish or play');
      socket.destroy();
      return;
    }
    connection = new RtmpConnection(socket, {
      ...this.#host,
      onAccepted: () => this.#admission.leave(pending),
      onConnectionOver: (over) => {
        this.#admission.leave(pending);
        this.#connections.delete(over);
      },
    });
    this.#connections.add(connection);
  }
}

/** What the server asks of the relay; it looks after the connections itself. */
type ServerHost = Omit<RtmpHost, 'onConnectionOver' | 'onAccepted'>;
