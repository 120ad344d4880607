/** Listening for relays over TLS on TCP. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Identity, Refusal } from '@longhaul/quic';
import { probeCongestion } from '@longhaul/quic/tcp-socket';
import { type Listener, TransportError } from '@longhaul/transport';
import * as Address from './address.js';
import { ALPN } from './alpn.js';
import * as Failure from './failure.js';
import type { TcpLink } from './link.js';
import { encodeAbort } from './mux/frame.js';
import type { MuxLimits } from './mux/limits.js';
import { complete, type MuxLinkOptions, type SocketOptions } from './options.js';
import * as Proof from './proof.js';
import { formatAddress } from './socket-carrier.js';
import { makeLink, tune } from './tcp-link.js';

/** Where to listen, as whom, and who hears of it. */
export interface ListenOptions extends MuxLinkOptions, SocketOptions {
  /** `host:port`; port 0 is any free one. */
  readonly address: string;
  readonly identity: Identity;
  /** A peer has proven its name. Its streams wait until `attach`. */
  onConnection(connection: TcpLink): void;
  /** A peer has not: for the log. */
  onRefused?(refusal: Refusal): void;
}

/**
 * Binds the address and takes connections from then on. Handshakes under way are bounded in number and time.
 * @throws TransportError LH_TRANSPORT_IO when the address cannot be bound; QuicError LH_QUIC_TCP_UNKNOWN or _REFUSED
 * for an algorithm that the kernel does not give.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const limits = complete(options);
  const { host, port } = Address.parseHostPort(options.address);
  if (options.congestion !== undefined) probeCongestion(options.congestion);
  const door = new TcpDoor(options, limits);
  await door.open(host, port);
  return door;
}

/** A TCP connection whose handshake is not over. */
interface Greeting {
  readonly socket: Socket;
  readonly sinceMs: number;
}

class TcpDoor implements Listener {
  readonly #options: ListenOptions;
  readonly #limits: MuxLimits;
  readonly #server: Server;
  /** By the peer's address: what Node hands over after the handshake is another socket. */
  readonly #greeting = new Map<string, Greeting>();
  #generation: number;
  #trustGeneration: number;
  #ticketKeys = randomBytes(TICKET_KEY_BYTES);
  #address = '';

  constructor(options: ListenOptions, limits: MuxLimits) {
    this.#options = options;
    this.#limits = limits;
    const { generation, trustGeneration } = options.identity.material;
    this.#generation = generation;
    this.#trustGeneration = trustGeneration;
    this.#server = createServer({
      ...this.#secrets(),
      requestCert: true,
      // Node would only cut the connection: the peer is told why, in `#accept`.
      rejectUnauthorized: false,
      ALPNProtocols: [ALPN],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    this.#server.prependListener('connection', (socket: Socket) => this.#greet(socket));
    this.#server.on('secureConnection', (socket) => this.#accept(socket));
    this.#server.on('tlsClientError', (error, socket) => this.#refuse(socket, error));
  }

  get address(): string {
    return this.#address;
  }

