/** An RTMP client session on a TCP socket. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { RtmpClientSession, RtmpRemoteError } from '@longhaul/flv';
import { monotonicMs } from '../clock.js';
import { asCliError, CliError, firstLine } from '../errors.js';
import { type MediaTag, OPEN_TIMEOUT_MS } from './source.js';
import type { RtmpUrl } from './url.js';

/** What the owner hears. */
export interface RtmpClientEvents {
  /** TCP is connected. */
  onConnected?(): void;
  /** The server accepted the publish or the play. */
  onReady(): void;
  /** Bytes arrived from the server. */
  onBytes?(count: number): void;
  onMedia?(tag: MediaTag): void;
  /** The socket takes more after `send` returned false. */
  onDrain?(): void;
  /** Fired once; without an error the server ended the stream in good order. Not fired after `close()`. */
  onEnd(error: CliError | undefined): void;
}

/** Publishes or plays one stream. */
export class RtmpClient {
  readonly #session: RtmpClientSession;
  readonly #socket: Socket;
  readonly #events: RtmpClientEvents;
  readonly #timer: NodeJS.Timeout;
  #state: 'connecting' | 'requesting' | 'ready' | 'closed' = 'connecting';

  constructor(url: RtmpUrl, action: 'publish' | 'play', events: RtmpClientEvents) {
    this.#events = events;
    const { app, name, tcUrl } = url;
    const random = (byteCount: number) => randomBytes(byteCount);
    this.#session = new RtmpClientSession(
      { action, app, name, tcUrl, random, nowMs: monotonicMs() },
      {
        onReady: () => this.#handleReady(),
        onMedia: (message) => {
          if (this.#state !== 'closed') events.onMedia?.(message);
        },
        onEnd: () => this.#end(undefined),
      },
    );
    this.#socket = connect({ host: url.host, port: url.port, noDelay: true });
    this.#socket.once('connect', () => {
      this.#state = 'requesting';
      events.onConnected?.();
      this.#flush();
    });
    this.#socket.on('data', (bytes) => this.#handleBytes(bytes));
    this.#socket.on('drain', () => events.onDrain?.());
    this.#socket.once('error', (error) => this.#end(this.#socketError(error)));
    this.#socket.once('close', () =>
      this.#end(new CliError('LH_CLI_CLOSED', 'the server closed the connection')),
    );
    this.#timer = setTimeout(() => this.#timeOut(), OPEN_TIMEOUT_MS);
  }

  /** Bytes waiting for the socket. */
  get bytesQueued(): number {
    return this.#socket.writableLength;
  }

  /** Publishes one message. False: wait for `onDrain` before the next. Does nothing unless ready. */
  send(tag: MediaTag): boolean {
    if (this.#state !== 'ready') return true;
    this.#session.sendMedia(tag);
    return this.#flush();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Takes leave of the server and lets the socket send what waits. Idempotent. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#settle();
    this.#session.close();
    this.#flush();
    this.#socket.end();
    // The server closes its end; one that does not is not waited for.
    setTimeout(() => this.#socket.destroy(), LEAVE_TIMEOUT_MS).unref();
    this.#socket.resume();
  }

  /** As `close`; resolves when the socket is closed. */
  async leave(): Promise<void> {
    const closed = this.#socket.destroyed
      ? undefined
      : new Promise((resolve) => this.#socket.once('close', resolve));
    this.close();
    await closed;
  }

  #handleReady(): void {
    this.#state = 'ready';
    clearTimeout(this.#timer);
    // The request's last words leave before the owner's first.
    this.#flush();
    this.#events.onReady();
  }

  #handleBytes(bytes: Buffer): void {
    if (this.#state === 'closed') return;
    this.#events.onBytes?.(bytes.length);
    try {
      this.#session.handle(bytes);
    } catch (error) {
      const code = error instanceof RtmpRemoteError ? 'LH_CLI_REFUSED' : 'LH_CLI_MEDIA';
      this.#end(new CliError(code, firstLine(error), { cause: error }));
      return;
    }
    this.#flush();
  }

  #flush(): boolean {
    const pieces = this.#session.takeOutput();
    if (pieces.length === 0 || this.#socket.destroyed) return true;
    // One system call for all pieces.
    this.#socket.cork();
    let room = true;
    for (const piece of pieces) room = this.#socket.write(piece);
    this.#socket.uncork();
    return room;
  }

  #timeOut(): void {
    this.#end(new CliError('LH_CLI_CONNECT', `no answer within ${OPEN_TIMEOUT_MS / 1000} s`));
  }

  #socketError(error: Error): CliError {
    return asCliError(error, this.#state === 'connecting' ? 'LH_CLI_CONNECT' : 'LH_CLI_CLOSED');
  }

  #end(error: CliError | undefined): void {
    if (this.#state === 'closed') return;
    this.#settle();
    this.#socket.destroy();
    this.#events.onEnd(error);
  }

  #settle(): void {
    this.#state = 'closed';
    clearTimeout(this.#timer);
  }
}

const LEAVE_TIMEOUT_MS = 1_000;
