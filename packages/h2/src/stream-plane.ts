/** A WebTransport stream for each stream of the link: where the bytes of media go. */
import type { DataPlane } from '@longhaul/tcp/mux';
import type { Duplex, Session, Writable } from './web-transport.js';

/** Who hears of what the plane brings. */
export interface PlaneEvents {
  onCredit(): void;
  onData(stream: number, bytes: Buffer): void;
  /** The session does not carry any more. */
  onFailed(error: Error): void;
}

/** The way of one stream out: what was written waits for the stream to open, then for each write before it. */
interface WayOut {
  /** Undefined once it was reset. */
  writer: Promise<WritableStreamDefaultWriter<Uint8Array>>;
  last: Promise<void>;
}

/** Inputs: the multiplexer's bytes and resets, the session's streams. Outputs: streams with a number in front, `PlaneEvents`. */
export class StreamPlane implements DataPlane {
  readonly #session: Session;
  readonly #side: 'dialer' | 'acceptor';
  readonly #out = new Map<number, WayOut>();
  /** The sending ends of the peer's bidirectional streams, and those who wait for one. */
  readonly #answers = new Answers();
  #events: PlaneEvents | undefined;
  #begin: () => void = () => {};
  /** What answers a stream of ours may be here before the peer's limits are: it waits for `start`. */
  readonly #started: Promise<void>;
  #outstandingBytes = 0;

  constructor(session: Session, side: 'dialer' | 'acceptor') {
    this.#session = session;
    this.#side = side;
    this.#started = new Promise((resolve) => {
      this.#begin = resolve;
    });
  }

  get credit(): number {
    return Math.max(0, MAX_OUTSTANDING_BYTES - this.#outstandingBytes);
  }

  /** Begins to take the peer's streams. */
  start(events: PlaneEvents): void {
    this.#events = events;
    this.#begin();
    const { incomingUnidirectionalStreams, incomingBidirectionalStreams } = this.#session;
    void this.#each(incomingUnidirectionalStreams, (readable) => this.#read(readable, undefined));
    void this.#each(incomingBidirectionalStreams, ({ readable, writable }) => this.#read(readable, writable));
  }

  write(stream: number, bytes: Buffer): void {
    const way = this.#out.get(stream) ?? this.#open(stream);
    this.#outstandingBytes += bytes.byteLength;
    this.#then(way, (writer) => writer.write(bytes));
    void way.last.then(() => {
      this.#outstandingBytes -= bytes.byteLength;
      this.#events?.onCredit();
    });
  }

  finish(stream: number): void {
    const way = this.#out.get(stream) ?? this.#open(stream);
    this.#out.delete(stream);
    this.#then(way, (writer) => writer.close());
  }

  /** The frame that tells of the reset is what counts. A bidirectional stream only ends: aborted, it would take no answer. */
  reset(stream: number): void {
    const way = this.#out.get(stream);
    if (way === undefined) return;
    this.#out.delete(stream);
    if (stream % 4 < 2) this.#then(way, (writer) => writer.close());
    else way.writer.then((writer) => writer.abort({ code: 0 })).catch(() => {});
  }

  /** After what was asked of the stream before. Failures are the session's: it ends, or a frame has told of a reset. */
  #then(way: WayOut, run: (writer: WritableStreamDefaultWriter<Uint8Array>) => Promise<void>): void {
    way.last = way.last.then(async () => run(await way.writer)).catch(() => {});
  }

  #isOwn(stream: number): boolean {
    return (stream % 2 === 0) === (this.#side === 'dialer');
  }

  #open(stream: number): WayOut {
    const way: WayOut = { writer: this.#openWriter(stream), last: Promise.resolve() };
    way.writer.catch(() => {});
    this.#out.set(stream, way);
    return way;
  }

  async #openWriter(stream: number): Promise<WritableStreamDefaultWriter<Uint8Array>> {
    if (!this.#isOwn(stream)) return (await this.#answers.take(stream)).getWriter();
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32BE(stream);
    const writer = (await this.#openWritable(stream)).getWriter();
    await writer.write(head);
    return writer;
  }

  /** Order among streams is the multiplexer's: it hands over little at a time. */
  async #openWritable(stream: number): Promise<Writable> {
    const options = { sendOrder: 0 };
    if (stream % 4 >= 2) return this.#session.createUnidirectionalStream(options);
    const duplex: Duplex = await this.#session.createBidirectionalStream(options);
    void this.#pump(stream, duplex.readable.getReader(), EMPTY);
    return duplex.writable;
  }

  async #each<T>(streams: ReadableStream<T>, take: (stream: T) => Promise<void>): Promise<void> {
    const reader = streams.getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) void take(next.value);
    } catch (error) {
      this.#events?.onFailed(error as Error);
    }
  }

  /** A stream of the peer: its number comes first. */
  async #read(readable: ReadableStream<Uint8Array>, answer: Writable | undefined): Promise<void> {
    const reader = readable.getReader();
    let head: Buffer = EMPTY;
    try {
      while (head.byteLength < HEAD_BYTES) {
        const { done, value } = await reader.read();
        if (done) return;
        head = Buffer.concat([head, value]);
      }
    } catch {
      return;
    }
    const stream = head.readUInt32BE(0);
    if (this.#isOwn(stream) || (answer === undefined) !== stream % 4 >= 2) {
      this.#events?.onFailed(new Error(`the peer opened a stream with the number ${stream}`));
      return;
    }
    if (answer !== undefined) this.#answers.put(stream, answer);
    await this.#pump(stream, reader, head.subarray(HEAD_BYTES));
  }

  async #pump(stream: number, reader: ReadableStreamDefaultReader<Uint8Array>, first: Buffer): Promise<void> {
    await this.#started;
    const events = this.#events;
    try {
      if (first.byteLength > 0) events?.onData(stream, first);
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        const { buffer, byteOffset, byteLength } = next.value;
        if (byteLength > 0) events?.onData(stream, Buffer.from(buffer, byteOffset, byteLength));
      }
    } catch {
      // Reset: a frame says so, with its code.
    }
  }
}

/** The sending ends of the peer's bidirectional streams: a frame may open a stream before its own bytes do. */
class Answers {
  readonly #here = new Map<number, Writable>();
  readonly #awaited = new Map<number, (writable: Writable) => void>();

  put(stream: number, writable: Writable): void {
    const awaited = this.#awaited.get(stream);
    this.#awaited.delete(stream);
    if (awaited === undefined) this.#here.set(stream, writable);
    else awaited(writable);
  }

  take(stream: number): Promise<Writable> {
    const writable = this.#here.get(stream);
    this.#here.delete(stream);
    if (writable !== undefined) return Promise.resolve(writable);
    return new Promise((resolve) => this.#awaited.set(stream, resolve));
  }
}

const EMPTY = Buffer.alloc(0);
const HEAD_BYTES = 4;
/** With the library at a time, all streams: what it has taken cannot be reordered any more. */
const MAX_OUTSTANDING_BYTES = 64 * 1024;
