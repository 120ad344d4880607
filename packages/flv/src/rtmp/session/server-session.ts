/** The server's side of one RTMP connection: publish and play (RTMP 1.0 §7.2). */
import type { AmfValue } from '../../amf0/value.js';
import { RtmpProtocolError } from '../../errors.js';
import { DEFAULT_RTMP_LIMITS, type RtmpLimits } from '../../limits.js';
import { encodeSharedMedia } from '../chunk/shared.js';
import { ServerHandshake } from '../handshake/server.js';
import * as CommandMessage from '../message/command.js';
import { scriptPayload } from '../message/data.js';
import { type MediaMessage, MessageType, type RtmpMessage } from '../message/message.js';
import { LimitType } from '../message/set-peer-bandwidth.js';
import { UserControlType } from '../message/user-control.js';
import { parseStreamAddress, type StreamAddress } from '../stream-address.js';
import { type ConnectRequest, connectResult, decodeConnect } from './capabilities.js';
import { RtmpConnection, type RtmpConnectionStats } from './connection.js';
import { MessageStreams } from './message-streams.js';
import type { RtmpServerEvents, SessionEnd } from './server-events.js';
import { type Status, StatusCode, statusObject } from './status.js';

/** What a server session needs. */
export interface RtmpServerOptions {
  /** Unpredictable bytes, as many as asked for. */
  readonly random: (byteCount: number) => Uint8Array;
  /** Monotonic time, ms. */
  readonly nowMs: number;
  /** Read at each message: the owner may raise them once it trusts the client more. */
  readonly limits?: RtmpLimits;
  /** Chunk size of what this side sends; the same for all sessions that share chunks. */
  readonly chunkBytes?: number;
}

/** Where a server session stands. */
export type RtmpServerState =
  | { readonly kind: 'handshake'; readonly deadlineMs: number }
  | { readonly kind: 'connecting'; readonly deadlineMs: number }
  | { readonly kind: 'open'; readonly request: ConnectRequest }
  | { readonly kind: 'closed'; readonly end: SessionEnd };

/** Chunk size of the server's side: one header for most messages, and what every client takes. */
export const SERVER_CHUNK_BYTES = 65_536;

/**
 * Input: the client's bytes (`handle`), time (`poll`), the owner's answers (`accept*`, `refuse*`, `end*`) and media
 * (`sendMedia`). Output: events, and bytes by `takeOutput` after each input. `handle` and `poll` throw what the
 * client did wrong, after closing the session; the owner writes what `takeOutput` still has and ends the socket.
 */
export class RtmpServerSession {
  readonly #events: RtmpServerEvents;
  readonly #limits: RtmpLimits;
  readonly #chunkBytes: number;
  readonly #connection: RtmpConnection;
  readonly #streams: MessageStreams;
  #state: RtmpServerState;

