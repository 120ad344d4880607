/** A UDP path between two relays that takes its time and counts what enters it on either side. */
import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import type { Teardown } from '@longhaul/testkit';

/** Carries one client's packets to one target and back. */
export class DelayCable {
  /** `host:port` to dial instead of the target. */
  readonly address: string;
  /** Bytes of UDP payload that the target has sent into the cable so far. */
  fromTarget = 0;
  readonly #front: Socket;
  readonly #back: Socket;
  readonly #hopMs: number;
  #client: AddressInfo | undefined;
  #isOver = false;

  private constructor(front: Socket, back: Socket, target: AddressInfo, hopMs: number) {
    [this.#front, this.#back, this.#hopMs] = [front, back, hopMs];
    const { address, port } = front.address() as AddressInfo;
    this.address = `${address}:${port}`;
    front.on('message', (bytes, from) => {
      this.#client = from as AddressInfo;
      this.#later(() => back.send(bytes, target.port, target.address));
    });
    back.on('message', (bytes) => {
      this.fromTarget += bytes.length;
      const client = this.#client;
      if (client !== undefined) this.#later(() => front.send(bytes, client.port, client.address));
    });
  }

  /** `hopMs`: how long every packet takes, each way. */
  static async open(test: Teardown, target: string, hopMs: number): Promise<DelayCable> {
    const [front, back] = [await bound(), await bound()];
    const { hostname: address, port } = new URL(`udp://${target}`);
    const cable = new DelayCable(front, back, { address, port: Number(port), family: 'IPv4' }, hopMs);
    test.teardown(() => cable.close());
    return cable;
  }

  close(): void {
    this.#isOver = true;
    this.#front.close();
    this.#back.close();
  }

  #later(send: () => void): void {
    setTimeout(() => !this.#isOver && send(), this.#hopMs);
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4_000_000, sendBufferSize: 4_000_000 });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return socket;
}
