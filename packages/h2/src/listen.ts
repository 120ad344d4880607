/** Listening for relays over WebTransport on HTTP/2. */
import { randomBytes } from 'node:crypto';
import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Identity, Refusal } from '@longhaul/quic';
import { probeCongestion } from '@longhaul/quic/tcp-socket';
import {
  complete,
  formatAddress,
  type MuxLimits,
  type MuxLinkOptions,
  type SocketOptions,
  tune,
} from '@longhaul/tcp/mux';
import { type Listener, TransportError } from '@longhaul/transport';
import { SESSION_PATH } from './dial.js';
import { type H2Link, makeLink } from './link.js';
import { readClientProof } from './proof.js';
import { type AcceptedSession, load, type Server } from './web-transport.js';
import { guard, libraryOptions, widen } from './windows.js';

/** Where to listen, as whom, and who hears of it. */
export interface ListenOptions extends MuxLinkOptions, SocketOptions {
  /** `host:port`; port 0 is any free one. */
  readonly address: string;
  readonly identity: Identity;
  /** A peer has proven its name. Its streams wait until `attach`. */
  onConnection(connection: H2Link): void;
  /** A peer has not: for the log. */
  onRefused?(refusal: Refusal): void;
}

/**
 * Binds the address and takes sessions from then on. The certificate is that of now: a reload needs a new listener.
 * @throws TransportError LH_TRANSPORT_IO when the address cannot be bound; QuicError LH_QUIC_TCP_UNKNOWN or _REFUSED.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const limits = complete(options);
  if (options.congestion !== undefined) probeCongestion(options.congestion);
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(options.address);
  if (match === null) throw new TypeError(`"${options.address}" is not host:port`);
  const { Http2Server } = await load();
  const { material } = options.identity;
  const server = new Http2Server({
    ...libraryOptions(limits),
    host: match[1] ?? match[2],
    port: Number(match[3]),
    secret: randomBytes(16).toString('hex'),
    cert: Buffer.from(material.certificate).toString(),
    privKey: Buffer.from(material.key).toString(),
  });
  await server.createTransportInt();
  const door = new H2Door(server, options, limits);
  await door.open();
  return door;
}

class H2Door implements Listener {
  readonly #server: Server;
  readonly #options: ListenOptions;
  readonly #limits: MuxLimits;
  readonly #sessions = new Set<ServerHttp2Session>();
  /** The TCP sockets below, by the peer's address. */
  readonly #sockets = new Map<string, Socket>();
  /** Addresses of those that carry a proven link. */
  readonly #proven = new Set<string>();
  #address = '';

  constructor(server: Server, options: ListenOptions, limits: MuxLimits) {
    this.#server = server;
    this.#options = options;
    this.#limits = limits;
    const { serverInt } = server.transportInt;
    serverInt.prependListener('connection', (socket: Socket) => {
      tune(socket, options);
      const from = formatAddress(socket.remoteAddress, socket.remotePort);
      if (this.#sockets.size - this.#proven.size >= MAX_SESSIONS) {
        socket.destroy();
        return;
      }
      this.#sockets.set(from, socket);
      const timer = setTimeout(() => this.#proven.has(from) || socket.destroy(), PROOF_TIMEOUT_MS);
      socket.once('close', () => {
        clearTimeout(timer);
        this.#sockets.delete(from);
        this.#proven.delete(from);
      });
    });
    serverInt.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
      session.on('error', () => {});
      guard(session);
      if (this.#sessions.size > MAX_SESSIONS) session.destroy();
      else widen(session, limits);
    });
    serverInt.on('sessionError', () => {});
  }

  get address(): string {
    return this.#address;
  }

  async open(): Promise<void> {
    this.#server.startServer();
    try {
      await this.#server.ready;
    } catch (cause) {
      throw new TransportError('LH_TRANSPORT_IO', (cause as Error).message, { cause });
    }
    const bound = this.#server.address();
    this.#address = formatAddress(bound?.host, bound?.port);
    void this.#take(this.#server.sessionStream(SESSION_PATH));
  }

  /** Open sessions go on: only the listening socket closes. */
  async close(): Promise<void> {
    this.#server.transportInt.serverInt.close();
    for (const [from, socket] of this.#sockets) if (!this.#proven.has(from)) socket.destroy();
  }

  async #take(sessions: ReadableStream<AcceptedSession>): Promise<void> {
    const reader = sessions.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read())
      void this.#accept(next.value);
  }

  async #accept(session: AcceptedSession): Promise<void> {
    const http2 = session.objint.stream.session;
    session.closed.catch(() => {});
    session.ready.catch(() => {});
    if (http2 === undefined) return;
    const socket = http2.socket as TLSSocket;
    const address = formatAddress(socket.remoteAddress, socket.remotePort);
    const started = performance.now();
    const timer = setTimeout(() => http2.destroy(), PROOF_TIMEOUT_MS);
    try {
      await session.ready;
      const incoming = session.incomingBidirectionalStreams.getReader();
      const { value: stream } = await incoming.read();
      incoming.releaseLock();
      if (stream === undefined) throw new TransportError('LH_TRANSPORT_IO', 'the session ended');
      const reader = stream.readable.getReader();
      const { proof, rest } = await this.#prove(reader, socket);
      const connectMs = performance.now() - started;
      const release = () => this.#release(http2, address);
      const common = { session, stream, reader, socket, address, proof, release, connectMs };
      this.#proven.add(address);
      this.#options.onConnection(
        makeLink({ side: 'acceptor', early: rest, limits: this.#limits, ...common }),
      );
    } catch (error) {
      this.#release(http2, address);
      const cause =
        error instanceof TransportError ? error : new TransportError('LH_TRANSPORT_IO', String(error));
      this.#options.onRefused?.({ address, error: cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** A destroyed session still waits for the peer's end of the socket, which may never come. */
  #release(http2: ServerHttp2Session, address: string): void {
    const socket = this.#sockets.get(address);
    http2.destroy();
    setTimeout(() => socket?.destroy(), RELEASE_MS);
  }

  async #prove(reader: ReadableStreamDefaultReader<Uint8Array>, socket: TLSSocket) {
    let bytes: Buffer = Buffer.alloc(0);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new TransportError('LH_TRANSPORT_TLS', 'it has proven nothing');
      bytes = Buffer.concat([bytes, value]);
      const found = readClientProof(bytes, this.#options.identity.material, socket);
      if (found !== undefined) return found;
    }
  }
}

/** Far more than a relay has peers. */
const MAX_SESSIONS = 256;
/** How long a session may be without its proof. */
const PROOF_TIMEOUT_MS = 10_000;
/** For what was written last to leave. */
const RELEASE_MS = 200;
