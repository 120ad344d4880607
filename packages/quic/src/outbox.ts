/**
 * Collects what a tick asks of a connection and crosses once, in the microtask after it.
 * Inputs: the request methods. Output: one `submit` per tick.
 */
import type { NativeConnection } from './native.generated.js';

/** Requests of one connection on their way to the addon. */
export class Outbox {
  readonly #native: NativeConnection;
  #numbers: number[] = [];
  #buffers: Uint8Array[] = [];
  #scheduled = false;
  #closed = false;
  /** Bytes of writes that have not crossed yet. */
  pendingBytes = 0;
  /** Bytes of all writes since the connection began. */
  writtenBytes = 0;

  constructor(native: NativeConnection) {
    this.#native = native;
  }

  openUni(id: number, priority: number, protectBytes: number): void {
    this.#push(OPEN_UNI, id, priority);
    if (protectBytes > 0) this.#push(PROTECT, id, protectBytes);
  }

  openBidi(id: number, priority: number): void {
    this.#push(OPEN_BIDI, id, priority);
  }

  /** The chunks belong to the transport from here on. */
  write(id: number, chunks: readonly Uint8Array[], bytes: number): void {
    const last = this.#numbers.length - ROW;
    if (this.#numbers[last] === WRITE && this.#numbers[last + 1] === id) {
      this.#numbers[last + 2] = (this.#numbers[last + 2] ?? 0) + chunks.length;
    } else {
      this.#push(WRITE, id, chunks.length);
    }
    for (const chunk of chunks) this.#buffers.push(chunk);
    this.pendingBytes += bytes;
    this.writtenBytes += bytes;
  }

  finish(id: number): void {
    this.#push(FINISH, id, 0);
  }

  reset(id: number, code: number): void {
    this.#push(RESET, id, code);
  }

  priority(id: number, priority: number): void {
    this.#push(PRIORITY, id, priority);
  }

  stop(id: number, code: number): void {
    this.#push(STOP, id, code);
  }

  /** As many bytes of the stream may be read again. */
  consumed(id: number, bytes: number): void {
    if (bytes > 0) this.#push(CONSUMED, id, bytes);
  }

  datagram(bytes: Uint8Array): void {
    this.#push(DATAGRAM, 0, 0);
    this.#buffers.push(bytes);
  }

  /** About so much of the rate may wait unsent; 0: the addon tells nothing of it. */
  meter(maxUnsentMs: number): void {
    this.#push(METER, 0, Math.round(maxUnsentMs * 1_000));
  }

  /** Drops what has not crossed; nothing crosses any more. */
  close(): void {
    this.#closed = true;
    this.#numbers = [];
    this.#buffers = [];
    this.pendingBytes = 0;
  }

  #push(kind: number, id: number, value: number): void {
    if (this.#closed) return;
    this.#numbers.push(kind, id, value, 0);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#closed || this.#numbers.length === 0) return;
    const [numbers, buffers] = [this.#numbers, this.#buffers];
    this.#numbers = [];
    this.#buffers = [];
    this.pendingBytes = 0;
    this.#native.submit(Float64Array.from(numbers), buffers);
  }
}

/** Numbers per request: kind, stream, value, 0. */
const ROW = 4;

// native/node/src/ops.rs has the same table.
const OPEN_UNI = 1;
const PROTECT = 21;
const OPEN_BIDI = 2;
const WRITE = 3;
const FINISH = 4;
const RESET = 5;
const PRIORITY = 6;
const STOP = 7;
const CONSUMED = 8;
const DATAGRAM = 9;
const METER = 20;
