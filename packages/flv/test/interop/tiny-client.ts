/** A test-only RTMP client: one RtmpClientSession on a socket. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { type HandshakeMode, type MediaMessage, parseRtmpUrl, RtmpClientSession } from '../../src/index.js';

export interface ClientOptions {
  readonly action: 'publish' | 'play';
  readonly url: string;
  readonly handshake?: HandshakeMode;
  /** Hears every byte that the server sends. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

/** Connects and drives a session. `ready` rejects with what went wrong. */
export async function connect({ action, url, handshake = 'simple', onBytes }: ClientOptions) {
  const target = parseRtmpUrl(url);
  const received: MediaMessage[] = [];
  const socket = createConnection(target.port, target.host);
  await once(socket, 'connect');
  let onReady = () => {};
  let onFailed = (_error: Error) => {};
  const ready = new Promise<void>((resolve, reject) => {
    onReady = resolve;
    onFailed = reject;
  });
  let ended = false;
  const session = new RtmpClientSession(
    { ...target, action, handshake, random: randomBytes, nowMs: performance.now() },
    {
      onReady: () => onReady(),
      onMedia: (message) => received.push(message),
      onEnd: () => {
        ended = true;
        socket.end();
      },
    },
  );
  const flush = () => {
    for (const piece of session.takeOutput()) socket.write(piece);
  };
  socket.on('data', (bytes) => {
    onBytes?.(bytes);
    try {
      session.handle(bytes);
    } catch (error) {
      onFailed(error as Error);
      socket.destroy();
    }
    if (!socket.destroyed) flush();
  });
  socket.on('error', (error) => onFailed(error));
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      onFailed(new Error(`the server closed the connection (${session.state.kind})`));
      resolve();
    });
  });
  flush();
  return { session, socket, received, ready, closed, flush, hasEnded: () => ended };
}

/** For programs that open their port some time after they start. */
export async function retry<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 200; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

/** Polls; tap's time-out ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
