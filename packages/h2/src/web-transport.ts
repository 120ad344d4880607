/**
 * What we use of @fails-components/webtransport, pinned to one version: the parts of W3C WebTransport that its HTTP/2
 * side implements, and three fields that it does not document (the HTTP/2 session of a client and of a server, the
 * stream of a session), without which its flow control windows, its sockets and its certificates cannot be reached.
 */
import type { ClientHttp2Session, Http2SecureServer, ServerHttp2Session } from 'node:http2';

/** A writable end of a stream. */
export type Writable = WritableStream<Uint8Array> & { sendOrder?: number };

/** Both ends of a bidirectional stream. */
export interface Duplex {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: Writable;
}

/** A session at either end. */
export interface Session {
  readonly ready: Promise<unknown>;
  readonly closed: Promise<unknown>;
  readonly incomingBidirectionalStreams: ReadableStream<Duplex>;
  readonly incomingUnidirectionalStreams: ReadableStream<ReadableStream<Uint8Array>>;
  createBidirectionalStream(options: { sendOrder: number }): Promise<Duplex>;
  createUnidirectionalStream(options: { sendOrder: number }): Promise<Writable>;
  close(info?: { closeCode: number; reason: string }): void;
}

/** A session that was accepted. */
export interface AcceptedSession extends Session {
  readonly objint: { readonly stream: { readonly session: ServerHttp2Session | undefined } };
}

/** A session that was dialled. */
export interface DialledSession extends Session {
  readonly sessionint: {
    readonly parentobj: { readonly transportInt: { readonly clientInt: ClientHttp2Session } };
  };
}

/** Takes sessions. */
export interface Server {
  readonly ready: Promise<unknown>;
  readonly closed: Promise<unknown>;
  readonly transportInt: { readonly serverInt: Http2SecureServer };
  createTransportInt(): Promise<void>;
  startServer(): void;
  stopServer(): void;
  address(): { port: number; host: string } | null;
  sessionStream(path: string): ReadableStream<AcceptedSession>;
}

/** The library. */
export interface Library {
  readonly Http2Server: new (options: object) => Server;
  readonly WebTransport: new (url: string, options: object) => DialledSession;
}

let library: Promise<Library> | undefined;

/** The library, loaded at the first use. It says on the console that its HTTP/3 side is missing: that is held back. */
export function load(): Promise<Library> {
  library ??= quietly(async () => (await import('@fails-components/webtransport')) as unknown as Library);
  return library;
}

/** The two lines are written when an import inside the library has failed, which is some turns after its own. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const { log, error } = console;
  const hush =
    (write: typeof log) =>
    (first?: unknown, ...rest: unknown[]) => {
      if (!/http3/.test(String(first))) write(first, ...rest);
    };
  console.log = hush(log);
  console.error = hush(error);
  try {
    const loaded = await run();
    const { quicheLoaded } = loaded as unknown as { quicheLoaded: Promise<void> };
    await quicheLoaded;
    // The server's own attempt ends in the same turns.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return loaded;
  } finally {
    console.log = log;
    console.error = error;
  }
}