  constructor(options: RtmpServerOptions, events: RtmpServerEvents) {
    this.#events = events;
    this.#limits = options.limits ?? DEFAULT_RTMP_LIMITS;
    this.#chunkBytes = options.chunkBytes ?? SERVER_CHUNK_BYTES;
    this.#state = { kind: 'handshake', deadlineMs: options.nowMs + this.#limits.connectTimeoutMs };
    this.#streams = new MessageStreams((streamId, use) => {
      if (use === 'publishing' || use === 'publish-requested') events.onUnpublish(streamId);
      else events.onStop(streamId);
    });
    this.#connection = new RtmpConnection(new ServerHandshake(options), {
      limits: this.#limits,
      events: {
        onHandshake: () => this.#handleHandshake(),
        onMessage: (message) => this.#handleMessage(message),
        onUserControl: ({ event, value }) => {
          if (event === UserControlType.PING_RESPONSE) this.#events.onPong?.(value);
        },
      },
    });
  }

  get state(): RtmpServerState {
    return this.#state;
  }

  get stats(): RtmpConnectionStats {
    return this.#connection.stats;
  }

  /** Chunk size in use: what `encodeSharedMedia` needs for this session. */
  get chunkBytes(): number {
    return this.#chunkBytes;
  }

  /** When `poll` has something to do, ms; undefined when it has not. */
  get deadlineMs(): number | undefined {
    const state = this.#state;
    return state.kind === 'handshake' || state.kind === 'connecting' ? state.deadlineMs : undefined;
  }

  /** Bytes from the client. Ignored once closed. @throws RtmpProtocolError after closing the session */
  handle(bytes: Uint8Array): void {
    if (this.#state.kind === 'closed') return;
    try {
      this.#connection.handle(bytes);
    } catch (error) {
      this.#close({ by: 'error', error: error as Error });
      throw error;
    }
  }

  /** Time passes. @throws RtmpProtocolError `LH_RTMP_TIMEOUT` when connect did not come in time, after closing the session */
  poll(nowMs: number): void {
    const deadlineMs = this.deadlineMs;
    if (deadlineMs === undefined || nowMs < deadlineMs) return;
    const error = new RtmpProtocolError(
      'LH_RTMP_TIMEOUT',
      `no connect within ${this.#limits.connectTimeoutMs} ms`,
    );
    this.#close({ by: 'error', error });
    throw error;
  }

  /** Pieces to write to the socket in this order, once. */
  takeOutput(): Uint8Array[] {
    return this.#connection.takeOutput();
  }

  /** Turns the client away while `onConnect` runs, and closes the session. */
  refuseConnect(description: string): void {
    if (this.#state.kind !== 'connecting') return;
    const status = { level: 'error', code: StatusCode.CONNECT_REJECTED, description } as const;
    this.#connection.sendCommand({
      name: '_error',
      transactionId: CONNECT_TRANSACTION,
      values: [null, statusObject(status)],
    });
    this.#close({ by: 'refusal', code: status.code });
  }

  /** Lets the client send. Does nothing unless the stream waits for it. */
  acceptPublish(streamId: number): void {
    if (!this.#streams.move(streamId, 'publish-requested', 'publishing')) return;
    this.#sendStatus(streamId, status(StatusCode.PUBLISH_START, 'Publishing has begun.'));
  }

  /** Tells the client that media follows. Does nothing unless the stream waits for it. */
  acceptPlay(streamId: number): void {
    if (!this.#streams.move(streamId, 'play-requested', 'playing')) return;
    this.#connection.sendUserControl({ event: UserControlType.STREAM_BEGIN, value: streamId });
    this.#sendStatus(streamId, status(StatusCode.PLAY_START, 'Playing has begun.'));
  }

  /**
   * Refuses a publish or play request, or ends a publication, with an error that the client shows. The stream is
   * free again; the connection stays open until the owner closes it. Does nothing for a stream that is neither.
   */
  refuse(streamId: number, refusal: { code: string; description: string }): void {
    if (this.#streams.reclaim(streamId)) this.#sendStatus(streamId, { level: 'error', ...refusal });
  }

  /** Tells a player that the broadcast is over. Does nothing unless the stream plays. */
  endPlay(streamId: number): void {
    if (!this.#streams.move(streamId, 'playing', 'created')) return;
    this.#connection.sendUserControl({ event: UserControlType.STREAM_EOF, value: streamId });
    this.#sendStatus(streamId, status(StatusCode.PLAY_UNPUBLISH_NOTIFY, 'The broadcast has ended.'));
    this.#sendStatus(streamId, status(StatusCode.PLAY_STOP, 'Playing has ended.'));
  }

  /** One media message to a player. Does nothing unless the stream plays. Chunks shared by many viewers: `sendShared`. */
  sendMedia(streamId: number, message: MediaMessage): void {
    if (!this.#streams.is(streamId, 'playing')) return;
    this.#connection.sendChunks(encodeSharedMedia(message, { chunkBytes: this.#chunkBytes, streamId }));
  }

  /** Chunks from `encodeSharedMedia` for this stream id and chunk size. Does nothing unless the stream plays. */
  sendShared(streamId: number, pieces: readonly Uint8Array[]): void {
    if (this.#streams.is(streamId, 'playing')) this.#connection.sendChunks(pieces);
  }

  /** Asks for a sign of life; the answer is `onPong`. Does nothing before connect. */
  ping(nowMs: number): void {
    if (this.#state.kind !== 'open') return;
    this.#connection.sendUserControl({ event: UserControlType.PING_REQUEST, value: nowMs % 2 ** 32 });
  }

  /** Ends everything: `onUnpublish` and `onStop` fire for what is open. Idempotent. Call it when the socket is gone. */
  close(): void {
    this.#close({ by: 'owner' });
  }

  #close(end: SessionEnd): void {
    if (this.#state.kind === 'closed') return;
    this.#state = { kind: 'closed', end };
    this.#streams.clear();
  }

  #handleHandshake(): void {
    if (this.#state.kind === 'handshake') this.#state = { ...this.#state, kind: 'connecting' };
  }

  #handleMessage(message: RtmpMessage): void {
    if (this.#state.kind === 'closed') return;
    switch (message.type) {
      case MessageType.COMMAND:
      case MessageType.COMMAND_AMF3:
        this.#handleCommand(CommandMessage.decode(message, this.#limits.amf), message.streamId);
        return;
      case MessageType.AUDIO:
      case MessageType.VIDEO:
        this.#handleMedia(message, message.type, message.payload);
        return;
      case MessageType.DATA:
      case MessageType.DATA_AMF3:
        this.#handleMedia(message, MessageType.DATA, scriptPayload(message));
        return;
      default: // shared objects and unknown types mean nothing here
    }
  }

  #handleMedia(message: RtmpMessage, type: MediaMessage['type'], payload: Uint8Array): void {
    const { timestamp } = message;
    // node-media-server sends its media on stream 0: where one stream publishes there is no doubt.
    const streamId = message.streamId === 0 ? this.#streams.only('publishing') : message.streamId;
    if (streamId === undefined || !this.#streams.is(streamId, 'publishing')) return;
    this.#events.onMedia({ streamId, type, timestamp, payload });
  }

  #handleCommand(command: CommandMessage.Command, streamId: number): void {
    const handler = RtmpServerSession.#handlers.get(command.name);
    if (command.name === 'connect' && this.#state.kind === 'connecting') this.#handleConnect(command);
    else if (handler && this.#state.kind === 'open') handler(this, command, streamId);
    else if (!ANSWERS.has(command.name)) this.#reject(command, `${command.name} is not supported here`);
  }

  #handleCloseStream(command: CommandMessage.Command, streamId: number): void {
    if (streamId === 0) this.#streams.releaseNamed(command.values[1]);
    else this.#streams.release(streamId);
  }

  #handleConnect(command: CommandMessage.Command): void {
    const request = decodeConnect(command.values[0]);
    this.#events.onConnect?.(request);
    if (this.#state.kind === 'closed') return;
    this.#state = { kind: 'open', request };
    this.#connection.sendWindow(WINDOW_BYTES);
    this.#connection.sendPeerBandwidth({ windowBytes: WINDOW_BYTES, limitType: LimitType.DYNAMIC });
    this.#connection.setChunkBytes(this.#chunkBytes);
    this.#connection.sendCommand({
      name: '_result',
      transactionId: command.transactionId,
      values: connectResult(),
    });
  }

  #handleCreateStream(command: CommandMessage.Command): void {
    const limit = this.#limits.maxMessageStreams;
    if (this.#streams.size >= limit) {
      this.#reject(command, `at most ${limit} streams at once`);
      return;
    }
    this.#result(command, this.#streams.create());
  }

  #handleDeleteStream(command: CommandMessage.Command): void {
    const stream = command.values[1];
    if (typeof stream === 'number') this.#streams.delete(stream);
    else this.#streams.releaseNamed(stream);
  }

  #handleFcPublish(command: CommandMessage.Command): void {
    this.#result(command, undefined);
    this.#notify('onFCPublish', status(StatusCode.PUBLISH_START, 'FCPublish accepted.'));
  }

  #handleFcSubscribe(command: CommandMessage.Command): void {
    this.#result(command, undefined);
    this.#notify('onFCSubscribe', status(StatusCode.PLAY_START, 'FCSubscribe accepted.'));
  }

  #handleFcUnpublish(command: CommandMessage.Command): void {
    this.#streams.releaseNamed(command.values[1]);
    this.#result(command, undefined);
    this.#notify('onFCUnpublish', status(StatusCode.UNPUBLISH_SUCCESS, 'FCUnpublish accepted.'));
  }

  #handlePlay(command: CommandMessage.Command, streamId: number): void {
    if (!this.#streams.move(streamId, 'created', 'play-requested')) {
      this.#refuseUse(streamId, StatusCode.PLAY_FAILED);
      return;
    }
    const [, name, , , reset] = command.values;
    // §7.2.2.1: Reset is sent only to a client that asked for it.
    if (reset) this.#sendStatus(streamId, status(StatusCode.PLAY_RESET, 'The playlist is empty.'));
    this.#events.onPlay({ streamId, ...this.#address(streamId, name) });
  }

  #handlePublish(command: CommandMessage.Command, streamId: number): void {
    if (!this.#streams.move(streamId, 'created', 'publish-requested')) {
      this.#refuseUse(streamId, StatusCode.PUBLISH_BAD_NAME);
      return;
    }
    const [, name, mode] = command.values;
    this.#events.onPublish({
      streamId,
      ...this.#address(streamId, name),
      mode: typeof mode === 'string' ? mode : '',
    });
  }

  /** Live broadcasts cannot pause or seek. A client that waits for no answer hears a warning: an error would end its play. */
  #refuseControl(command: CommandMessage.Command, streamId: number, code: string): void {
    const description = `${command.name} is not possible in a live broadcast`;
    if (command.transactionId !== 0) {
      this.#reject(command, description, code);
      return;
    }
    this.#sendStatus(streamId, { level: 'warning', code, description });
  }

  #refuseUse(streamId: number, code: string): void {
    const description = this.#streams.has(streamId) ? 'the stream is in use' : 'createStream comes first';
    this.#sendStatus(streamId, { level: 'error', code, description });
  }

  #address(streamId: number, value: AmfValue): StreamAddress {
    const name = typeof value === 'string' ? value : '';
    this.#streams.name(streamId, name);
    const { app, tcUrl } = (this.#state as Extract<RtmpServerState, { kind: 'open' }>).request;
    return parseStreamAddress({ app, tcUrl, name });
  }

  #notify(name: string, notice: Status): void {
    this.#connection.sendCommand({ name, transactionId: 0, values: [null, statusObject(notice)] });
  }

  #reject(command: CommandMessage.Command, description: string, code: string = StatusCode.CALL_FAILED): void {
    if (command.transactionId === 0) return;
    const values = [null, statusObject({ level: 'error', code, description })];
    this.#connection.sendCommand({ name: '_error', transactionId: command.transactionId, values });
  }

  #result(command: CommandMessage.Command, value: AmfValue): void {
    if (command.transactionId === 0) return;
    const { transactionId } = command;
    this.#connection.sendCommand({ name: '_result', transactionId, values: [null, value] });
  }

  #sendStatus(streamId: number, notice: Status): void {
    const values = [null, statusObject(notice)];
    this.#connection.sendCommand({ name: 'onStatus', transactionId: 0, values }, streamId);
  }

  static readonly #handlers: ReadonlyMap<
    string,
    (session: RtmpServerSession, command: CommandMessage.Command, streamId: number) => void
  > = new Map([
    ['FCPublish', (session, command) => session.#handleFcPublish(command)],
    ['FCSubscribe', (session, command) => session.#handleFcSubscribe(command)],
    ['FCUnpublish', (session, command) => session.#handleFcUnpublish(command)],
    ['FCUnsubscribe', (session, command) => session.#result(command, undefined)],
    ['_checkbw', (session, command) => session.#result(command, undefined)],
    ['closeStream', (session, command, streamId) => session.#handleCloseStream(command, streamId)],
    ['createStream', (session, command) => session.#handleCreateStream(command)],
    ['deleteStream', (session, command) => session.#handleDeleteStream(command)],
    ['getStreamLength', (session, command) => session.#result(command, 0)], // live: no length
    ['pause', (session, command, id) => session.#refuseControl(command, id, StatusCode.PAUSE_FAILED)],
    ['play', (session, command, streamId) => session.#handlePlay(command, streamId)],
    ['publish', (session, command, streamId) => session.#handlePublish(command, streamId)],
    ['releaseStream', (session, command) => session.#result(command, undefined)],
    ['seek', (session, command, id) => session.#refuseControl(command, id, StatusCode.SEEK_FAILED)],
  ]);
}

function status(code: string, description: string): Status {
  return { level: 'status', code, description };
}

/** Answers that a client sends to calls nobody made. */
const ANSWERS: ReadonlySet<string> = new Set(['_result', '_error', 'onStatus']);
/** §7.2.1.1: the transaction id of connect is always 1. */
const CONNECT_TRANSACTION = 1;
/** What Adobe's server announces, bytes. */
const WINDOW_BYTES = 2_500_000;
