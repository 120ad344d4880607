/** Publishes and plays over RTMP with flv's client session on a real socket. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type MediaMessage, parseRtmpUrl, RtmpClientSession } from '@longhaul/flv';
import { type Deferred, deferred } from '@longhaul/testkit';

/** One RTMP connection of a test. */
export class RtmpClient {
  /** Resolves when publish or play is accepted; rejects with what the server said or did. */
  readonly ready: Promise<void>;
  /** Resolves when the server ended a play, or the connection is gone. */
  readonly over: Promise<void>;
  /** What a play received. */
  readonly messages: MediaMessage[] = [];
  onMessage: ((message: MediaMessage) => void) | undefined;
  readonly socket: Socket;
  readonly #session: RtmpClientSession;
  readonly #ready: Deferred<void> = deferred();
  readonly #over: Deferred<void> = deferred();

  constructor(action: 'publish' | 'play', url: string) {
    const { host, port, app, name, tcUrl } = parseRtmpUrl(url);
    this.ready = this.#ready.promise;
    this.ready.catch(() => undefined);
    this.over = this.#over.promise;
    this.#session = new RtmpClientSession(
      { action, app, name, tcUrl, random: randomBytes, nowMs: performance.now() },
      {
        onReady: () => this.#ready.resolve(),
        onMedia: (message) => {
          this.messages.push(message);
          this.onMessage?.(message);
        },
        onEnd: () => this.#over.resolve(),
      },
    );
    this.socket = connect({ host, port, noDelay: true });
    this.#flush();
    this.socket.on('data', (bytes) => this.#handle(bytes));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.#ready.reject(new Error('the connection ended before the server accepted'));
      this.#over.resolve();
    });
  }

  /** Publishes messages without pause, as fast as the socket takes them. */
  async send(messages: readonly MediaMessage[]): Promise<void> {
    for (const message of messages) {
      this.#session.sendMedia(message);
      this.#flush();
      if (this.socket.writableNeedDrain) await new Promise((resolve) => this.socket.once('drain', resolve));
    }
  }

  /** Takes leave and waits for the connection to end. */
  async close(): Promise<void> {
    this.#session.close();
    this.#flush();
    this.socket.end();
    if (!this.socket.destroyed) await new Promise((resolve) => this.socket.once('close', resolve));
  }

  /** Is gone without a word. */
  vanish(): void {
    this.socket.destroy();
  }

  #handle(bytes: Buffer): void {
    try {
      this.#session.handle(bytes);
      this.#flush();
    } catch (error) {
      this.#ready.reject(error as Error);
      this.socket.destroy();
    }
  }

  #flush(): void {
    for (const piece of this.#session.takeOutput()) this.socket.write(piece);
  }
}

/** Publishes to `url`; resolves when the relay has accepted. */
export async function publish(url: string): Promise<RtmpClient> {
  const client = new RtmpClient('publish', url);
  await client.ready;
  return client;
}
