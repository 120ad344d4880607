/** The client's side of one RTMP connection, which publishes or plays one stream (RTMP 1.0 §7.2). */
import type { AmfValue } from '../../amf0/value.js';
import { RtmpProtocolError, RtmpRemoteError } from '../../errors.js';
import { DEFAULT_RTMP_LIMITS, type RtmpLimits } from '../../limits.js';
import { mediaChunkStreamId } from '../chunk/shared.js';
import { ClientHandshake } from '../handshake/client.js';
import type { HandshakeMode } from '../handshake/packet.js';
import * as CommandMessage from '../message/command.js';
import { publishedPayload, scriptPayload } from '../message/data.js';
import { type MediaMessage, MessageType, type RtmpMessage } from '../message/message.js';
import { UserControlType } from '../message/user-control.js';
import { encodeConnect } from './capabilities.js';
import { RtmpConnection, type RtmpConnectionStats } from './connection.js';
import { findStatus, type Status, StatusCode } from './status.js';

/** What a client session needs. `app`, `name` and `tcUrl` come from `parseRtmpUrl`. */
export interface RtmpClientOptions {
  /** What the connection is for. */
  readonly action: 'publish' | 'play';
  readonly app: string;
  /** Stream name, with its query if it has one. */
  readonly name: string;
  readonly tcUrl: string;
  /** Unpredictable bytes, as many as asked for. */
  readonly random: (byteCount: number) => Uint8Array;
  /** Monotonic time, ms. */
  readonly nowMs: number;
  /** `simple` unless stated; servers take both. */
  readonly handshake?: HandshakeMode;
  readonly limits?: RtmpLimits;
  /** Chunk size of what this side sends. */
  readonly chunkBytes?: number;
  /** What the player says it buffers, ms. */
  readonly bufferMs?: number;
}

/** Events fire inside `handle`. */
export interface RtmpClientEvents {
  /** The server has accepted: media may be sent, or will come. */
  onReady(): void;
  /** Media that the server sent to a player. */
  onMedia?(message: MediaMessage): void;
  /** Every onStatus of the server. */
  onStatus?(status: Status): void;
  /** The server ended the stream regularly. The owner ends the socket. */
  onEnd?(): void;
}

/** Where a client session stands. */
export type RtmpClientState =
  | { readonly kind: 'handshake'; readonly deadlineMs: number }
  | { readonly kind: 'connecting'; readonly deadlineMs: number }
  | { readonly kind: 'creating'; readonly deadlineMs: number }
  | { readonly kind: 'requesting'; readonly deadlineMs: number; readonly streamId: number }
  | { readonly kind: 'ready'; readonly streamId: number }
  | { readonly kind: 'ended' }
  | { readonly kind: 'closed'; readonly error?: Error };

/** Chunk size of the client's side. */
export const CLIENT_CHUNK_BYTES = 65_536;

/**
 * Input: the server's bytes (`handle`), time (`poll`), media to publish (`sendMedia`). Output: events, and bytes by
 * `takeOutput` after construction and after each input. `handle` and `poll` throw after closing the session.
 */
export class RtmpClientSession {
  readonly #options: RtmpClientOptions;
  readonly #events: RtmpClientEvents;
  readonly #limits: RtmpLimits;
  readonly #connection: RtmpConnection;
  #state: RtmpClientState;

