/** A request stream: control messages both ways over one bidirectional stream. */
import type { BidiStream, StreamChunk } from '@longhaul/transport';
import {
  CloseCode,
  ControlDecoder,
  type ControlMessage,
  encodeControl,
  StreamCode,
  type UnknownMessage,
  WireError,
} from '@longhaul/wire';
import * as Chunks from './chunks.js';

/** What the owner of a request hears. Nothing is fired after `abort`. */
export interface RequestEvents {
  onMessage(message: ControlMessage | UnknownMessage): void;
  /** The peer finished its half. */
  onFinished(): void;
  /** The peer abandoned its half. Not fired when the connection ends. */
  onAborted(): void;
}

/** What a request stream needs of its session. */
export interface RequestContext {
  readonly maxQueuedControlBytes: number;
  /** Closes the link: the peer broke a rule. */
  fail(code: number, reason: string): void;
}

/**
 * Inputs: the stream, `send`, `finish`, `abort`. Outputs: `RequestEvents`, the one that listens last.
 * Sent messages wait here only while the stream has no credit, up to a bound; received ones never wait.
 */
export class RequestStream {
  /** The order in which streams of the peer were opened. */
  readonly serial: number;
  readonly #stream: BidiStream;
  readonly #context: RequestContext;
  readonly #decoder = new ControlDecoder();
  #events: RequestEvents;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #finishing = false;
  #aborted = false;

  constructor(
    stream: BidiStream,
    { serial = 0, context, events }: { serial?: number; context: RequestContext; events: RequestEvents },
  ) {
    this.serial = serial;
    this.#stream = stream;
    this.#context = context;
    this.#events = events;
    stream.send.listen({ onCredit: () => this.#flush() });
    stream.receive.read({
      onData: (chunks) => this.#receive(chunks),
      onFinished: () => this.#receiveEnd(),
      onReset: (code) => {
        // Without a code the connection ended: its owner tells everybody.
        if (!this.#aborted && code !== undefined) this.#events.onAborted();
      },
    });
  }

  /** Changes who hears of the stream, from the next event on. */
  listen(events: RequestEvents): void {
    this.#events = events;
  }

  /** Hands a message that was held to whoever listens now. */
  replay(message: ControlMessage | UnknownMessage): void {
    if (!this.#aborted) this.#events.onMessage(message);
  }

  /** Sends a message, or nothing once this half is finished. */
  send(message: ControlMessage): void {
    if (this.#finishing || this.#aborted) return;
    const bytes = encodeControl(message);
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#flush();
    if (this.#queuedBytes > this.#context.maxQueuedControlBytes) {
      this.#context.fail(CloseCode.LIMIT, 'the peer does not read its requests');
    }
  }

  /** Nothing more is sent; what was sent is delivered. Idempotent. */
  finish(): void {
    this.#finishing = true;
    this.#flush();
  }

  /** Gives up both halves; no event follows. Idempotent. */
  abort(code: number): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#queue = [];
    this.#stream.send.reset(code);
    this.#stream.receive.stop(code);
  }

  /** Nothing of what the peer still sends is of interest. */
  ignoreInput(): void {
    this.#stream.receive.stop(StreamCode.CANCELLED);
  }

  /** Holds what the peer sends next in its stream until `resume`. */
  pause(): void {
    this.#stream.receive.pause();
  }

  resume(): void {
    this.#stream.receive.resume();
  }

  #flush(): void {
    if (this.#aborted) return;
    if (this.#queue.length > 0) {
      const taken = this.#stream.send.write(this.#queue);
      this.#queuedBytes -= taken;
      this.#queue = Chunks.after(this.#queue, taken);
    }
    if (this.#finishing && this.#queue.length === 0) this.#stream.send.finish();
  }

  #receive(chunks: readonly StreamChunk[]): void {
    try {
      for (const { bytes } of chunks) {
        for (const message of this.#decoder.push(bytes)) {
          if (this.#aborted) return;
          this.#events.onMessage(message);
        }
      }
    } catch (error) {
      this.#violated(error);
    }
  }

  #receiveEnd(): void {
    if (this.#aborted) return;
    try {
      this.#decoder.finish();
    } catch (error) {
      this.#violated(error);
      return;
    }
    this.#events.onFinished();
  }

  #violated(error: unknown): void {
    if (!(error instanceof WireError)) throw error;
    this.#context.fail(CloseCode.PROTOCOL_VIOLATION, error.message);
  }
}