  async open(host: string, port: number): Promise<void> {
    this.#server.listen({ host, port });
    try {
      await once(this.#server, 'listening');
    } catch (cause) {
      throw new TransportError('LH_TRANSPORT_IO', (cause as Error).message, { cause });
    }
    const bound = this.#server.address() as AddressInfo;
    this.#address = formatAddress(bound.address, bound.port);
    // What befalls it later, no descriptor left for one, befalls one connection.
    this.#server.on('error', (error) => {
      this.#options.onRefused?.({ address: '?', error: Failure.of(error, 'the listener') });
    });
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const { socket } of this.#greeting.values()) socket.destroy();
  }

  /** A TCP connection has come; its handshake begins after this. */
  #greet(socket: Socket): void {
    this.#useTodaysSecrets();
    const from = formatAddress(socket.remoteAddress, socket.remotePort);
    if (this.#isCrowded(socket.remoteAddress)) {
      socket.destroy();
      const error = new TransportError('LH_TRANSPORT_REFUSED', 'too many handshakes are under way');
      this.#options.onRefused?.({ address: from, error });
      return;
    }
    this.#greeting.set(from, { socket, sinceMs: performance.now() });
    socket.once('close', () => this.#greeting.delete(from));
    try {
      tune(socket, this.#options);
    } catch (error) {
      socket.destroy(error as Error);
    }
  }

  /** No room for one more handshake, or too many from this address, which must not keep the others out. */
  #isCrowded(address: string | undefined): boolean {
    if (this.#greeting.size >= MAX_HANDSHAKES) return true;
    let same = 0;
    for (const { socket } of this.#greeting.values()) same += socket.remoteAddress === address ? 1 : 0;
    return same >= MAX_HANDSHAKES_PER_ADDRESS;
  }

  #accept(socket: TLSSocket): void {
    const { identity, tuning, onConnection } = { ...this.#options, tuning: this.#options };
    const connectMs = this.#handshakeOver(socket);
    try {
      if (socket.alpnProtocol !== ALPN)
        throw new TransportError('LH_TRANSPORT_REFUSED', `it does not ask for ${ALPN}`);
      const certificate = socket.getPeerX509Certificate();
      if (certificate === undefined) throw new TransportError('LH_TRANSPORT_TLS', 'it shows no certificate');
      const proof = Proof.read(certificate);
      if (!socket.authorized)
        throw Proof.refusal(proof.name, Failure.plain(String(socket.authorizationError)));
      Proof.check(proof, identity.material);
      onConnection(makeLink({ side: 'acceptor', socket, proof, limits: this.#limits, tuning, connectMs }));
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      // In TLS 1.3 the peer takes its handshake for done: it is told in our own words.
      socket.on('error', () => {});
      socket.end(encodeAbort('identity', error.message));
      // Whatever it still sends: a time-out of silence would last as long as it likes.
      const farewell = setTimeout(() => socket.destroy(), FAREWELL_MS);
      socket.once('close', () => clearTimeout(farewell));
      this.#refuse(socket, error);
    }
  }

  #refuse(socket: TLSSocket, error: Error): void {
    const address = formatAddress(socket.remoteAddress, socket.remotePort);
    this.#handshakeOver(socket);
    this.#options.onRefused?.({ address, error: Failure.of(error, `the peer at ${address}`) });
  }

  /** How long the handshake took. */
  #handshakeOver(socket: TLSSocket): number {
    const from = formatAddress(socket.remoteAddress, socket.remotePort);
    const greeting = this.#greeting.get(from);
    this.#greeting.delete(from);
    return greeting === undefined ? 0 : performance.now() - greeting.sinceMs;
  }

  /** A reload of the identity holds for the handshakes after it. */
  #useTodaysSecrets(): void {
    const { generation, trustGeneration } = this.#options.identity.material;
    if (generation === this.#generation) return;
    // Tickets end with the authorities that they were given under: nobody looks at a chain again when they are used.
    if (trustGeneration !== this.#trustGeneration) this.#ticketKeys = randomBytes(TICKET_KEY_BYTES);
    this.#generation = generation;
    this.#trustGeneration = trustGeneration;
    this.#server.setSecureContext(this.#secrets());
  }

  #secrets() {
    const { certificate, key, authorities } = this.#options.identity.material;
    return {
      cert: Buffer.from(certificate),
      key: Buffer.from(key),
      ca: Buffer.from(authorities),
      minVersion: 'TLSv1.3' as const,
      ticketKeys: this.#ticketKeys,
    };
  }
}

/** `tls.Server` takes keys of this length. */
const TICKET_KEY_BYTES = 48;
/** Far more than a relay has peers. */
const MAX_HANDSHAKES = 256;
/** A relay dials once; several behind one address are still few. */
const MAX_HANDSHAKES_PER_ADDRESS = 64;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** How long a refused peer may take to read why. */
const FAREWELL_MS = 1_000;
