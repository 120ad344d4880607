/** Flow control over all streams of a connection: what may still be sent, and what the peer may still send. */
export class Window {
  readonly #ownBytes: number;
  #sentBytes = 0;
  #sendEnd: number;
  #receivedBytes = 0;
  #consumedBytes = 0;
  #grantedEnd: number;

  /** `ownBytes` are granted to the peer, `firstBytes` are assumed of it. */
  constructor(ownBytes: number, firstBytes: number) {
    this.#ownBytes = ownBytes;
    this.#grantedEnd = ownBytes;
    this.#sendEnd = firstBytes;
  }

  /** Bytes that may be sent now. */
  get sendableBytes(): number {
    return this.#sendEnd - this.#sentBytes;
  }

  /** So many bytes leave. */
  send(bytes: number): void {
    this.#sentBytes += bytes;
  }

  /** The peer takes bytes up to `limit`, counted from the beginning. */
  handleLimit(limit: number): void {
    this.#sendEnd = Math.max(this.#sendEnd, limit);
  }

  /** So many bytes came. False when the peer must not have sent them. */
  receive(bytes: number): boolean {
    this.#receivedBytes += bytes;
    return this.#receivedBytes <= this.#grantedEnd;
  }

  /** So many bytes were delivered or thrown away. */
  consume(bytes: number): void {
    this.#consumedBytes += bytes;
  }

  /** The peer may be told of a new limit: a quarter was gained. */
  get grantDue(): boolean {
    return this.#consumedBytes + this.#ownBytes - this.#grantedEnd >= this.#ownBytes / 4;
  }

  takeGrant(): number {
    this.#grantedEnd = this.#consumedBytes + this.#ownBytes;
    return this.#grantedEnd;
  }
}
