/** The sending half of a stream: a bounded buffer in front of the peer's window. */
import type { SendEvents, SendStream } from '@longhaul/transport';
import * as Check from './check.js';
import type { SendBudget } from './send-budget.js';

type SendState =
  | { readonly name: 'open' }
  /** `finish()` was called; `sent` once the end has left. */
  | { readonly name: 'finished'; readonly sent: boolean }
  /** Reset, stopped, received whole, or the connection is over. */
  | { readonly name: 'over' };

type SendEvent = 'credit' | 'acknowledged' | { readonly stopped: number };

/** What was written in one call, as far as it has not left. */
interface Written {
  bytes: Uint8Array;
  /** Grows with every call of any stream of the connection. */
  readonly sequence: number;
}

/** What a sending half asks of its connection. */
export interface SendHost {
  readonly sendBufferBytes: number;
  /** What the buffers of all streams hold. */
  readonly budget: SendBudget;
  /** Numbers the writes of all streams. */
  nextSequence(): number;
  /** There may be something to send, or another priority. */
  sendChanged(half: SendHalf): void;
  /** The half was abandoned with `code`. */
  sendReset(half: SendHalf, code: number): void;
  /** An event waits: call `deliver` from the connection's turn. */
  sendHasEvent(half: SendHalf): void;
}

/**
 * Inputs: the caller's write, finish, reset, setPriority; the peer's window, stop and acknowledgement.
 * Outputs: `take` for the carrier, events by `deliver`, news to the host.
 */
export class SendHalf implements SendStream {
  readonly id: number;
  /** Number on the wire; undefined while it waits for stream credit. */
  stream: number | undefined;
  readonly #host: SendHost;
  #state: SendState = { name: 'open' };
  #events: SendEvents = {};
  #priority: number;
  #queue: Written[] = [];
  #queuedBytes = 0;
  #sentBytes = 0;
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
    if (this.#state.name !== 'open') return 0;
    return Math.min(this.#host.sendBufferBytes - this.#queuedBytes, this.#host.budget.roomBytes);
  }

  get priority(): number {
    return this.#priority;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** When the bytes that wait first were written, against those of other streams. */
  get headSequence(): number {
    return this.#queue[0]?.sequence ?? Number.POSITIVE_INFINITY;
  }

  /** Bytes that have left: the size of a stream that is reset. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Bytes that may leave now. */
  get sendableBytes(): number {
    return this.stream === undefined ? 0 : Math.min(this.#queuedBytes, this.#windowEnd - this.#sentBytes);
  }

  /** Only the end of the stream is left to send: that needs no window. */
  get hasEndOnly(): boolean {
    const { name } = this.#state;
    return name === 'finished' && !this.#state.sent && this.#queuedBytes === 0 && this.stream !== undefined;
  }

  listen(events: SendEvents): void {
    this.#events = events;
  }

  write(chunks: readonly Uint8Array[]): number {
    if (this.#state.name !== 'open') return 0;
    const before = this.#queuedBytes;
    const sequence = this.#host.nextSequence();
    const most = before + this.credit;
    for (const chunk of chunks) {
      const fits = Math.min(chunk.byteLength, most - this.#queuedBytes);
      if (fits > 0) {
        this.#queue.push({ bytes: fits === chunk.byteLength ? chunk : chunk.subarray(0, fits), sequence });
        this.#queuedBytes += fits;
      }
      if (fits < chunk.byteLength) break;
    }
    const taken = this.#queuedBytes - before;
    this.#host.budget.add(taken);
    if (this.credit === 0) {
      this.#exhausted = true;
      if (this.#host.budget.roomBytes === 0) this.#host.budget.starve(this);
    }
    if (taken > 0) this.#host.sendChanged(this);
    return taken;
  }

  finish(): void {
    if (this.#state.name !== 'open') return;
    this.#state = { name: 'finished', sent: false };
    this.#host.sendChanged(this);
  }

  reset(code: number): void {
    Check.code(code);
    if (this.#state.name === 'over') return;
    this.#abandon(code);
  }

  setPriority(priority: number): void {
    Check.priority(priority);
    this.#priority = priority;
    if (this.#state.name !== 'over') this.#host.sendChanged(this);
  }

  /** Bytes of the write that waits first, at most `maxBytes`. */
  headBytes(maxBytes: number): number {
    const { sequence } = this.#queue[0] ?? {};
    let bytes = 0;
    for (const written of this.#queue) {
      if (written.sequence !== sequence || bytes >= maxBytes) break;
      bytes += written.bytes.byteLength;
    }
    return Math.min(bytes, maxBytes);
  }

  /** Copies the next `length` bytes, which are sendable, to `at`. True when the stream ends with them. */
  take(into: Buffer, at: number, length: number): boolean {
    let filled = 0;
    let used = 0;
    while (filled < length) {
      const head = this.#queue[used] as Written;
      const fits = Math.min(head.bytes.byteLength, length - filled);
      into.set(fits === head.bytes.byteLength ? head.bytes : head.bytes.subarray(0, fits), at + filled);
      filled += fits;
      if (fits === head.bytes.byteLength) used += 1;
      else head.bytes = head.bytes.subarray(fits);
    }
    if (used > 0) this.#queue.splice(0, used);
    this.#sentBytes += length;
    this.#queuedBytes -= length;
    this.#host.budget.add(-length);
    this.handleRoom();
    return this.takeEnd();
  }

  /** There is room again, here or over all streams. */
  handleRoom(): void {
    if (!this.#exhausted || this.credit === 0) return;
    this.#exhausted = false;
    this.#push('credit');
  }

  /** True when the end of the stream leaves now. */
  takeEnd(): boolean {
    if (this.#state.name !== 'finished' || this.#state.sent || this.#queuedBytes > 0) return false;
    this.#state = { name: 'finished', sent: true };
    return true;
  }

  /** The peer's window for this stream ends at `limit`. */
  handleWindow(limit: number): void {
    if (limit <= this.#windowEnd) return;
    this.#windowEnd = limit;
    if (this.#state.name !== 'over') this.#host.sendChanged(this);
  }

  /** The peer wants no more: the answer is a reset with its code. */
  handleStop(code: number): void {
    if (this.#state.name === 'over') return;
    this.#abandon(code);
    this.#push({ stopped: code });
  }

  /** The peer has it all. False when that cannot be: the end has not left. */
  handleReceived(): boolean {
    if (this.#state.name !== 'finished' || !this.#state.sent) return false;
    this.#state = { name: 'over' };
    this.#push('acknowledged');
    return true;
  }

  /** The connection is over: no event follows. */
  handleClosed(): void {
    this.#state = { name: 'over' };
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
    this.#state = { name: 'over' };
    this.#drop();
    this.#host.sendReset(this, code);
  }

  #drop(): void {
    this.#queue = [];
    this.#host.budget.add(-this.#queuedBytes);
    this.#queuedBytes = 0;
    this.#due = [];
  }

  #push(event: SendEvent): void {
    this.#due.push(event);
    this.#host.sendHasEvent(this);
  }
}
