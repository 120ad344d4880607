/** A small RTMP server on the sessions of @longhaul/flv: one publisher per name, its messages to every player, inits first. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { MediaClassifier, type MediaMessage, RtmpServerSession } from '@longhaul/flv';

interface Stream {
  publishing: boolean;
  readonly received: MediaMessage[];
  readonly inits: Map<string, MediaMessage>;
  readonly players: Set<(message: MediaMessage) => void>;
  readonly enders: Set<() => void>;
}

export class TestRtmpServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #streams = new Map<string, Stream>();
  /** Answers every publish with this refusal. */
  refusal: { code: string; description: string } | undefined;

  constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async listen(): Promise<TestRtmpServer> {
    const server = new TestRtmpServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  url(name: string): string {
    return `rtmp://127.0.0.1:${this.port}/live/${name}`;
  }

  /** Everything published under `live/NAME` so far, over all its publishers. */
  received(name: string): readonly MediaMessage[] {
    return this.#stream(`live/${name}`).received;
  }

  publishing(name: string): boolean {
    return this.#stream(`live/${name}`).publishing;
  }

  /** Cuts every connection without a word. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#server.close();
    this.dropAll();
  }

  #stream(path: string): Stream {
    let stream = this.#streams.get(path);
    if (stream === undefined) {
      stream = { publishing: false, received: [], inits: new Map(), players: new Set(), enders: new Set() };
      this.#streams.set(path, stream);
    }
    return stream;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const classifier = new MediaClassifier();
    const publications = new Map<number, Stream>();
    const plays = new Map<number, () => void>();
    const session = new RtmpServerSession(
      { random: (count) => randomBytes(count), nowMs: performance.now() },
      {
        onPublish: ({ streamId, app, name }) => {
          if (this.refusal !== undefined) return session.refuse(streamId, this.refusal);
          const stream = this.#stream(`${app}/${name}`);
          stream.publishing = true;
          publications.set(streamId, stream);
          session.acceptPublish(streamId);
        },
        onPlay: ({ streamId, app, name }) => {
          const stream = this.#stream(`${app}/${name}`);
          const send = (message: MediaMessage) => {
            session.sendMedia(streamId, message);
            flush();
          };
          session.acceptPlay(streamId);
          for (const init of stream.inits.values()) session.sendMedia(streamId, init);
          const end = () => {
            session.endPlay(streamId);
            flush();
          };
          stream.players.add(send);
          stream.enders.add(end);
          plays.set(streamId, () => {
            stream.players.delete(send);
            stream.enders.delete(end);
          });
        },
        onMedia: ({ streamId, type, timestamp, payload }) => {
          const message = { type, timestamp, payload };
          const stream = publications.get(streamId);
          stream?.received.push(message);
          const { kind, media, index } = classifier.classify(message);
          if (kind === 'init') stream?.inits.set(`${media}${index}`, message);
          for (const send of stream?.players ?? []) send(message);
        },
        onUnpublish: (streamId) => {
          const stream = publications.get(streamId);
          if (stream === undefined) return;
          stream.publishing = false;
          for (const end of stream.enders) end();
        },
        onStop: (streamId) => plays.get(streamId)?.(),
      },
    );
    const flush = () => {
      for (const piece of session.takeOutput()) if (!socket.destroyed) socket.write(piece);
    };
    flush();
    socket.on('data', (bytes) => {
      try {
        session.handle(bytes);
      } catch {
        socket.destroy();
      }
      flush();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      session.close();
      this.#sockets.delete(socket);
    });
  }
}
