/** What both session roles stand on: handshake, chunk streams, acknowledgements, ping. No commands. */
import type { RtmpLimits } from '../../limits.js';
import { ChunkDecoder } from '../chunk/decoder.js';
import { ChunkEncoder, ChunkStreamId } from '../chunk/encoder.js';
import type { ClientHandshake } from '../handshake/client.js';
import type { ServerHandshake } from '../handshake/server.js';
import * as Acknowledgement from '../message/acknowledgement.js';
import * as Aggregate from '../message/aggregate.js';
import * as CommandMessage from '../message/command.js';
import { MessageType, type RtmpMessage } from '../message/message.js';
import * as SetPeerBandwidth from '../message/set-peer-bandwidth.js';
import * as UserControl from '../message/user-control.js';
import * as WindowAcknowledgementSize from '../message/window-acknowledgement-size.js';

/** What a connection reports. */
export interface RtmpConnectionEvents {
  /** The handshake is over. */
  onHandshake(): void;
  /** Any message but protocol control, user control and aggregates (those arrive split). */
  onMessage(message: RtmpMessage): void;
  /** A user control event; ping requests are answered already. */
  onUserControl(event: UserControl.UserControlEvent): void;
}

/** Byte counters of one connection, after the handshake. */
export interface RtmpConnectionStats {
  readonly bytesReceived: number;
  /** What the peer's latest acknowledgement said, modulo 2^32. */
  readonly bytesAcknowledgedByPeer: number;
  /** Received bytes of messages that are not complete. */
  readonly partialBytes: number;
}

/**
 * Input: bytes (`handle`) and messages (`send*`). Output: messages (events) and bytes (`takeOutput`).
 * Chunk size, aborts, acknowledgements, peer bandwidth and pings are dealt with here.
 */
export class RtmpConnection {
  readonly #handshake: ServerHandshake | ClientHandshake;
  readonly #events: RtmpConnectionEvents;
  readonly #decoder: ChunkDecoder;
  readonly #encoder = new ChunkEncoder();
  #output: Uint8Array[] = [];
  #bytesReceived = 0;
  #bytesAcknowledged = 0;
  #bytesAcknowledgedByPeer = 0;
  /** After how many received bytes the peer wants to hear of it. */
  #receiveWindowBytes = DEFAULT_WINDOW_BYTES;
  #announcedWindowBytes = 0;
  #peerBandwidth: SetPeerBandwidth.PeerBandwidth | undefined;

