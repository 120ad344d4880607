/**
 * One RTMP connection: a socket around flv's server session, with its publishers and viewers by message stream.
 *
 * Inputs: the socket, `poll`, `drain`. Outputs: publishers and viewers asked of the relay, bytes, the socket's end.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { CoreError } from '@longhaul/core';
import {
  DEFAULT_RTMP_LIMITS,
  type PlayRequest,
  type PublishedMessage,
  type PublishRequest,
  RtmpServerSession,
  StatusCode,
} from '@longhaul/flv';
import { RtmpDelivery } from '../egress/rtmp.js';
import type { ViewerSession } from '../egress/viewer-session.js';
import { RelayError } from '../errors.js';
import { RtmpPublisher } from '../ingest/rtmp-publisher.js';
import { isToken } from '../ingest/token.js';
import * as Names from '../names.js';
import type { RtmpHost } from './host.js';

/** See the head of the file. */
export class RtmpConnection {
  readonly #host: RtmpHost;
  readonly #socket: Socket;
  readonly #source: string;
  readonly #session: RtmpServerSession;
  readonly #publishers = new Map<number, RtmpPublisher>();
  readonly #viewers = new Map<number, ViewerSession>();
  /** Since when no stream is in use, ms; undefined while one is. */
  #unusedSinceMs: number | undefined;
  #endReason = 'client left';

  constructor(socket: Socket, host: RtmpHost) {
    this.#host = host;
    this.#socket = socket;
    this.#source = `${socket.remoteAddress}:${socket.remotePort}`;
    const nowMs = host.nowMs();
    this.#unusedSinceMs = nowMs;
    const { chunkSizeBytes, handshakeTimeoutMs } = host.settings();
    this.#session = new RtmpServerSession(
      {
        random: randomBytes,
        nowMs,
        chunkBytes: chunkSizeBytes,
        limits: {
          ...DEFAULT_RTMP_LIMITS,
          maxVideoBytes: MAX_VIDEO_BYTES,
          maxPartialBytes: MAX_PARTIAL_BYTES,
          connectTimeoutMs: handshakeTimeoutMs,
        },
      },
      {
        onPublish: (request) => this.#publish(request),
        onPlay: (request) => this.#play(request),
        onMedia: (message) => this.#handleMedia(message),
        onUnpublish: (streamId) => this.#endPublisher(streamId, this.#endReason),
        onStop: (streamId) => this.#endViewer(streamId, this.#endReason),
      },
    );
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#handle(bytes));
    socket.on('error', (error) => {
      this.#endReason = (error as NodeJS.ErrnoException).code ?? 'socket error';
    });
    socket.on('close', () => this.#over());
  }

