/**
 * The bytes of one message while they arrive. The buffer grows with what has come, never by what was declared, so a
 * peer that announces megabytes and sends nothing costs nothing.
 */
export class ReceivedBytes {
  readonly #length: number;
  #buffer: Uint8Array;
  #received = 0;

  /** `length` is the declared size, already checked against its limit. */
  constructor(length: number) {
    this.#length = length;
    this.#buffer = EMPTY;
  }

  /** Bytes that have come. */
  get received(): number {
    return this.#received;
  }

  /** Bytes still to come. */
  get remaining(): number {
    return this.#length - this.#received;
  }

  /** Copies `source[from, to)`, which must not exceed `remaining`. */
  append(source: Uint8Array, from: number, to: number): void {
    const end = this.#received + (to - from);
    if (end > this.#buffer.length) this.#grow(end, source.length - from);
    this.#buffer.set(from === 0 && to === source.length ? source : source.subarray(from, to), this.#received);
    this.#received = end;
  }

  /** The whole payload, in a buffer of its own. Call when `remaining` is 0. */
  take(): Uint8Array {
    return this.#buffer;
  }

  /** `available` are bytes at hand from the point of growth, so a message that came in one read is allocated once. */
  #grow(end: number, available: number): void {
    const wanted = Math.max(end, this.#received + available, 2 * this.#buffer.length, FIRST_ALLOCATION_BYTES);
    const grown = allocate(Math.min(this.#length, wanted));
    grown.set(this.#buffer.subarray(0, this.#received));
    this.#buffer = grown;
  }
}

/** Uninitialised memory outside Node's shared pool: a cached frame must not keep a slab of strangers alive. Filled before it is handed out. */
function allocate(length: number): Uint8Array {
  const buffer = Buffer.allocUnsafeSlow(length);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, length);
}

const EMPTY = new Uint8Array(0);
/** Small enough that one on each chunk stream is nothing, large enough for most audio packets and pictures. */
const FIRST_ALLOCATION_BYTES = 16 * 1024;
