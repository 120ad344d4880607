/** A UDP hop between a dialer and a listener that can stop passing packets. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Forwards both ways until `vanish`. One dialer at a time. */
export class UdpProxy {
  readonly #front: Socket;
  readonly #back: Socket;
  readonly #targetPort: number;
  #dialerPort = 0;
  #passing = true;

  private constructor(front: Socket, back: Socket, targetPort: number) {
    this.#front = front;
    this.#back = back;
    this.#targetPort = targetPort;
    front.on('message', (bytes, from) => {
      this.#dialerPort = from.port;
      if (this.#passing) back.send(bytes, targetPort, '127.0.0.1');
    });
    back.on('message', (bytes) => {
      if (this.#passing) front.send(bytes, this.#dialerPort, '127.0.0.1');
    });
  }

  /** A hop to `127.0.0.1:targetPort`. */
  static async open(targetPort: number): Promise<UdpProxy> {
    const sockets = await Promise.all([bound(), bound()]);
    return new UdpProxy(sockets[0], sockets[1], targetPort);
  }

  get port(): number {
    return this.#front.address().port;
  }

  /** Where the packets go. */
  get targetPort(): number {
    return this.#targetPort;
  }

  vanish(): void {
    this.#passing = false;
  }

  close(): void {
    this.#front.close();
    this.#back.close();
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
