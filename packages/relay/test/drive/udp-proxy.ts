/** A cable between two relays that a test can cut: forwards UDP to one address. */
import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import type { Teardown } from '@longhaul/testkit';

/** One socket toward the target for each client. */
export class UdpProxy {
  /** `host:port` to dial instead of the target. */
  readonly address: string;
  readonly #front: Socket;
  #target = { host: '', port: 0 };
  readonly #backs = new Map<string, Socket>();
  readonly #old: Socket[] = [];
  readonly #hopMs: number;
  #isCut = false;
  #loseEvery = Number.POSITIVE_INFINITY;
  #forwarded = 0;
  #recorded: Buffer[] = [];
  #isOver = false;

  private constructor(front: Socket, target: string, hopMs: number) {
    this.#hopMs = hopMs;
    const { address, port } = front.address() as AddressInfo;
    this.address = `${address}:${port}`;
    this.#front = front;
    this.target(target);
    front.on('message', (bytes, from) => {
      this.#recorded.push(Buffer.from(bytes));
      this.#forwarded += 1;
      if (this.#forwarded % this.#loseEvery === 0) return;
      const { host, port } = this.#target;
      this.#later(() => this.#back(from.address, from.port).send(bytes, port, host));
    });
  }

  /** `hopMs`: how long every packet takes. */
  static async create(test: Teardown, target: string, hopMs = 0): Promise<UdpProxy> {
    const front = createSocket('udp4');
    await new Promise<void>((resolve) => front.bind(0, '127.0.0.1', resolve));
    const proxy = new UdpProxy(front, target, hopMs);
    test.teardown(() => proxy.close());
    return proxy;
  }

  /** Forwards to another address from now on. */
  target(address: string): void {
    const colon = address.lastIndexOf(':');
    this.#target = { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
  }

  /** What clients sent since the last call. */
  takeRecorded(): Buffer[] {
    return this.#recorded.splice(0);
  }

  /** Nothing gets through any more. */
  cut(): void {
    this.#isCut = true;
  }

  mend(): void {
    this.#isCut = false;
  }

  /** From now on every `every`-th packet to the target gets lost. */
  lose(every: number): void {
    this.#loseEvery = every;
  }

  /** As an address translator that forgot: packets of every client come from another port from now on. */
  rebind(): void {
    this.#old.push(...this.#backs.values());
    this.#backs.clear();
  }

  close(): void {
    this.#isOver = true;
    this.#front.close();
    for (const back of [...this.#old, ...this.#backs.values()]) back.close();
  }

  #later(send: () => void): void {
    if (this.#isCut) return;
    if (this.#hopMs === 0) send();
    else setTimeout(() => !this.#isOver && send(), this.#hopMs);
  }

  #back(host: string, port: number): Socket {
    const known = this.#backs.get(`${host}:${port}`);
    if (known !== undefined) return known;
    const back = createSocket('udp4');
    back.on('message', (bytes) => {
      this.#later(() => this.#front.send(bytes, port, host));
    });
    this.#backs.set(`${host}:${port}`, back);
    return back;
  }
}