  /** Time passes: a client that does not get on with it is disconnected. */
  poll(nowMs: number): void {
    const { idleTimeoutMs, handshakeTimeoutMs } = this.#host.settings();
    try {
      this.#session.poll(nowMs);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    for (const [streamId, publisher] of this.#publishers) {
      if (nowMs - publisher.lastMs < idleTimeoutMs) continue;
      this.#endPublisher(streamId, 'silent');
      this.#refuse(streamId, StatusCode.PUBLISH_DENIED, `Nothing came for ${idleTimeoutMs} ms.`);
    }
    if (this.#unusedSinceMs !== undefined && nowMs - this.#unusedSinceMs >= handshakeTimeoutMs)
      this.#end('unused');
  }

  /** Ends publishers and viewers in the protocol's way, then the socket. */
  drain(): void {
    for (const viewer of [...this.#viewers.values()]) viewer.end('drained');
    for (const streamId of [...this.#publishers.keys()]) {
      this.#endPublisher(streamId, 'drained');
      this.#session.refuse(streamId, {
        code: StatusCode.PUBLISH_DENIED,
        description: 'The relay is draining.',
      });
    }
    this.#end('drained');
  }

  /** Ends the publishers whose token no longer holds. */
  cut(): void {
    this.#socket.destroy();
  }

  /** True while it publishes. */
  get publishes(): boolean {
    return this.#publishers.size > 0;
  }

  #handle(bytes: Uint8Array): void {
    try {
      this.#session.handle(bytes);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    this.#flush();
    // Answers that the client provokes and does not read.
    if (this.#viewers.size === 0 && this.#socket.writableLength > MAX_UNREAD_BYTES) {
      this.#endReason = 'does not read';
      this.#socket.destroy();
    }
  }

  #handleMedia(message: PublishedMessage): void {
    this.#publishers.get(message.streamId)?.write(message);
  }

  #publish(request: PublishRequest): void {
    const { streamId } = request;
    try {
      const { path, query } = Names.fromRtmp(request, (host) => this.#host.domainOf(host));
      const { tokens } = this.#host.settings().publish;
      if (tokens.length > 0 && !isToken(query.get('token'), tokens)) {
        this.#host.warn('publish-token', { path, source: this.#source }, 'publish refused: no valid token');
        this.#refuse(streamId, StatusCode.PUBLISH_DENIED, 'A valid token is needed.');
        return;
      }
      const { tally, log, nowMs } = this.#host;
      const ingest = this.#host.publish(path, this.#source);
      this.#publishers.set(streamId, new RtmpPublisher({ ingest, source: this.#source, tally, log, nowMs }));
      this.#unusedSinceMs = undefined;
      this.#session.acceptPublish(streamId);
    } catch (error) {
      this.#refuseFor(streamId, StatusCode.PUBLISH_BAD_NAME, error);
    }
  }

  #play(request: PlayRequest): void {
    const { streamId } = request;
    try {
      const { path } = Names.fromRtmp(request, (host) => this.#host.domainOf(host));
      const delivery = new RtmpDelivery({
        session: this.#session,
        streamId,
        flush: () => this.#flush(),
        onDone: () => this.#end(this.#endReason),
        cut: () => this.#socket.destroy(),
      });
      const viewer = this.#host.view(path, this.#socket, delivery, () => {
        this.#viewers.delete(streamId);
        this.#checkUnused();
      });
      this.#viewers.set(streamId, viewer);
      this.#unusedSinceMs = undefined;
    } catch (error) {
      this.#refuseFor(streamId, StatusCode.PLAY_FAILED, error);
    }
  }

  /** Refuses for a reason that the client may hear; anything else is our bug and goes up. */
  #refuseFor(streamId: number, code: string, error: unknown): void {
    if (!(error instanceof RelayError || error instanceof CoreError)) throw error;
    this.#host.warn('refused', { source: this.#source, reason: error.message }, 'RTMP request refused');
    this.#refuse(streamId, code, error.message);
  }

  #refuse(streamId: number, code: string, description: string): void {
    this.#session.refuse(streamId, { code, description });
    this.#end('refused');
  }

  #endPublisher(streamId: number, reason: string): void {
    this.#publishers.get(streamId)?.end(reason);
    this.#publishers.delete(streamId);
    this.#checkUnused();
  }

  #endViewer(streamId: number, reason: string): void {
    const viewer = this.#viewers.get(streamId);
    this.#viewers.delete(streamId);
    viewer?.leave(reason);
    this.#checkUnused();
  }

  #checkUnused(): void {
    if (this.#viewers.size + this.#publishers.size === 0) this.#unusedSinceMs ??= this.#host.nowMs();
  }

  /** Ends the socket after what is to be written, unless a stream is still in use. */
  #end(reason: string): void {
    if (this.#viewers.size + this.#publishers.size > 0) return;
    this.#endReason = reason;
    this.#flush();
    this.#socket.end();
    // A client that never reads its goodbye.
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
  }

  #fail(error: Error): void {
    this.#endReason = 'protocol error';
    this.#host.warn(
      'rtmp-protocol',
      { source: this.#source, reason: error.message },
      'RTMP client broke the protocol',
    );
    this.#flush();
    this.#socket.destroySoon();
    this.#over();
  }

  #flush(): void {
    const pieces = this.#session.takeOutput();
    if (pieces.length === 0 || this.#socket.destroyed) return;
    this.#socket.write(pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces));
  }

  #over(): void {
    this.#session.close();
    for (const streamId of [...this.#publishers.keys()]) this.#endPublisher(streamId, this.#endReason);
    for (const streamId of [...this.#viewers.keys()]) this.#endViewer(streamId, this.#endReason);
    this.#unusedSinceMs = undefined;
    this.#host.onConnectionOver(this);
  }
}

/** What an FLV tag can hold; a frame on a link may be one byte larger. */
const MAX_VIDEO_BYTES = 16_777_215;
/** The largest video message with audio and data between its chunks. */
const MAX_PARTIAL_BYTES = 20_971_520;
/** Answers to commands that wait for a client that does not read. */
const MAX_UNREAD_BYTES = 1_048_576;
/** From our end of the socket to its destruction. */
const LINGER_MS = 2_000;
