/** The first bidirectional stream of a session as carrier of the multiplexer's frames. */
import type { Carrier, CarrierEvents, CarrierStats } from '@longhaul/tcp/mux';
import { TransportError } from '@longhaul/transport';
import type { Duplex, Session } from './web-transport.js';

/** What a control carrier is made of. */
export interface ControlOptions {
  readonly session: Session;
  readonly stream: Duplex;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly address: string;
  /** What of the first frames has come with the proof. */
  readonly early: Uint8Array;
  readonly stats: () => CarrierStats;
  /** Ends what is below the session. */
  readonly release: () => void;
}

/** Inputs: the multiplexer's frames, the stream's bytes. Outputs: the stream's bytes, `CarrierEvents`. */
export class ControlCarrier implements Carrier {
  readonly address: string;
  readonly #options: ControlOptions;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #events: CarrierEvents | undefined;
  #writing = false;
  #ended = false;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.address = options.address;
    this.#writer = options.stream.writable.getWriter();
  }

  get credit(): number {
    return this.#writing || this.#ended ? 0 : WRITE_BYTES;
  }

  listen(events: CarrierEvents): void {
    this.#events = events;
    void this.#read();
    const over = () => this.#handleClosed(undefined);
    this.#options.session.closed.then(over, over);
  }

  write(bytes: Buffer): void {
    this.#writing = true;
    this.#writer.write(bytes).then(
      () => {
        this.#writing = false;
        this.#events?.onCredit();
      },
      (error) => this.#handleClosed(error as Error),
    );
  }

  /** Frames that were written leave with the session's end. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const late = setTimeout(() => this.destroy(), END_MS);
    const over = () => {
      clearTimeout(late);
      setTimeout(() => this.destroy(), FAREWELL_MS);
    };
    // It does not settle when the peer's session went first.
    this.#writer.close().then(over, over);
  }

  destroy(): void {
    this.#ended = true;
    try {
      this.#options.session.close({ closeCode: 0, reason: '' });
    } catch {
      // It has ended by itself.
    }
    setTimeout(() => this.#options.release(), FAREWELL_MS);
    this.#handleClosed(undefined);
  }

  stats(): CarrierStats {
    return this.#options.stats();
  }

  async #read(): Promise<void> {
    const { early, reader } = this.#options;
    try {
      if (early.byteLength > 0) this.#take(early);
      for (let next = await reader.read(); !next.done; next = await reader.read()) this.#take(next.value);
      // The peer has said its last word: it closes.
      if (this.#ended) this.destroy();
    } catch (error) {
      this.#handleClosed(error as Error);
    }
  }

  #take(bytes: Uint8Array): void {
    this.#events?.onBytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  #handleClosed(cause: Error | undefined): void {
    const events = this.#events;
    this.#events = undefined;
    if (events === undefined) return;
    const error =
      cause && new TransportError('LH_TRANSPORT_IO', `the session ended: ${cause.message}`, { cause });
    queueMicrotask(() => events.onClosed(error));
    if (!this.#ended) this.destroy();
  }
}

const WRITE_BYTES = 16 * 1024;
/** How long the last frames may take. */
const END_MS = 1_000;
/** For the last frames to leave before the connection goes. */
const FAREWELL_MS = 50;
