/** The receiving half of a stream: holds what came until the owner reads, and returns the room when it has. */
import type { ReceiveEvents, ReceiveStream, StreamChunk } from '@longhaul/transport';
import * as Check from './check.js';

type ReceiveState =
  | { readonly name: 'unread' }
  | { readonly name: 'reading'; readonly events: ReceiveEvents; readonly paused: boolean }
  /** The reader asked to stop: what still comes is thrown away. */
  | { readonly name: 'stopped' }
  /** The last event was fired. */
  | { readonly name: 'ended' };

/** What the sender said of the end of its stream. */
type Ending =
  | { readonly name: 'unknown' | 'finished' }
  | { readonly name: 'reset'; readonly code: number | undefined };

/** What a receiving half asks of its connection. */
export interface ReceiveHost {
  /** `bytes` were delivered or thrown away: they may be granted again. */
  receiveConsumed(half: ReceiveHalf, bytes: number): void;
  /** The reader wants no more. */
  receiveStopped(half: ReceiveHalf, code: number): void;
  /** The stream's end is known and everything was delivered or thrown away: its slot is free. */
  receiveOver(half: ReceiveHalf): void;
  /** An event waits: call `deliver` from the connection's turn. */
  receiveHasEvent(half: ReceiveHalf): void;
}

/** Inputs: the caller's read, pause, resume, stop; the peer's bytes, end and reset. Outputs: events by `deliver`, news to the host. */
export class ReceiveHalf implements ReceiveStream {
  readonly id: number;
  /** Number on the wire; undefined while it waits for stream credit. */
  stream: number | undefined;
  readonly #host: ReceiveHost;
  #state: ReceiveState = { name: 'unread' };
  #ending: Ending = { name: 'unknown' };
  #held: StreamChunk[] = [];
  /** Where small pieces are joined: the last chunk held is the front of it, as far as it is filled. */
  #tail: { readonly room: Buffer; filled: number } | undefined;
  #receivedBytes = 0;
  #sizeBytes: number | undefined;
  #consumedBytes = 0;
  #grantedEnd: number;
  readonly #windowBytes: number;

  constructor(host: ReceiveHost, options: { id: number; windowBytes: number }) {
    this.#host = host;
    this.id = options.id;
    this.#windowBytes = options.windowBytes;
    this.#grantedEnd = options.windowBytes;
  }

