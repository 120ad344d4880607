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
import { type Deferred, MESSAGE_COST, type TurnBudget } from './turn-budget.js';

/** What the owner of a request hears. Nothing is fired once the link is closed. */
export interface RequestEvents {
  onMessage(message: ControlMessage | UnknownMessage): void;
  /** The peer finished its half. */
  onFinished(): void;
  /** The peer abandoned its half. Not fired when the connection ends. */
  onAborted(): void;
}

/** What a request stream needs of its session. */
export interface RequestContext {
  /** The link is over: nothing that still comes counts. */
  readonly closed: boolean;
  readonly maxQueuedControlBytes: number;
  /** How much of what came may be handled before the next poll. */
  readonly budget: TurnBudget;
  /** Closes the link: the peer broke a rule. */
  fail(code: number, reason: string): void;
}

/**
 * Inputs: the stream, `send`, `finish`, `hold`, `release`. Outputs: `RequestEvents` of the one that listens, if any.
 * Sent messages wait here only while the stream has no credit, up to a bound. Received ones wait, as bytes and with the
 * stream paused, while one is held and while the link's budget of the turn is spent.
 */
export class RequestStream implements Deferred {
  /** The order in which streams of the peer were opened. */
  readonly serial: number;
  readonly #stream: BidiStream;
  readonly #context: RequestContext;
  readonly #decoder = new ControlDecoder();
  #events: RequestEvents | undefined;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #finishing = false;
  #held: ControlMessage | UnknownMessage | undefined;

  constructor(
    stream: BidiStream,
    { serial = 0, context, events }: { serial?: number; context: RequestContext; events?: RequestEvents },
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
        context.budget.forget(this);
        if (code !== undefined && !context.closed) this.#events?.onAborted();
      },
    });
  }

  /** Changes who hears of the stream, from the next event on; undefined: nobody. */
  listen(events: RequestEvents | undefined): void {
    this.#events = events;
  }

  /** Hands a message that has just come to whoever listens now. */
  replay(message: ControlMessage | UnknownMessage): void {
    if (!this.#context.closed) this.#events?.onMessage(message);
  }

  /** Sends a message, or nothing once this half is finished. */
  send(message: ControlMessage): void {
    if (this.#finishing) return;
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

  /** Nothing of what the peer still sends is of interest. */
  ignoreInput(): void {
    this.#held = undefined;
    this.#context.budget.forget(this);
    this.#stream.receive.stop(StreamCode.CANCELLED);
  }

  /** Keeps the message that has just come, and all that follow it, until `release`. */
  hold(message: ControlMessage | UnknownMessage): void {
    this.#held = message;
    this.#stream.receive.pause();
  }

  /** What is held goes to whoever listens now. */
  release(): void {
    if (this.#held !== undefined) this.proceed();
  }

  proceed(): void {
    const held = this.#held;
    if (held !== undefined) {
      if (this.#deferredWhenSpent()) return;
      this.#held = undefined;
      this.#context.budget.spend(MESSAGE_COST);
      this.replay(held);
    }
    this.#work();
    if (!this.#blocked) this.#stream.receive.resume();
  }

  #flush(): void {
    // Nothing is touched without credit: what waits may be many small messages.
    if (this.#queue.length > 0 && this.#stream.send.credit > 0) {
      const taken = this.#stream.send.write(this.#queue);
      this.#queuedBytes -= taken;
      this.#queue = Chunks.after(this.#queue, taken);
    }
    if (this.#finishing && this.#queue.length === 0) this.#stream.send.finish();
  }

  #receive(chunks: readonly StreamChunk[]): void {
    for (const { bytes } of chunks) this.#decoder.add(bytes);
    this.#work();
  }

  /** No message may be handled now. */
  get #blocked(): boolean {
    return this.#held !== undefined || this.#context.closed || this.#context.budget.spent;
  }

  #work(): void {
    try {
      while (!this.#blocked) {
        const message = this.#decoder.next();
        if (message === undefined) return;
        this.#context.budget.spend(MESSAGE_COST);
        this.replay(message);
      }
    } catch (error) {
      this.#violated(error);
    }
    if (this.#held === undefined) this.#deferredWhenSpent();
  }

  #deferredWhenSpent(): boolean {
    if (!this.#context.budget.spent || this.#context.closed) return false;
    this.#stream.receive.pause();
    this.#context.budget.defer(this);
    return true;
  }

  #receiveEnd(): void {
    try {
      this.#decoder.finish();
    } catch (error) {
      this.#violated(error);
      return;
    }
    this.#events?.onFinished();
  }

  #violated(error: unknown): void {
    if (!(error instanceof WireError)) throw error;
    this.#context.fail(CloseCode.PROTOCOL_VIOLATION, error.message);
  }
}
