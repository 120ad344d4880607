/** A client made of single commands: it can do what no real client would. */
import {
  type AmfValue,
  amfObject,
  type ConnectRequest,
  DEFAULT_AMF_LIMITS,
  DEFAULT_RTMP_LIMITS,
  type PlayRequest,
  type PublishedMessage,
  type PublishRequest,
  type RtmpServerOptions,
  RtmpServerSession,
} from '../../../src/index.js';
import { ChunkDecoder } from '../../../src/rtmp/chunk/decoder.js';
import { ChunkEncoder, ChunkStreamId } from '../../../src/rtmp/chunk/encoder.js';
import { ClientHandshake } from '../../../src/rtmp/handshake/client.js';
import * as Command from '../../../src/rtmp/message/command.js';
import { MessageType, type RtmpMessage } from '../../../src/rtmp/message/message.js';
import { seededRandom } from '../../seeded-random.js';

/** What a server session reported. */
export interface Log {
  readonly connects: ConnectRequest[];
  readonly publishes: PublishRequest[];
  readonly plays: PlayRequest[];
  readonly media: PublishedMessage[];
  readonly ended: string[];
  readonly pongs: number[];
}

export class ScriptedClient {
  readonly log: Log = { connects: [], publishes: [], plays: [], media: [], ended: [], pongs: [] };
  readonly session: RtmpServerSession;
  /** Runs inside onConnect. */
  onConnect = () => {};
  readonly #encoder = new ChunkEncoder();
  readonly #handshake = new ClientHandshake({ random: seededRandom(1), nowMs: 0, mode: 'simple' });
  readonly #decoder: ChunkDecoder;
  #received: RtmpMessage[] = [];

  constructor(options: Partial<RtmpServerOptions> = {}) {
    const { log } = this;
    this.#decoder = new ChunkDecoder({
      limits: DEFAULT_RTMP_LIMITS,
      onMessage: (message) => this.#received.push(message),
    });
    this.session = new RtmpServerSession(
      { random: seededRandom(2), nowMs: 1000, ...options },
      {
        onConnect: (request) => {
          log.connects.push(request);
          this.onConnect();
        },
        onPublish: (request) => log.publishes.push(request),
        onPlay: (request) => log.plays.push(request),
        onMedia: (message) => log.media.push(message),
        onUnpublish: (streamId) => log.ended.push(`unpublish ${streamId}`),
        onStop: (streamId) => log.ended.push(`stop ${streamId}`),
        onPong: (sentMs) => log.pongs.push(sentMs),
      },
    );
  }

  /** The handshake, whole. */
  greet(): this {
    for (const piece of this.#handshake.takeOutput()) this.session.handle(piece);
    for (const piece of this.session.takeOutput()) this.#handshake.handle(piece, 0);
    for (const piece of this.#handshake.takeOutput()) this.session.handle(piece);
    return this;
  }

  /** Handshake and connect; what the server says to it is thrown away. */
  connect(properties: Record<string, AmfValue> = { app: 'live', tcUrl: 'rtmp://Host:1935/live' }): this {
    this.greet().command('connect', 1, [amfObject(properties)]);
    this.received();
    return this;
  }

  /** Connect and one stream, number 1. */
  createStream(): this {
    this.connect().command('createStream', 2, [null]);
    this.received();
    return this;
  }

  command(name: string, transactionId: number, values: readonly AmfValue[], streamId = 0): void {
    const payload = Command.encode({ name, transactionId, values });
    this.message({ type: MessageType.COMMAND, streamId, timestamp: 0, payload });
  }

  message(message: RtmpMessage, chunkStreamId: number = ChunkStreamId.COMMAND): void {
    this.session.handle(Buffer.concat(this.#encoder.encode(chunkStreamId, message)));
  }

  control(type: number, hex: string): void {
    const payload = new Uint8Array(Buffer.from(hex, 'hex'));
    this.message({ type, streamId: 0, timestamp: 0, payload }, ChunkStreamId.CONTROL);
  }

  /** Messages the server has sent since the last call. */
  received(): RtmpMessage[] {
    for (const piece of this.session.takeOutput()) this.#decoder.push(piece);
    const received = this.#received;
    this.#received = [];
    return received;
  }

  /** The commands among them: name, transaction id, stream id and values, objects as plain ones. */
  commands(): [string, number, number, ...unknown[]][] {
    return this.received()
      .filter(({ type }) => type === MessageType.COMMAND)
      .map((message) => {
        const { name, transactionId, values } = Command.decode(message, DEFAULT_AMF_LIMITS);
        return [name, transactionId, message.streamId, ...values.map(plain)];
      });
  }

  /** Status codes of the commands since the last call, with their level. */
  statuses(): string[] {
    return this.commands().map((command) => {
      const status = command[4] as { level: string; code: string };
      return `${command[0]} ${status.level} ${status.code}`;
    });
  }
}

/** A client whose publication of `cam` on stream 1 is accepted. */
export function publishing(): ScriptedClient {
  const client = new ScriptedClient().createStream();
  client.command('publish', 5, [null, 'cam', 'live'], 1);
  client.session.acceptPublish(1);
  client.received();
  return client;
}

function plain(value: AmfValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]));
  return value;
}
