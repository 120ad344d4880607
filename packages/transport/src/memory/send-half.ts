import type { SendEvents, SendStream } from '../connection.js';

type SendState =
  | { readonly name: 'open' }
  /** `finish()` was called; `sent` once the end has left. */
  | { readonly name: 'finished'; readonly sent: boolean }
  | { readonly name: 'reset'; readonly code: number }
  /** Everything arrived, or the connection ended. */
  | { readonly name: 'ended' };

type SendEvent = 'credit' | 'acknowledged' | { readonly stopped: number };

/** What a sending half asks of its connection. */
export interface SendHost {
  readonly sendBufferBytes: number;
  /** There may be something to send, or nothing any more. */
  sendChanged(half: SendHalf): void;
  /** The half was abandoned with `code`; `sentBytes` have left. */
  sendReset(half: SendHalf, code: number): void;
  /** An event waits: call `deliver` from the transport's turn. */
  sendHasEvent(half: SendHalf): void;
}

/**
 * The sending half of a stream: a bounded buffer in front of the peer's window.
 *
 * Inputs: the caller's write, finish, reset, setPriority; the peer's window, stop and acknowledgements.
 * Outputs: `take` for the packets, events by `deliver`, news to the host.
 */
export class SendHalf implements SendStream {
  readonly id: number;
  /** Number on the wire; undefined while it waits for stream credit. */
  stream: number | undefined;
  #state: SendState = { name: 'open' };
  #events: SendEvents = {};
  readonly #host: SendHost;
  #priority: number;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #sentBytes = 0;
  #acknowledgedBytes = 0;
  #windowEnd: number;
  /** A write used the credit up and nobody was told yet that there is some again. */
  #exhausted = false;
  #due: SendEvent[] = [];

  constructor(host: SendHost, options: { id: number; priority: number; windowBytes: number }) {
    this.#host = host;
    this.id = options.id;
    this.#priority = options.priority;
    this.#windowEnd = options.windowBytes;
  }

  get credit(): number {
    return this.#state.name === 'open' ? this.#host.sendBufferBytes - this.#queuedBytes : 0;
  }

  get priority(): number {
    return this.#priority;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Bytes that have left: the final size of a reset stream. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Bytes wait and the peer's stream window has room for some. */
  get hasBytes(): boolean {
    return this.stream !== undefined && this.#queuedBytes > 0 && this.#sentBytes < this.#windowEnd;
  }

  /** Only the end of the stream is left to send: that needs no window. */
  get hasFinOnly(): boolean {
    return (
      this.stream !== undefined &&
      this.#queuedBytes === 0 &&
      this.#state.name === 'finished' &&
      !this.#state.sent
    );
  }

  listen(events: SendEvents): void {
    this.#events = events;
  }

  write(chunks: readonly Uint8Array[]): number {
    if (this.#state.name !== 'open') return 0;
    const before = this.#queuedBytes;
    for (const chunk of chunks) {
      const part = chunk.subarray(0, this.credit);
      if (part.length > 0) this.#queue.push(part);
      this.#queuedBytes += part.length;
      if (part.length < chunk.length) break;
    }
    if (this.credit === 0) this.#exhausted = true;
    const taken = this.#queuedBytes - before;
    if (taken > 0) this.#host.sendChanged(this);
    return taken;
  }

  finish(): void {
    if (this.#state.name !== 'open') return;
    this.#state = { name: 'finished', sent: false };
    this.#host.sendChanged(this);
  }

  reset(code: number): void {
    if (this.#state.name !== 'open' && this.#state.name !== 'finished') return;
    this.#abandon(code);
  }

  setPriority(priority: number): void {
    this.#priority = priority;
    this.#host.sendChanged(this);
  }

  /** Copies at most `maxBytes` off the buffer, within the peer's window: the reader owns them, the writer's buffer is free again. */
  take(maxBytes: number): { readonly offset: number; readonly bytes: Uint8Array; readonly fin: boolean } {
    const offset = this.#sentBytes;
    const bytes = new Uint8Array(Math.min(maxBytes, this.#queuedBytes, this.#windowEnd - offset));
    let filled = 0;
    while (filled < bytes.length) {
      const head = this.#queue[0] as Uint8Array;
      const part = head.subarray(0, bytes.length - filled);
      bytes.set(part, filled);
      filled += part.length;
      if (part.length === head.length) this.#queue.shift();
      else this.#queue[0] = head.subarray(part.length);
    }
    this.#sentBytes += filled;
    this.#queuedBytes -= filled;
    if (filled > 0 && this.#exhausted && this.#state.name === 'open') {
      this.#exhausted = false;
      this.#push('credit');
    }
    const fin = this.#state.name === 'finished' && this.#queuedBytes === 0;
    if (fin) this.#state = { name: 'finished', sent: true };
    return { offset, bytes, fin };
  }

  /** The peer's window for this stream ends at `limit`. */
  handleWindow(limit: number): void {
    this.#windowEnd = Math.max(this.#windowEnd, limit);
    this.#host.sendChanged(this);
  }

  /** The peer wants no more. RFC 9000 §3.5: the answer to a stop is a reset with its code. */
  handleStop(code: number): void {
    const { name } = this.#state;
    if (name !== 'open' && name !== 'finished') return;
    this.#abandon(code);
    this.#push({ stopped: code });
  }

  /** `bytes` more arrived. True when the whole stream has: then the half is over. */
  handleAcknowledged(bytes: number): boolean {
    this.#acknowledgedBytes += bytes;
    if (this.#state.name !== 'finished' || !this.#state.sent) return false;
    if (this.#acknowledgedBytes < this.#sentBytes + 1) return false;
    this.#state = { name: 'ended' };
    this.#push('acknowledged');
    return true;
  }

  /** The connection is over: no event follows. */
  handleConnectionClosed(): void {
    this.#state = { name: 'ended' };
    this.#drop();
  }

  /** Fires what waits. */
  deliver(): void {
    const due = this.#due;
    this.#due = [];
    for (const event of due) {
      if (event === 'credit') {
        if (this.credit > 0) this.#events.onCredit?.();
      } else if (event === 'acknowledged') this.#events.onAcknowledged?.();
      else this.#events.onStopped?.(event.stopped);
    }
  }

  #abandon(code: number): void {
    this.#state = { name: 'reset', code };
    this.#drop();
    this.#host.sendReset(this, code);
  }

  #drop(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#due = [];
  }

  #push(event: SendEvent): void {
    this.#due.push(event);
    this.#host.sendHasEvent(this);
  }
}
