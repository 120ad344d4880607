/**
 * One RTMP connection: a socket around flv's server session, with its publishers and viewers by message stream.
 *
 * Inputs: the socket, `poll`, `drain`. Outputs: publishers and viewers asked of the relay, bytes, the socket's end.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type BroadcastPath, CoreError } from '@longhaul/core';
import {
  DEFAULT_RTMP_LIMITS,
  type PlayRequest,
  type PublishedMessage,
  type PublishRequest,
  type RtmpLimits,
  RtmpServerSession,
  StatusCode,
} from '@longhaul/flv';
import * as ClientAddress from '../client-address.js';
import { formatAddress } from '../config/address.js';
import { RtmpDelivery } from '../egress/rtmp.js';
import type { ViewerSession } from '../egress/viewer-session.js';
import { RelayError } from '../errors.js';
import type { Claim } from '../ingest/claim.js';
import { RtmpPublisher } from '../ingest/rtmp-publisher.js';
import { isToken } from '../ingest/token.js';
import * as Names from '../names.js';
import type { RtmpHost } from './host.js';

interface Publishing {
  readonly publisher: RtmpPublisher;
  readonly path: BroadcastPath;
  /** What it showed; undefined when none was asked for. */
  readonly token: string | undefined;
}

/** See the head of the file. */
export class RtmpConnection {
  readonly #host: RtmpHost;
  readonly #socket: Socket;
  readonly #source: string;
  readonly #address: string;
  readonly #session: RtmpServerSession;
  /** The session reads them at each message: a client that publishes may send more. */
  readonly #limits: { -readonly [Key in keyof RtmpLimits]: RtmpLimits[Key] };
  readonly #publishers = new Map<number, Publishing>();
  readonly #viewers = new Map<number, ViewerSession>();
  /** Since when no stream is in use, ms; undefined while one is. */
  #unusedSinceMs: number | undefined;
  #lastByteMs: number;
  /** Answers written while the socket was full. */
  #unreadBytes = 0;
  #endReason = 'client left';

