/** Datagrams that wait, each way, bounded in bytes; one that finds no room is dropped and counted. */
import { encodeDatagram } from './frame.js';

/** Inputs: datagrams of the owner and of the peer. Outputs: frames to send, datagrams to tell. */
export class Datagrams {
  readonly #limitBytes: number;
  /** Whole frames. */
  readonly outgoing: Buffer[] = [];
  #outgoingBytes = 0;
  #incoming: Buffer[] = [];
  #incomingBytes = 0;
  dropped = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes that wait to leave. */
  get outgoingBytes(): number {
    if (this.outgoing.length === 0) this.#outgoingBytes = 0;
    return this.#outgoingBytes;
  }

  /** Copies `bytes`; false when they are larger than `most` or there is no room. */
  send(bytes: Uint8Array, most: number): boolean {
    const offered = this.#limitBytes > 0 && bytes.byteLength <= most;
    if (!offered || this.outgoingBytes + bytes.byteLength > this.#limitBytes) {
      this.dropped += 1;
      return false;
    }
    this.outgoing.push(encodeDatagram(bytes));
    this.#outgoingBytes += bytes.byteLength;
    return true;
  }

  receive(bytes: Buffer): void {
    if (this.#limitBytes === 0 || this.#incomingBytes + bytes.byteLength > this.#limitBytes) {
      this.dropped += 1;
      return;
    }
    this.#incomingBytes += bytes.byteLength;
    this.#incoming.push(bytes);
  }

  /** What came, to be told now. */
  take(): Buffer[] {
    const taken = this.#incoming;
    this.#incoming = [];
    this.#incomingBytes = 0;
    return taken;
  }

  clear(): void {
    this.outgoing.length = 0;
    this.take();
  }
}