  constructor(
    handshake: ServerHandshake | ClientHandshake,
    options: { limits: RtmpLimits; events: RtmpConnectionEvents },
  ) {
    this.#handshake = handshake;
    this.#events = options.events;
    this.#decoder = new ChunkDecoder({
      limits: options.limits,
      onMessage: (message) => this.#dispatch(message),
    });
    this.#output.push(...handshake.takeOutput());
  }

  get stats(): RtmpConnectionStats {
    return {
      bytesReceived: this.#bytesReceived,
      bytesAcknowledgedByPeer: this.#bytesAcknowledgedByPeer,
      partialBytes: this.#decoder.partialBytes,
    };
  }

  /** @throws RtmpProtocolError for anything the peer may not do */
  handle(bytes: Uint8Array): void {
    let at = 0;
    if (!this.#handshake.done) {
      at = this.#handshake.handle(bytes, 0);
      this.#output.push(...this.#handshake.takeOutput());
      if (!this.#handshake.done) return;
      this.#events.onHandshake();
    }
    this.#bytesReceived += bytes.length - at;
    this.#decoder.push(bytes, at);
    this.#acknowledge();
  }

  /** Pieces to write to the socket in this order, once. Empty when there is nothing. */
  takeOutput(): Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  /** Chunks that were made elsewhere for this connection's chunk size. */
  sendChunks(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#output.push(piece);
  }

  sendMessage(chunkStreamId: number, message: RtmpMessage): void {
    this.sendChunks(this.#encoder.encode(chunkStreamId, message));
  }

  sendCommand(command: CommandMessage.Command, streamId = 0): void {
    const payload = CommandMessage.encode(command);
    this.sendMessage(ChunkStreamId.COMMAND, { type: MessageType.COMMAND, streamId, timestamp: 0, payload });
  }

  sendUserControl(event: UserControl.UserControlEvent): void {
    this.#sendControl(MessageType.USER_CONTROL, UserControl.encode(event));
  }

  sendPeerBandwidth(bandwidth: SetPeerBandwidth.PeerBandwidth): void {
    this.#sendControl(MessageType.SET_PEER_BANDWIDTH, SetPeerBandwidth.encode(bandwidth));
  }

  /** Asks the peer to acknowledge every `windowBytes`. */
  sendWindow(windowBytes: number): void {
    this.#announcedWindowBytes = windowBytes;
    this.#sendControl(MessageType.WINDOW_ACKNOWLEDGEMENT_SIZE, WindowAcknowledgementSize.encode(windowBytes));
  }

  setChunkBytes(chunkBytes: number): void {
    this.sendChunks(this.#encoder.setChunkBytes(chunkBytes));
  }

  #sendControl(type: number, payload: Uint8Array): void {
    this.sendMessage(ChunkStreamId.CONTROL, { type, streamId: 0, timestamp: 0, payload });
  }

  /** §5.4.3. At most one for each call of `handle`, so a tiny window costs no more than a packet for a packet. */
  #acknowledge(): void {
    if (this.#bytesReceived - this.#bytesAcknowledged < this.#receiveWindowBytes) return;
    this.#bytesAcknowledged = this.#bytesReceived;
    this.#sendControl(MessageType.ACKNOWLEDGEMENT, Acknowledgement.encode(this.#bytesReceived));
  }

  #dispatch(message: RtmpMessage): void {
    switch (message.type) {
      case MessageType.ACKNOWLEDGEMENT:
        this.#bytesAcknowledgedByPeer = Acknowledgement.decode(message.payload);
        return;
      case MessageType.AGGREGATE:
        for (const part of Aggregate.split(message)) {
          if (AGGREGATED.has(part.type)) this.#events.onMessage(part);
        }
        return;
      case MessageType.SET_PEER_BANDWIDTH:
        this.#handleSetPeerBandwidth(SetPeerBandwidth.decode(message.payload));
        return;
      case MessageType.USER_CONTROL:
        this.#handleUserControl(UserControl.decode(message.payload));
        return;
      case MessageType.WINDOW_ACKNOWLEDGEMENT_SIZE:
        this.#receiveWindowBytes = WindowAcknowledgementSize.decode(message.payload) || DEFAULT_WINDOW_BYTES;
        return;
      default:
        this.#events.onMessage(message);
    }
  }

  /** §5.4.5: answered with a window acknowledgement size when that changes what was announced. */
  #handleSetPeerBandwidth(bandwidth: SetPeerBandwidth.PeerBandwidth): void {
    const { SOFT, HARD, DYNAMIC } = SetPeerBandwidth.LimitType;
    const before = this.#peerBandwidth;
    let { windowBytes, limitType } = bandwidth;
    if (before && limitType === DYNAMIC) {
      if (before.limitType !== HARD) return; // servers send it first of all: only then it counts
      limitType = HARD;
    }
    if (before && limitType === SOFT) windowBytes = Math.min(windowBytes, before.windowBytes);
    this.#peerBandwidth = { windowBytes, limitType };
    if (windowBytes !== this.#announcedWindowBytes) this.sendWindow(windowBytes);
  }

  #handleUserControl(event: UserControl.UserControlEvent): void {
    const { PING_REQUEST, PING_RESPONSE } = UserControl.UserControlType;
    if (event.event === PING_REQUEST) this.sendUserControl({ event: PING_RESPONSE, value: event.value });
    this.#events.onUserControl(event);
  }
}

/** Until the peer states its window: what Adobe's server states. */
const DEFAULT_WINDOW_BYTES = 2_500_000;
/** Aggregates hold media and script data only. */
const AGGREGATED: ReadonlySet<number> = new Set([MessageType.AUDIO, MessageType.VIDEO, MessageType.DATA]);
