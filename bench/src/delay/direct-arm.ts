/** The floor: the same frames as an FLV stream over one plain TCP socket, from this process to itself. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { encodeFlvHeader, encodeTag, FlvReader, type FlvTag } from '@longhaul/flv';
import { isKeyFrame } from './test-broadcast.js';

/** A server that hands every frame to every connection, a new one beginning at the newest key frame. */
export class DirectServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #headers: Uint8Array;
  #group: Uint8Array[] = [];

  private constructor(headers: readonly FlvTag[]) {
    this.#headers = Buffer.concat([
      encodeFlvHeader({ audio: true, video: true }),
      ...headers.flatMap((tag) => encodeTag(tag)),
    ]);
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  static async listen(headers: readonly FlvTag[]): Promise<DirectServer> {
    const server = new DirectServer(headers);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  send(tag: FlvTag): void {
    const pieces = encodeTag(tag);
    if (isKeyFrame(tag)) this.#group = [];
    this.#group.push(...pieces);
    for (const socket of this.#sockets) writeAll(socket, pieces);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    writeAll(socket, [this.#headers, ...this.#group]);
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

/** Reads a direct server's stream until `close`. */
export class DirectViewer {
  readonly #socket: Socket;

  constructor(port: number, onTag: (tag: FlvTag) => void) {
    const reader = new FlvReader();
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('error', () => {});
    this.#socket.on('data', (bytes) => {
      for (const tag of reader.push(bytes)) onTag(tag);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

function writeAll(socket: Socket, pieces: readonly Uint8Array[]): void {
  socket.cork();
  for (const piece of pieces) socket.write(piece);
  socket.uncork();
}
