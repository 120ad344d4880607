/** Datagrams that wait, bounded in bytes. A full queue drops the newest and counts it. */
export class DatagramQueue {
  readonly #limitBytes: number;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Datagrams that found no room, and those counted by `drop`. */
  get dropped(): number {
    return this.#dropped;
  }

  /** False when it was dropped. */
  push(bytes: Uint8Array): boolean {
    if (this.#bytes + bytes.length > this.#limitBytes) {
      this.drop();
      return false;
    }
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    return true;
  }

  shift(): Uint8Array | undefined {
    const bytes = this.#waiting.shift();
    this.#bytes -= bytes?.length ?? 0;
    return bytes;
  }

  /** Counts one that was refused for another reason. */
  drop(): void {
    this.#dropped++;
  }

  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }
}
