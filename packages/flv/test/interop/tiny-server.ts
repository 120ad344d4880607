/** A test-only RTMP server on loopback: every RtmpServerSession on a socket, publications fanned out to players. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  encodeSharedMedia,
  type FrameKind,
  MediaClassifier,
  type MediaMessage,
  type PlayRequest,
  type PublishRequest,
  RtmpServerSession,
} from '../../src/index.js';

/** One publication or play that the server saw. */
export interface Seen<T> {
  readonly request: T;
  readonly messages: MediaMessage[];
  readonly kinds: FrameKind[];
  ended: boolean;
}

/** What has happened so far; `changed` resolves at the next event. */
export interface TinyServer {
  readonly port: number;
  readonly publications: Seen<PublishRequest>[];
  readonly plays: Seen<PlayRequest>[];
  readonly errors: Error[];
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** What the server does besides passing publications on to players of the same name. */
export interface TinyServerOptions {
  /** Sent to every player at its start; then its play ends. */
  readonly replay?: readonly MediaMessage[];
  /** Said to every publisher. */
  readonly refuse?: { code: string; description: string };
  /** Hears every byte that clients send. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

export async function startTinyServer(options: TinyServerOptions = {}): Promise<TinyServer> {
  const publications: Seen<PublishRequest>[] = [];
  const plays: Seen<PlayRequest>[] = [];
  const errors: Error[] = [];
  const waiting = new Set<() => void>();
  const sockets = new Set<Socket>();
  const players = new Map<string, Set<(message: MediaMessage) => void>>();
  const changed = () => {
    for (const check of [...waiting]) check();
  };

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const open = new Map<number, Seen<PublishRequest> & { classifier: MediaClassifier }>();
    const playing = new Map<number, () => void>();
    const flush = () => {
      if (!socket.destroyed) for (const piece of session.takeOutput()) socket.write(piece);
    };
    const session = new RtmpServerSession(
      { random: (count) => randomBytes(count), nowMs: performance.now() },
      {
        onPublish(request) {
          const seen = { request, messages: [], kinds: [], ended: false, classifier: new MediaClassifier() };
          publications.push(seen);
          open.set(request.streamId, seen);
          if (options.refuse) session.refuse(request.streamId, options.refuse);
          else session.acceptPublish(request.streamId);
        },
        onPlay(request) {
          const seen: Seen<PlayRequest> = { request, messages: [], kinds: [], ended: false };
          plays.push(seen);
          session.acceptPlay(request.streamId);
          const send = (message: MediaMessage) => {
            const shared = { chunkBytes: session.chunkBytes, streamId: request.streamId };
            session.sendShared(request.streamId, encodeSharedMedia(message, shared));
            flush();
          };
          for (const message of options.replay ?? []) send(message);
          if (options.replay) session.endPlay(request.streamId);
          const others = players.get(request.name) ?? new Set();
          players.set(request.name, others.add(send));
          playing.set(request.streamId, () => {
            others.delete(send);
            seen.ended = true;
          });
        },
        onMedia({ streamId, ...message }) {
          const seen = open.get(streamId);
          seen?.messages.push(message);
          seen?.kinds.push(seen.classifier.classify(message).kind);
          for (const send of players.get(seen?.request.name ?? '') ?? []) send(message);
        },
        onUnpublish(streamId) {
          const seen = open.get(streamId);
          if (seen) seen.ended = true;
        },
        onStop: (streamId) => playing.get(streamId)?.(),
      },
    );
    socket.on('data', (bytes) => {
      options.onBytes?.(bytes);
      try {
        session.handle(bytes);
      } catch (error) {
        errors.push(error as Error);
        socket.destroy();
      }
      flush();
      changed();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      session.close();
      changed();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    publications,
    plays,
    errors,
    until: (condition) =>
      new Promise((resolve) => {
        const check = () => {
          if (!condition()) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