  constructor(options: RtmpClientOptions, events: RtmpClientEvents) {
    this.#options = options;
    this.#events = events;
    this.#limits = options.limits ?? DEFAULT_RTMP_LIMITS;
    this.#state = { kind: 'handshake', deadlineMs: options.nowMs + this.#limits.connectTimeoutMs };
    const handshake = new ClientHandshake({ ...options, mode: options.handshake ?? 'simple' });
    this.#connection = new RtmpConnection(handshake, {
      limits: this.#limits,
      events: {
        onHandshake: () => this.#handleHandshake(),
        onMessage: (message) => this.#handleMessage(message),
        onUserControl: ({ event, value }) => {
          if (event === UserControlType.STREAM_EOF) this.#handleStreamEof(value);
        },
      },
    });
  }

  get state(): RtmpClientState {
    return this.#state;
  }

  get stats(): RtmpConnectionStats {
    return this.#connection.stats;
  }

  /** When `poll` has something to do, ms; undefined when it has not. */
  get deadlineMs(): number | undefined {
    return 'deadlineMs' in this.#state ? this.#state.deadlineMs : undefined;
  }

  /** Bytes from the server. Ignored once closed. @throws RtmpProtocolError, RtmpRemoteError after closing the session */
  handle(bytes: Uint8Array): void {
    if (this.#state.kind === 'closed') return;
    try {
      this.#connection.handle(bytes);
    } catch (error) {
      this.#state = { kind: 'closed', error: error as Error };
      throw error;
    }
  }

  /** Time passes. @throws RtmpProtocolError `LH_RTMP_TIMEOUT` when the server has not accepted in time, after closing the session */
  poll(nowMs: number): void {
    const { deadlineMs } = this;
    if (deadlineMs === undefined || nowMs < deadlineMs) return;
    const error = new RtmpProtocolError(
      'LH_RTMP_TIMEOUT',
      `the server has not answered within ${this.#limits.connectTimeoutMs} ms (${this.#state.kind})`,
    );
    this.#state = { kind: 'closed', error };
    throw error;
  }

  /** Pieces to write to the socket in this order, once. */
  takeOutput(): Uint8Array[] {
    return this.#connection.takeOutput();
  }

  /** Publishes one message; `onMetaData` is handed over in RTMP's way. Does nothing unless ready. */
  sendMedia(message: MediaMessage): void {
    if (this.#state.kind !== 'ready') return;
    const { type, timestamp } = message;
    const payload = type === MessageType.DATA ? publishedPayload(message.payload) : message.payload;
    const { streamId } = this.#state;
    this.#connection.sendMessage(mediaChunkStreamId(type), { type, streamId, timestamp, payload });
  }

  /** Takes leave: the last output says so to the server. Idempotent. */
  close(): void {
    const state = this.#state;
    if (state.kind === 'closed') return;
    this.#state = { kind: 'closed' };
    if (!('streamId' in state)) return;
    if (this.#options.action === 'publish') this.#call('FCUnpublish', 0, null, this.#options.name);
    this.#call('deleteStream', 0, null, state.streamId);
  }

  #handleHandshake(): void {
    this.#advance('connecting');
    const { app, tcUrl, action } = this.#options;
    this.#connection.setChunkBytes(this.#options.chunkBytes ?? CLIENT_CHUNK_BYTES);
    this.#call('connect', CONNECT, encodeConnect({ app, tcUrl, publish: action === 'publish' }));
  }

  #handleMessage(message: RtmpMessage): void {
    if (this.#state.kind === 'closed') return;
    switch (message.type) {
      case MessageType.COMMAND:
      case MessageType.COMMAND_AMF3:
        this.#handleCommand(CommandMessage.decode(message, this.#limits.amf));
        return;
      case MessageType.AUDIO:
      case MessageType.VIDEO:
        this.#handleMedia({ ...message, type: message.type });
        return;
      case MessageType.DATA:
      case MessageType.DATA_AMF3:
        this.#handleMedia({ ...message, type: MessageType.DATA, payload: scriptPayload(message) });
        return;
      default: // shared objects and unknown types mean nothing here
    }
  }

  #handleMedia({ type, timestamp, payload }: MediaMessage): void {
    if (this.#options.action === 'play' && 'streamId' in this.#state) {
      this.#events.onMedia?.({ type, timestamp, payload });
    }
  }

  #handleCommand(command: CommandMessage.Command): void {
    if (command.name === '_result') this.#handleResult(command);
    else if (command.name === '_error') this.#handleError(command);
    else if (command.name === 'onStatus') this.#handleStatus(command);
    else if (command.name === 'close') this.#handleEnd();
  }

  #handleResult({ transactionId, values }: CommandMessage.Command): void {
    if (transactionId === CONNECT && this.#state.kind === 'connecting') this.#createStream();
    else if (transactionId === CREATE_STREAM && this.#state.kind === 'creating') this.#request(values[1]);
  }

  /** Only the calls without which nothing works: servers answer the others as they like. */
  #handleError({ transactionId, values }: CommandMessage.Command): void {
    if (transactionId !== CONNECT && transactionId !== CREATE_STREAM && transactionId !== REQUEST) return;
    const { code, description } = findStatus(values) ?? NO_REASON;
    throw new RtmpRemoteError(code, description);
  }

  #handleStatus({ values }: CommandMessage.Command): void {
    const status = findStatus(values);
    if (status === undefined) return;
    this.#events.onStatus?.(status);
    if (status.level === 'error') throw new RtmpRemoteError(status.code, status.description);
    const { PUBLISH_START, PLAY_START, PLAY_STOP, PLAY_UNPUBLISH_NOTIFY } = StatusCode;
    const started = this.#options.action === 'publish' ? PUBLISH_START : PLAY_START;
    if (status.code === started) this.#handleStarted();
    if (status.code === PLAY_STOP || status.code === PLAY_UNPUBLISH_NOTIFY) this.#handleEnd();
  }

  #handleStarted(): void {
    if (this.#state.kind !== 'requesting') return;
    this.#state = { kind: 'ready', streamId: this.#state.streamId };
    this.#events.onReady();
  }

  #handleStreamEof(streamId: number): void {
    if (this.#state.kind === 'ready' && this.#state.streamId === streamId) this.#handleEnd();
  }

  #handleEnd(): void {
    if (this.#state.kind === 'closed' || this.#state.kind === 'ended') return;
    this.#state = { kind: 'ended' };
    this.#events.onEnd?.();
  }

  #createStream(): void {
    this.#advance('creating');
    const { action, name } = this.#options;
    if (action === 'publish') {
      this.#call('releaseStream', 2, null, name);
      this.#call('FCPublish', 3, null, name);
    }
    this.#call('createStream', CREATE_STREAM, null);
  }

  #request(streamId: AmfValue): void {
    if (typeof streamId !== 'number' || this.#state.kind !== 'creating') {
      throw new RtmpProtocolError('LH_RTMP_COMMAND', 'createStream was answered without a stream id');
    }
    this.#state = { kind: 'requesting', deadlineMs: this.#state.deadlineMs, streamId };
    const { action, name, bufferMs = DEFAULT_BUFFER_MS } = this.#options;
    if (action === 'publish') {
      this.#connection.sendCommand(
        { name: 'publish', transactionId: REQUEST, values: [null, name, 'live'] },
        streamId,
      );
      return;
    }
    const event = UserControlType.SET_BUFFER_LENGTH;
    this.#connection.sendCommand(
      { name: 'play', transactionId: REQUEST, values: [null, name, -2000] },
      streamId,
    );
    this.#connection.sendUserControl({ event, value: streamId, bufferMs });
  }

  #advance(kind: 'connecting' | 'creating'): void {
    if ('deadlineMs' in this.#state) this.#state = { kind, deadlineMs: this.#state.deadlineMs };
  }

  #call(name: string, transactionId: number, ...values: AmfValue[]): void {
    this.#connection.sendCommand({ name, transactionId, values });
  }
}

const CONNECT = 1;
const CREATE_STREAM = 4;
const REQUEST = 5;
const DEFAULT_BUFFER_MS = 1000;
const NO_REASON = { code: 'NetConnection.Call.Failed', description: 'the server gave no reason' };
