import type { ReceiveEvents, ReceiveStream, StreamChunk } from '../connection.js';
import type { Direction } from './packet.js';

type ReceiveState =
  | { readonly name: 'unread' }
  | { readonly name: 'reading'; readonly events: ReceiveEvents; readonly paused: boolean }
  /** The reader asked to stop: what still comes is thrown away. */
  | { readonly name: 'stopped' }
  /** The last event was fired. */
  | { readonly name: 'ended' };

/** What the sender said of the end of its stream. */
type Ending =
  | { readonly name: 'unknown' }
  | { readonly name: 'finished'; readonly size: number }
  | { readonly name: 'reset'; readonly code: number | undefined };

/** What a receiving half asks of its connection. */
export interface ReceiveHost {
  /** `bytes` were delivered or thrown away: they may be granted again. */
  receiveConsumed(half: ReceiveHalf, bytes: number): void;
  /** The reader wants no more. */
  receiveStopped(half: ReceiveHalf, code: number): void;
  /** Every byte was delivered, thrown away or abandoned: the stream's slot is free. */
  receiveOver(half: ReceiveHalf): void;
  /** An event waits: call `deliver` from the transport's turn. */
  receiveHasEvent(half: ReceiveHalf): void;
}

/**
 * The receiving half of a stream.
 *
 * Inputs: the caller's read, pause, resume, stop; the peer's bytes, end and reset.
 * Outputs: events by `deliver`, consumed bytes and the end to the host.
 */
export class ReceiveHalf implements ReceiveStream {
  readonly id: number;
  /** Number on the wire; undefined while it waits for stream credit. */
  stream: number | undefined;
  readonly #host: ReceiveHost;
  readonly #direction: Direction;
  #state: ReceiveState = { name: 'unread' };
  #ending: Ending = { name: 'unknown' };
  /** Ready to deliver. */
  #arrived: StreamChunk[] = [];
  /** Bidirectional streams: what came ahead of a gap, by offset. */
  readonly #ahead = new Map<number, Uint8Array>();
  /** Bidirectional streams: where the next chunk must stand. */
  #nextOffset = 0;
  #arrivedBytes = 0;
  #consumedBytes = 0;
  #grantedEnd: number;
  readonly #windowBytes: number;

  constructor(host: ReceiveHost, options: { id: number; direction: Direction; windowBytes: number }) {
    this.#host = host;
    this.id = options.id;
    this.#direction = options.direction;
    this.#windowBytes = options.windowBytes;
    this.#grantedEnd = options.windowBytes;
  }

  read(events: ReceiveEvents): void {
    if (this.#state.name === 'stopped' || this.#state.name === 'ended') return;
    if (this.#state.name === 'reading') throw new TypeError('read() was called before: it is called once');
    this.#state = { name: 'reading', events, paused: false };
    this.#host.receiveHasEvent(this);
  }

  pause(): void {
    if (this.#state.name === 'reading') this.#state = { ...this.#state, paused: true };
  }

  resume(): void {
    if (this.#state.name !== 'reading') return;
    this.#state = { ...this.#state, paused: false };
    this.#host.receiveHasEvent(this);
  }

  stop(code: number): void {
    if (this.#state.name === 'stopped' || this.#state.name === 'ended') return;
    this.#state = { name: 'stopped' };
    if (this.#ending.name === 'reset') return;
    this.#discard();
    // RFC 9000 §3.5: of no use once everything has arrived.
    if (this.#ending.name === 'finished' && this.#ending.size === this.#arrivedBytes) {
      this.#host.receiveOver(this);
    } else {
      this.#host.receiveStopped(this, code);
    }
  }

  /** The sender should hear of a new end of its window: an eighth was gained (RFC 9000 §4.2 leaves it to us). */
  get grantDue(): boolean {
    const gained = this.#consumedBytes + this.#windowBytes - this.#grantedEnd;
    return this.#ending.name === 'unknown' && gained >= Math.max(1, this.#windowBytes / 8);
  }

  /** Where the sender's window ends from now on. */
  takeGrant(): number {
    this.#grantedEnd = this.#consumedBytes + this.#windowBytes;
    return this.#grantedEnd;
  }

  /** Bytes came. `bytes` may be empty with the end. Chunks never overlap: packets are not copied. */
  handleBytes(offset: number, bytes: Uint8Array, fin: boolean): void {
    if (fin) this.#ending = { name: 'finished', size: offset + bytes.length };
    this.#arrivedBytes += bytes.length;
    if (bytes.length > 0) this.#sort(offset, bytes);
    if (this.#state.name === 'stopped') {
      this.#discard();
      if (this.#ending.name === 'finished' && this.#ending.size === this.#arrivedBytes) {
        this.#host.receiveOver(this);
      }
      return;
    }
    this.#host.receiveHasEvent(this);
  }

  /** The sender abandoned the stream after `size` bytes: they count against the windows whether they came or not (RFC 9000 §4.5). */
  handleReset(code: number, size: number): void {
    this.#ending = { name: 'reset', code };
    this.#arrived = [];
    this.#ahead.clear();
    this.#host.receiveConsumed(this, size - this.#consumedBytes);
    this.#consumedBytes = size;
    this.#host.receiveOver(this);
    this.#host.receiveHasEvent(this);
  }

  /** The connection is over. A reader that was not told of the stream's end is told of this one. */
  handleConnectionClosed(): void {
    if (this.#ending.name !== 'reset') this.#ending = { name: 'reset', code: undefined };
    this.#arrived = [];
    this.#ahead.clear();
    this.#host.receiveHasEvent(this);
  }

  /** Fires what waits. */
  deliver(): void {
    if (this.#state.name !== 'reading') return;
    const { events, paused } = this.#state;
    if (this.#ending.name === 'reset') {
      this.#state = { name: 'ended' };
      events.onReset(this.#ending.code);
      return;
    }
    if (paused) return;
    if (this.#arrived.length > 0) {
      const chunks = this.#arrived;
      this.#arrived = [];
      this.#consume(chunks);
      events.onData(chunks);
    }
    this.#deliverEnd();
  }

  /** The reader may have paused, stopped or closed meanwhile. */
  #deliverEnd(): void {
    if (this.#state.name !== 'reading' || this.#state.paused || this.#ending.name !== 'finished') return;
    if (this.#consumedBytes < this.#ending.size) return;
    const { events } = this.#state;
    this.#state = { name: 'ended' };
    this.#host.receiveOver(this);
    events.onFinished(this.#ending.size);
  }

  /** Unidirectional streams deliver as it comes, bidirectional ones in order of offset. */
  #sort(offset: number, bytes: Uint8Array): void {
    if (this.#direction === 'uni') {
      this.#arrived.push({ offset, bytes });
      return;
    }
    this.#ahead.set(offset, bytes);
    for (let next = this.#ahead.get(this.#nextOffset); next; next = this.#ahead.get(this.#nextOffset)) {
      this.#ahead.delete(this.#nextOffset);
      this.#arrived.push({ offset: this.#nextOffset, bytes: next });
      this.#nextOffset += next.length;
    }
  }

  #discard(): void {
    this.#consume(this.#arrived);
    this.#arrived = [];
  }

  #consume(chunks: readonly StreamChunk[]): void {
    let bytes = 0;
    for (const chunk of chunks) bytes += chunk.bytes.length;
    this.#consumedBytes += bytes;
    this.#host.receiveConsumed(this, bytes);
  }
}