  constructor(socket: Socket, host: RtmpHost) {
    this.#host = host;
    this.#socket = socket;
    this.#address = ClientAddress.plain(socket.remoteAddress ?? '');
    this.#source = formatAddress({ host: this.#address, port: socket.remotePort ?? 0 });
    const nowMs = host.nowMs();
    this.#unusedSinceMs = nowMs;
    this.#lastByteMs = nowMs;
    const { chunkSizeBytes, handshakeTimeoutMs } = host.settings();
    this.#limits = {
      ...DEFAULT_RTMP_LIMITS,
      maxAudioBytes: STRANGER_MESSAGE_BYTES,
      maxVideoBytes: STRANGER_MESSAGE_BYTES,
      maxPartialBytes: STRANGER_PARTIAL_BYTES,
      connectTimeoutMs: handshakeTimeoutMs,
    };
    this.#session = new RtmpServerSession(
      {
        random: randomBytes,
        nowMs,
        chunkBytes: chunkSizeBytes,
        limits: this.#limits,
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
    socket.on('drain', () => {
      this.#unreadBytes = 0;
    });
    socket.on('error', (error) => {
      this.#endReason = (error as NodeJS.ErrnoException).code ?? 'socket error';
    });
    socket.on('close', () => this.#over());
  }

  /** Time passes: a client that does not get on with it is disconnected. */
  poll(nowMs: number): void {
    const { idleTimeoutMs, unusedTimeoutMs } = this.#host.settings();
    try {
      this.#session.poll(nowMs);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    for (const [streamId, { publisher }] of this.#publishers) {
      if (nowMs - publisher.lastMs < idleTimeoutMs) continue;
      this.#endPublisher(streamId, 'silent');
      this.#refuse(streamId, StatusCode.PUBLISH_DENIED, `Nothing came for ${idleTimeoutMs} ms.`);
    }
    if (this.#unusedSinceMs !== undefined && nowMs - this.#unusedSinceMs >= unusedTimeoutMs)
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

  /** Ends the publications whose token no longer holds. */
  recheckTokens(): void {
    for (const [streamId, { path, token }] of this.#publishers) {
      const tokens = this.#host.publishTokens(path);
      if (tokens.length === 0 || isToken(token ?? null, tokens)) continue;
      this.#endPublisher(streamId, 'token withdrawn');
      this.#refuse(streamId, StatusCode.PUBLISH_DENIED, 'The token holds no longer.');
    }
  }

  /** Cuts the socket. Idempotent. */
  cut(reason: string): void {
    this.#endReason = reason;
    this.#socket.destroy();
  }

  /** How far the client has come on its way to a publish or play. */
  get progress(): number {
    return PROGRESS[this.#session.state.kind];
  }

  #handle(bytes: Uint8Array): void {
    this.#lastByteMs = this.#host.nowMs();
    try {
      this.#session.handle(bytes);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    this.#flush();
    if (this.#unreadBytes > MAX_UNREAD_BYTES) this.cut('does not read');
  }

  #handleMedia(message: PublishedMessage): void {
    this.#publishers.get(message.streamId)?.publisher.write(message);
  }

  #publish(request: PublishRequest): void {
    const { streamId } = request;
    try {
      const { path, query } = Names.fromRtmp(request, (host) => this.#host.domainOf(host));
      const tokens = this.#host.publishTokens(path);
      const shown = query.get('token');
      if (tokens.length > 0 && !isToken(shown, tokens)) {
        this.#host.warn('publish-token', { path, source: this.#source }, 'publish refused: no valid token');
        this.#refuse(streamId, StatusCode.PUBLISH_DENIED, 'A valid token is needed.');
        return;
      }
      const { tally, log, nowMs } = this.#host;
      const token = tokens.length > 0 && shown !== null ? shown : undefined;
      const ingest = this.#host.publish(path, this.#claim(streamId, token));
      const publisher = new RtmpPublisher({ ingest, source: this.#source, tally, log, nowMs });
      this.#publishers.set(streamId, { publisher, path, token });
      this.#accepted();
      const { maxMessageBytes } = this.#host.settings();
      this.#limits.maxAudioBytes = maxMessageBytes;
      this.#limits.maxVideoBytes = maxMessageBytes;
      // The largest message with others between its chunks.
      this.#limits.maxPartialBytes = 2 * maxMessageBytes;
      this.#session.acceptPublish(streamId);
    } catch (error) {
      this.#refuseFor(streamId, StatusCode.PUBLISH_BAD_NAME, error);
    }
  }

  #play(request: PlayRequest): void {
    const { streamId } = request;
    try {
      const named = Names.fromRtmp(request, (host) => this.#host.domainOf(host));
      const delivery = new RtmpDelivery({
        session: this.#session,
        streamId,
        flush: () => this.#flush(),
        onAnswered: () => this.#pauseForListener(),
        onDone: () => this.#end(this.#endReason),
        cut: () => this.#socket.destroy(),
      });
      const viewer = this.#host.view(named, this.#socket, delivery, () => {
        this.#viewers.delete(streamId);
        this.#checkUnused();
      });
      this.#viewers.set(streamId, viewer);
      this.#accepted();
    } catch (error) {
      this.#refuseFor(streamId, StatusCode.PLAY_FAILED, error);
    }
  }

  /** node-media-server throws away media that it reads together with the answer to its play: sequence headers, for good. */
  #pauseForListener(): void {
    const { state } = this.#session;
    if (state.kind !== 'open' || state.request.flashVer !== NODE_MEDIA_SERVER) return;
    this.#socket.cork();
    setTimeout(() => this.#socket.uncork(), LISTENER_PAUSE_MS).unref();
  }

  #accepted(): void {
    this.#unusedSinceMs = undefined;
    this.#host.onAccepted(this);
  }

  #claim(streamId: number, token: string | undefined): Claim {
    return {
      source: this.#source,
      address: this.#address,
      token,
      lastByteMs: () => this.#lastByteMs,
      giveWay: () => {
        this.#endPublisher(streamId, 'taken over');
        this.#refuse(streamId, StatusCode.PUBLISH_BAD_NAME, 'Another publisher has taken over.');
      },
    };
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
    this.#publishers.get(streamId)?.publisher.end(reason);
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
    this.#destroyLater();
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
    this.#destroyLater();
    this.#over();
  }

  /** For a client that never reads its goodbye. */
  #destroyLater(): void {
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
  }

  #flush(): void {
    const pieces = this.#session.takeOutput();
    if (pieces.length === 0 || this.#socket.destroyed) return;
    if (this.#socket.writableNeedDrain) for (const { length } of pieces) this.#unreadBytes += length;
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

/** Before a publish is accepted: a stranger's audio or video message, and all of its unfinished ones together. */
const STRANGER_MESSAGE_BYTES = 65_536;
const STRANGER_PARTIAL_BYTES = 131_072;
/** Answers to commands that wait for a client that does not read. */
const MAX_UNREAD_BYTES = 1_048_576;
/** What node-media-server calls itself when it pulls. Encoders that say so add more, players say something else. */
const NODE_MEDIA_SERVER = 'FMLE/3.0';
/** Enough for a busy process to have read the answer. */
const LISTENER_PAUSE_MS = 100;
/** Who is less far makes room first. */
const PROGRESS = { handshake: 0, connecting: 1, open: 2, closed: 0 } as const;
/** From our end of the socket to its destruction. */
const LINGER_MS = 2_000;
