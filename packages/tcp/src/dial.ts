/** Dialling a relay over TLS on TCP. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type TLSSocket } from 'node:tls';
import type { Identity } from '@longhaul/quic';
import { TransportError } from '@longhaul/transport';
import * as Address from './address.js';
import { ALPN } from './alpn.js';
import * as Failure from './failure.js';
import type { TcpLink } from './link.js';
import { complete, DEFAULTS, type MuxLinkOptions, type SocketOptions } from './options.js';
import * as Proof from './proof.js';
import * as Sessions from './sessions.js';
import { makeLink, tune } from './tcp-link.js';

/** Whom to dial, as whom, and how. */
export interface DialOptions extends MuxLinkOptions, SocketOptions {
  /** `tls://host:port`. */
  readonly url: string;
  /** The relay id the peer must prove. */
  readonly serverName: string;
  readonly identity: Identity;
  /** Resumes the TLS session of an earlier connection when there is one; default true. */
  readonly resume?: boolean | undefined;
  readonly connectTimeoutMs?: number | undefined;
  /** Gives up dialling; the promise rejects with its reason. Has no effect afterwards. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Dials and resolves when data may be sent: after the TCP and the TLS handshake, two round trips, resumed or not. There
 * is no early data: Node's TLS has none.
 * @throws TransportError LH_TRANSPORT_TIMEOUT, _REFUSED, _TLS or _IO; the message says who and why. QuicError
 * LH_QUIC_TCP_UNKNOWN or _REFUSED for an algorithm that the kernel does not give.
 */
export async function dial(options: DialOptions): Promise<TcpLink> {
  const limits = complete(options);
  const { host, port } = Address.parseUrl(options.url, 'tls');
  options.signal?.throwIfAborted();
  const started = performance.now();
  const timeoutMs = options.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs;
  const who = `relay "${options.serverName}" at ${host.includes(':') ? `[${host}]` : host}:${port}`;
  const tcp = connectTcp({ host, port, noDelay: true });
  // Each wait below hears of it; one may come when nobody waits.
  tcp.on('error', () => {});
  const give = (reason: unknown) => tcp.destroy(reason as Error);
  const late = () =>
    give(new TransportError('LH_TRANSPORT_TIMEOUT', `${who}: no answer within ${timeoutMs} ms`));
  const timer = setTimeout(late, timeoutMs);
  const abort = () => give(options.signal?.reason);
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    await once(tcp, 'connect');
    tune(tcp, options);
    const { socket, proof } = await secure(tcp, options);
    return makeLink({
      side: 'dialer',
      socket,
      proof,
      limits,
      tuning: options,
      connectMs: performance.now() - started,
    });
  } catch (error) {
    tcp.destroy();
    options.signal?.throwIfAborted();
    if (error instanceof Error && error.name === 'QuicError') throw error;
    throw Failure.of(error as Error, who);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
  }
}

/** The TLS handshake, resumed where a session is kept, and what it proved. */
async function secure(tcp: Socket, options: DialOptions): Promise<{ socket: TLSSocket; proof: Proof.Proof }> {
  const { identity, serverName } = options;
  const { material } = identity;
  const sessions = Sessions.of(identity);
  const kept = options.resume === false ? undefined : sessions.take(serverName, material);
  const socket = connectTls({
    socket: tcp,
    servername: serverName,
    secureContext: contextOf(identity),
    ALPNProtocols: [ALPN],
    // The name is checked below, for resumed sessions too.
    checkServerIdentity: () => undefined,
    ...(kept !== undefined && { session: kept.session }),
  });
  socket.on('error', () => {});
  tcp.on('error', (error) => socket.destroy(error));
  let proof: Proof.Proof | undefined;
  const tickets: Buffer[] = [];
  const keep = (session: Buffer) => {
    if (proof === undefined) tickets.push(session);
    else sessions.keep(serverName, { session, proof, generation: material.generation });
  };
  socket.on('session', keep);
  try {
    await once(socket, 'secureConnect');
    if (socket.alpnProtocol !== ALPN)
      throw new TransportError('LH_TRANSPORT_REFUSED', `it does not speak ${ALPN}`);
    proof = prove(socket, kept, serverName);
    Proof.check(proof, material);
    for (const session of tickets) keep(session);
    return { socket, proof };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** A resumed session shows no certificate: that of the first handshake counts. */
function prove(socket: TLSSocket, kept: Sessions.KeptSession | undefined, serverName: string): Proof.Proof {
  if (socket.isSessionReused() && kept !== undefined) return kept.proof;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) throw new TransportError('LH_TRANSPORT_TLS', 'it shows no certificate');
  Proof.checkName(certificate, serverName);
  return { ...Proof.read(certificate), name: serverName };
}

/** Parsed once for each reload. */
function contextOf(identity: Identity) {
  const { material } = identity;
  let context = contexts.get(material);
  if (context === undefined) {
    const [cert, key, ca] = [material.certificate, material.key, material.authorities].map((pem) =>
      Buffer.from(pem),
    );
    context = createSecureContext({ cert, key, ca, minVersion: 'TLSv1.3' });
    contexts.set(material, context);
  }
  return context;
}

const contexts = new WeakMap<object, ReturnType<typeof createSecureContext>>();
