/** Dialling a relay. */
import * as Address from './address.js';
import { QuicLink } from './connection.js';
import type { Identity } from './identity.js';
import * as Native from './native.js';
import { complete, DEFAULTS, type LinkOptions } from './options.js';
import type { QuicConnection } from './quic-connection.js';

/** Whom to dial, as whom, and how. */
export interface DialOptions extends LinkOptions {
  /** `quic://host:port`. */
  readonly url: string;
  /** The relay id the peer must prove. */
  readonly serverName: string;
  readonly identity: Identity;
  /** Uses 0-RTT when a ticket of an earlier connection allows it. What is sent early may be replayed by an attacker. */
  readonly earlyData?: boolean | undefined;
  /** How long it may take in all. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long when the peer does not answer at all: more than the round trip. `connectTimeoutMs` when absent. */
  readonly silenceTimeoutMs?: number | undefined;
  /** Gives up dialling; the promise rejects with its reason. Has no effect afterwards. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Dials and resolves when data may be sent: after the handshake, or before its end when early data is possible.
 * @throws TransportError LH_TRANSPORT_TIMEOUT, _REFUSED, _TLS, _IO or _PROTOCOL; the message says who and why.
 */
export async function dial(options: DialOptions): Promise<QuicConnection> {
  const native = complete(options);
  const { host, port } = Address.parseUrl(options.url);
  options.signal?.throwIfAborted();
  const address = await Address.resolve(host, port);
  options.signal?.throwIfAborted();
  const connectTimeoutMs = options.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs;
  const target = {
    address,
    serverName: options.serverName,
    earlyData: options.earlyData ?? false,
    connectTimeoutMs,
    silenceTimeoutMs: options.silenceTimeoutMs ?? connectTimeoutMs,
  };
  const connection = Native.call(() => Native.load().dial(options.identity.native, target, native));
  const link = new QuicLink(connection, 'dialer', native);
  const abort = () => link.close(0, 'dialling was given up');
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    await link.ready();
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
  return link;
}