  read(events: ReceiveEvents): void {
    if (this.#state.name === 'reading') throw new TypeError(`stream ${this.id}: read() was called before`);
    if (this.#state.name !== 'unread') return;
    this.#state = { name: 'reading', events, paused: false };
    this.#host.receiveHasEvent(this);
  }

  pause(): void {
    if (this.#state.name === 'reading') this.#state = { ...this.#state, paused: true };
  }

  resume(): void {
    if (this.#state.name !== 'reading' || !this.#state.paused) return;
    this.#state = { ...this.#state, paused: false };
    this.#host.receiveHasEvent(this);
  }

  stop(code: number): void {
    Check.code(code);
    if (this.#state.name === 'stopped' || this.#state.name === 'ended') return;
    this.#state = { name: 'stopped' };
    this.#discard();
    if (this.#ending.name === 'unknown') this.#host.receiveStopped(this, code);
    else this.#host.receiveOver(this);
  }

  /** The stream's size, once the sender has told it ahead of the bytes. False when it cannot be. */
  handleSize(sizeBytes: number): boolean {
    if (this.#ending.name !== 'unknown') return true;
    if (sizeBytes < this.#receivedBytes || sizeBytes > this.#grantedEnd) return false;
    this.#sizeBytes = sizeBytes;
    return true;
  }

  /** Whether `bytes` more are the last. */
  endsWith(bytes: number): boolean {
    return this.#sizeBytes === this.#receivedBytes + bytes;
  }

  /** The sender has abandoned it. */
  get abandoned(): boolean {
    return this.#ending.name === 'reset';
  }

  /** The peer may be told of a new end of its window: a quarter was gained. */
  get grantDue(): boolean {
    const gained = this.#consumedBytes + this.#windowBytes - this.#grantedEnd;
    return this.#ending.name === 'unknown' && gained >= this.#windowBytes / 4;
  }

  /** Where the sender's window ends from now on. */
  takeGrant(): number {
    this.#grantedEnd = this.#consumedBytes + this.#windowBytes;
    return this.#grantedEnd;
  }

  /** Bytes came, perhaps the last. False when the peer must not send so many or any. */
  handleBytes(bytes: Buffer, end: boolean): boolean {
    if (this.#ending.name !== 'unknown' || this.#receivedBytes + bytes.byteLength > this.#grantedEnd)
      return false;
    if (end) this.#ending = { name: 'finished' };
    if (bytes.byteLength > 0) this.#hold(bytes);
    this.#receivedBytes += bytes.byteLength;
    if (this.#state.name === 'stopped') {
      this.#discard();
      if (end) this.#host.receiveOver(this);
    } else this.#host.receiveHasEvent(this);
    return true;
  }

  /** The sender abandoned the stream after `sizeBytes`. Undefined when it cannot be, else how many of them have not come. */
  handleReset(code: number, sizeBytes: number): number | undefined {
    if (this.#ending.name !== 'unknown') return 0;
    const missing = sizeBytes - this.#receivedBytes;
    if (missing < 0 || sizeBytes > this.#grantedEnd) return undefined;
    this.#ending = { name: 'reset', code };
    this.#discard();
    // Until the owner knows, the stream holds its slot: a peer cannot make more of them than it may have open.
    if (this.#state.name === 'stopped') this.#host.receiveOver(this);
    else this.#host.receiveHasEvent(this);
    return missing;
  }

  /** The connection is over. A reader that was not told of the stream's end is told of this one. */
  handleClosed(): void {
    if (this.#ending.name !== 'reset') this.#ending = { name: 'reset', code: undefined };
    this.#forget();
    this.#host.receiveHasEvent(this);
  }

  /** Fires what waits. */
  deliver(): void {
    if (this.#state.name !== 'reading') return;
    const { events, paused } = this.#state;
    if (this.#ending.name === 'reset') {
      this.#state = { name: 'ended' };
      this.#host.receiveOver(this);
      events.onReset(this.#ending.code);
      return;
    }
    if (paused) return;
    if (this.#held.length > 0) {
      const chunks = this.#held;
      this.#consume();
      events.onData(chunks);
    }
    this.#deliverEnd();
  }

  /** The reader may have paused, stopped or closed meanwhile. */
  #deliverEnd(): void {
    if (this.#state.name !== 'reading' || this.#state.paused || this.#ending.name !== 'finished') return;
    const { events } = this.#state;
    this.#state = { name: 'ended' };
    this.#host.receiveOver(this);
    events.onFinished(this.#receivedBytes);
  }

  /**
   * A view keeps the whole buffer that the carrier brought: a piece that is a small part of it is copied, and small
   * pieces are joined, so that what is held is never much more than what the window counts.
   */
  #hold(bytes: Buffer): void {
    if (bytes.byteLength < SMALL_BYTES) this.#join(bytes);
    else {
      this.#tail = undefined;
      const dense = bytes.byteLength * MAX_SPREAD >= bytes.buffer.byteLength;
      this.#held.push({ offset: this.#receivedBytes, bytes: dense ? bytes : Uint8Array.from(bytes) });
    }
  }

  #join(bytes: Buffer): void {
    let tail = this.#tail;
    if (tail === undefined || tail.filled + bytes.byteLength > tail.room.byteLength) {
      // The first of several small pieces is alone as often as not.
      const size = tail === undefined ? bytes.byteLength : JOINED_BYTES;
      tail = { room: Buffer.allocUnsafeSlow(size), filled: 0 };
      this.#tail = tail;
      this.#held.push({ offset: this.#receivedBytes, bytes: EMPTY });
    }
    tail.room.set(bytes, tail.filled);
    tail.filled += bytes.byteLength;
    const { offset } = this.#held.pop() as StreamChunk;
    this.#held.push({ offset, bytes: tail.room.subarray(0, tail.filled) });
  }

  #discard(): void {
    if (this.#held.length > 0) this.#consume();
  }

  #consume(): void {
    const bytes = this.#receivedBytes - this.#consumedBytes;
    this.#consumedBytes = this.#receivedBytes;
    this.#forget();
    this.#host.receiveConsumed(this, bytes);
  }

  #forget(): void {
    this.#held = [];
    this.#tail = undefined;
  }
}

const EMPTY = new Uint8Array(0);
const SMALL_BYTES = 1_024;
const JOINED_BYTES = 4_096;
/** A view may keep this many times its own bytes. */
const MAX_SPREAD = 8;
