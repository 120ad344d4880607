/** A UDP hop between dialers and a listener that can be slow, lead elsewhere, or stop passing packets. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Forwards both ways until `vanish`. */
export class UdpProxy {
  readonly #front: Socket;
  /** The socket that speaks to the listener for each dialer, by the dialer's port. */
  readonly #backs = new Map<number, Promise<Socket>>();
  /** Those from before a `rebind`: what is still on its way arrives. */
  readonly #old: Promise<Socket>[] = [];
  readonly #hopMs: number;
  #targetPort: number;
  #passing = true;
  #answers: (bytes: Buffer) => boolean = () => true;
  #loseOneIn = Number.POSITIVE_INFINITY;
  #passed = 0;
  #recorded: Buffer[] = [];

  private constructor(front: Socket, targetPort: number, hopMs: number) {
    this.#front = front;
    this.#targetPort = targetPort;
    this.#hopMs = hopMs;
    front.on('message', (bytes, from) => this.#forward(bytes, from));
  }

  /** A hop to `127.0.0.1:targetPort` that takes `hopMs` each way. */
  static async open(targetPort: number, hopMs = 0): Promise<UdpProxy> {
    return new UdpProxy(await bound(), targetPort, hopMs);
  }

  get port(): number {
    return this.#front.address().port;
  }

  /** Packets of dialers that were not heard before go to `127.0.0.1:targetPort` from now on. */
  redirect(targetPort: number): void {
    this.#targetPort = targetPort;
  }

  /** As an address translator that forgot: every dialer's packets come from another port from now on. */
  rebind(): void {
    this.#old.push(...this.#backs.values());
    this.#backs.clear();
  }

  /** Every so manieth packet is lost from now on. */
  loseOneIn(count: number): void {
    this.#loseOneIn = count;
  }

  /** Of what the listener sends only this comes through from now on. */
  filterAnswers(passes: (bytes: Buffer) => boolean): void {
    this.#answers = passes;
  }

  /** What dialers sent since the last call, oldest first; lost packets included. */
  takeRecorded(): Buffer[] {
    return this.#recorded.splice(0);
  }

  vanish(): void {
    this.#passing = false;
  }

  close(): void {
    this.#passing = false;
    this.#front.close();
    for (const back of [...this.#old, ...this.#backs.values()]) void back.then((socket) => socket.close());
  }

  #forward(bytes: Buffer, from: RemoteInfo): void {
    this.#recorded.push(Buffer.from(bytes));
    if (!this.#passing || this.#loses()) return;
    let back = this.#backs.get(from.port);
    if (back === undefined) {
      back = this.#openBack(from.port, this.#targetPort);
      this.#backs.set(from.port, back);
    }
    later(this.#hopMs, () => void back.then((socket) => this.#passing && socket.send(bytes)));
  }

  #loses(): boolean {
    this.#passed += 1;
    return this.#passed % this.#loseOneIn === 0;
  }

  async #openBack(dialerPort: number, targetPort: number): Promise<Socket> {
    const back = await bound();
    back.connect(targetPort, '127.0.0.1');
    await once(back, 'connect');
    back.on('error', () => {});
    back.on('message', (bytes) => {
      if (this.#loses() || !this.#answers(bytes)) return;
      later(this.#hopMs, () => this.#passing && this.#front.send(bytes, dialerPort, '127.0.0.1'));
    });
    return back;
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

function later(delayMs: number, run: () => void): void {
  if (delayMs > 0) setTimeout(run, delayMs);
  else run();
}
