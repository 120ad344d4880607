import type { ReceiveStream, StreamChunk } from '../connection.js';
import { deferred, type Journal } from './journal.js';
import { difference, labelOf } from './payload.js';

/** Reads one stream, keeps what came, and notes every breach of the contract of `ReceiveEvents`. */
export class Reader {
  readonly name: string;
  readonly stream: ReceiveStream;
  readonly chunks: StreamChunk[] = [];
  /** What the transport did that it must not do. */
  readonly breaches: string[] = [];
  receivedBytes = 0;
  /** The stream's size, once it is finished. */
  size: number | undefined;
  /** Called from within every delivery. */
  onData: (() => void) | undefined;
  /** Called from within the event that tells the end. */
  onEnd: (() => void) | undefined;
  readonly #journal: Journal;
  readonly #finished = deferred<number>();
  readonly #reset = deferred<number | undefined>();
  #next = deferred<void>();
  #paused = false;
  #over = false;
  #sipping = false;

  constructor(journal: Journal, stream: ReceiveStream, name = 'reader') {
    this.name = name;
    this.stream = stream;
    this.#journal = journal;
  }

  /** Resolves with the stream's size when all was delivered. */
  get finished(): Promise<number> {
    return this.#finished.promise;
  }

  /** Resolves with the code when the stream was abandoned. */
  get reset(): Promise<number | undefined> {
    return this.#reset.promise;
  }

  /** Resolves with the next event. */
  get next(): Promise<void> {
    return this.#next.promise;
  }

  /** Everything that came, in its place. */
  get bytes(): Uint8Array {
    const bytes = new Uint8Array(this.receivedBytes);
    for (const chunk of this.chunks) {
      if (chunk.offset + chunk.bytes.length <= bytes.length) bytes.set(chunk.bytes, chunk.offset);
      else this.breaches.push(`a chunk at ${chunk.offset} leaves a gap or overlaps`);
    }
    return bytes;
  }

  /** The label of the payload that came, which has at least four bytes. */
  get label(): number {
    return labelOf(this.bytes);
  }

  read(): this {
    this.stream.read({
      onData: (chunks) => this.#handleData(chunks),
      onFinished: (size) => {
        this.#expectOpen('onFinished');
        if (this.#paused) this.breaches.push('onFinished while paused');
        if (size !== this.receivedBytes)
          this.breaches.push(`finished at ${size}, ${this.receivedBytes} came`);
        this.#over = true;
        this.size = size;
        this.#note('finished', size);
        this.onEnd?.();
        this.#finished.resolve(size);
      },
      onReset: (code) => {
        this.#expectOpen('onReset');
        this.#over = true;
        this.#note('reset', code);
        this.#reset.resolve(code);
      },
    });
    return this;
  }

  pause(): void {
    this.#paused = true;
    this.stream.pause();
  }

  resume(): void {
    this.#paused = false;
    this.stream.resume();
  }

  /** Resumes for one delivery: pauses again from within it. */
  async sip(): Promise<void> {
    this.#sipping = true;
    this.resume();
    await this.next;
  }

  stop(code: number): void {
    this.#over = true;
    this.stream.stop(code);
  }

  /** Undefined when the whole stream is `payload(label, size)` and the contract was kept, else what is wrong. */
  complaint(label: number, size: number): string | undefined {
    const wrong = difference(this.bytes, label, size);
    return this.breaches[0] ?? wrong;
  }

  #handleData(chunks: readonly StreamChunk[]): void {
    this.#expectOpen('onData');
    if (this.#paused) this.breaches.push('onData while paused');
    if (chunks.length === 0) this.breaches.push('onData without a chunk');
    for (const chunk of chunks) {
      if (chunk.bytes.length === 0) this.breaches.push('an empty chunk');
      this.chunks.push(chunk);
      this.receivedBytes += chunk.bytes.length;
    }
    if (this.#sipping) this.pause();
    this.#sipping = false;
    this.#note('data');
    this.onData?.();
  }

  #note(what: string, value?: unknown): void {
    this.#journal.note(this.name, what, value);
    const { resolve } = this.#next;
    this.#next = deferred();
    resolve();
  }

  #expectOpen(event: string): void {
    if (this.#over) this.breaches.push(`${event} after the last event`);
  }
}
