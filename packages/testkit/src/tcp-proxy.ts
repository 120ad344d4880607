/** A TCP hop between dialers and a listener that can fall silent. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Forwards both ways until `vanish`; then bytes, ends and resets stay here. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #passing = true;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    server.on('connection', (front) => this.#forward(front, targetPort));
  }

  /** A hop to `127.0.0.1:targetPort`. */
  static async open(targetPort: number): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, targetPort);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  vanish(): void {
    this.#passing = false;
    for (const socket of this.#sockets) socket.pause();
  }

  close(): void {
    this.#passing = false;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #forward(front: Socket, targetPort: number): void {
    const back = connect({ port: targetPort, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    front.setNoDelay(true);
    for (const [from, to] of [
      [front, back],
      [back, front],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (bytes: Buffer) => {
        if (!this.#passing) return;
        if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => this.#passing && from.resume());
      from.on('end', () => this.#passing && to.end());
      from.on('error', () => this.#passing && to.destroy());
      from.on('close', () => this.#passing && to.destroy());
    }
  }
}
