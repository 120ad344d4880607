import type { SendStream } from '../connection.js';
import { deferred, type Journal } from './journal.js';
import { payload } from './payload.js';

/** What a writer sends. */
export interface WriterOptions {
  readonly label: number;
  readonly size: number;
  readonly name?: string;
  /** Leaves the stream open at the end. */
  readonly unfinished?: boolean;
}

/** Writes a labelled payload as credit allows, finishes, and notes what it hears. */
export class Writer {
  readonly name: string;
  readonly stream: SendStream;
  readonly label: number;
  readonly size: number;
  acceptedBytes = 0;
  /** Most credit that was ever seen. */
  highestCredit = 0;
  readonly #bytes: Uint8Array;
  readonly #unfinished: boolean;
  readonly #acknowledged = deferred<void>();
  readonly #stopped = deferred<number>();

  constructor(journal: Journal, stream: SendStream, options: WriterOptions) {
    this.name = options.name ?? 'writer';
    this.stream = stream;
    this.label = options.label;
    this.size = options.size;
    this.#unfinished = options.unfinished ?? false;
    this.#bytes = payload(options.label, options.size);
    stream.listen({
      onCredit: () => {
        journal.note(this.name, 'credit', stream.credit);
        this.#pump();
      },
      onStopped: (code) => {
        journal.note(this.name, 'stopped', code);
        this.#stopped.resolve(code);
      },
      onAcknowledged: () => {
        journal.note(this.name, 'acknowledged');
        this.#acknowledged.resolve();
      },
    });
  }

  get acknowledged(): Promise<void> {
    return this.#acknowledged.promise;
  }

  /** Resolves with the peer's code when it asks to stop. */
  get stopped(): Promise<number> {
    return this.#stopped.promise;
  }

  start(): this {
    this.#pump();
    return this;
  }

  /** Several buffers a call, of sizes that divide nothing. */
  #pump(): void {
    while (this.acceptedBytes < this.size) {
      this.highestCredit = Math.max(this.highestCredit, this.stream.credit);
      const rest = this.#bytes.subarray(this.acceptedBytes, this.acceptedBytes + BATCH_BYTES);
      const taken = this.stream.write([rest.subarray(0, 1), rest.subarray(1, 4099), rest.subarray(4099)]);
      this.acceptedBytes += taken;
      if (taken < rest.length) return;
    }
    if (!this.#unfinished) this.stream.finish();
  }
}

const BATCH_BYTES = 40_000;
