/** Dialling a relay over WebTransport on HTTP/2. */
import { once } from 'node:events';
import type { ClientHttp2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Identity } from '@longhaul/quic';
import { choose, complete, DEFAULTS, type MuxLinkOptions, type SocketOptions } from '@longhaul/tcp/mux';
import { TransportError } from '@longhaul/transport';
import { type H2Link, makeLink } from './link.js';
import { checkServer, encodeClientProof } from './proof.js';
import { type DialledSession, load } from './web-transport.js';
import { guard, libraryOptions, widen } from './windows.js';

/** Whom to dial, as whom, and how. */
export interface DialOptions extends MuxLinkOptions, SocketOptions {
  /** `h2://host:port`. */
  readonly url: string;
  /** The relay id the peer must prove. */
  readonly serverName: string;
  readonly identity: Identity;
  readonly connectTimeoutMs?: number | undefined;
  /** Gives up dialling; the promise rejects with its reason. Has no effect afterwards. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Dials and resolves when data may be sent: after the handshakes of TCP and TLS and the request that opens the session,
 * three round trips. Rejects with TransportError as the other transports do.
 */
export async function dial(options: DialOptions): Promise<H2Link> {
  const limits = complete(options);
  if (!/^h2:\/\/[^/?#]+:\d+\/?$/.test(options.url))
    throw new TypeError(`"${options.url}" cannot be dialled: h2://host:port is needed`);
  const { WebTransport } = await load();
  options.signal?.throwIfAborted();
  const address = options.url.slice('h2://'.length).replace(/\/$/, '');
  const who = `relay "${options.serverName}" at ${address}`;
  const started = performance.now();
  const session = new WebTransport(`https://${address}${SESSION_PATH}`, {
    ...libraryOptions(limits),
    forceReliable: true,
    // Every certificate goes as far as the handshake: it is checked below, against our own authorities.
    serverCertificateHashes: { some: () => true },
  });
  const http2 = session.sessionint.parentobj.transportInt.clientInt;
  guard(http2);
  let tls: TLSSocket | undefined;
  const release = () => {
    http2.destroy();
    // A destroyed session still waits for the peer's end of the socket, which may never come.
    setTimeout(() => tls?.destroy(), RELEASE_MS);
  };
  const watch = new Watch(http2, who, options);
  try {
    // What comes with the event is the socket itself, not what the session shows of it.
    [, tls] = (await Promise.race([once(http2, 'connect'), watch.failed])) as [unknown, TLSSocket];
    widen(http2, limits);
    const socket = http2.socket as TLSSocket;
    choose(socket, options);
    const { material } = options.identity;
    const proof = checkServer(socket, material, options.serverName);
    await Promise.race([session.ready, watch.failed]);
    const stream = await Promise.race([session.createBidirectionalStream({ sendOrder: 0 }), watch.failed]);
    const writer = stream.writable.getWriter();
    await Promise.race([writer.write(encodeClientProof(material, socket)), watch.failed]);
    writer.releaseLock();
    const connectMs = performance.now() - started;
    const reader = stream.readable.getReader();
    const common = { session, stream, reader, socket, proof, limits, release, address, connectMs };
    return makeLink({ side: 'dialer', early: new Uint8Array(0), ...common });
  } catch (error) {
    forget(session);
    release();
    options.signal?.throwIfAborted();
    throw error instanceof TransportError || (error as Error).name === 'QuicError'
      ? error
      : watch.error(error);
  } finally {
    watch.stop();
  }
}

/** What ends an attempt to dial: time, the caller, the connection itself. */
class Watch {
  readonly failed: Promise<never>;
  readonly #who: string;
  #stop: () => void = () => {};

  constructor(http2: ClientHttp2Session, who: string, options: DialOptions) {
    this.#who = who;
    const timeoutMs = options.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs;
    this.failed = new Promise((_resolve, reject) => {
      const late = `${who}: no answer within ${timeoutMs} ms`;
      const timer = setTimeout(() => reject(new TransportError('LH_TRANSPORT_TIMEOUT', late)), timeoutMs);
      const abort = () => reject(options.signal?.reason);
      options.signal?.addEventListener('abort', abort, { once: true });
      http2.once('error', (error) => reject(this.error(error)));
      http2.once('close', () => reject(this.error(new Error('the connection closed'))));
      this.#stop = () => {
        clearTimeout(timer);
        options.signal?.removeEventListener('abort', abort);
      };
    });
    this.failed.catch(() => {});
  }

  stop(): void {
    this.#stop();
  }

  error(cause: unknown): TransportError {
    const { code, message } = cause as NodeJS.ErrnoException;
    const kind = code === 'ECONNREFUSED' ? 'LH_TRANSPORT_REFUSED' : 'LH_TRANSPORT_IO';
    return new TransportError(kind, `${this.#who}: ${message}`, { cause });
  }
}

/** Its promises may reject when nobody waits for them any more. */
function forget(session: DialledSession): void {
  session.ready.catch(() => {});
  session.closed.catch(() => {});
}

/** Where relays take sessions. */
export const SESSION_PATH = '/longhaul';
/** For what was written last to leave. */
const RELEASE_MS = 200;
