/** The receiving half of a stream: holds what came until the owner reads, and returns the room when it has. */
import type { ReceiveEvents, ReceiveStream, StreamChunk } from '@longhaul/transport';
import * as Check from './check.js';
import type { Outbox } from './outbox.js';

/** How a stream ended, if it has; `told` when the owner knows or does not want to. */
type End =
  | { readonly kind: 'none' | 'told' }
  | { readonly kind: 'finished'; readonly size: number }
  | { readonly kind: 'reset'; readonly code: number | undefined };

/** What a receiving half needs of its connection. */
export interface ReceiveHost {
  readonly outbox: Outbox;
  /** Asks for `deliver()` from the connection's own turn. */
  wantTurn(half: ReceiveHalf): void;
  /** Nothing more comes of it. */
  forget(half: ReceiveHalf): void;
}

/** A stream's receiving half. Inputs: the owner's calls, `handle*` and `deliver` of the connection. */
export class ReceiveHalf implements ReceiveStream {
  readonly id: number;
  readonly #host: ReceiveHost;
  #events: ReceiveEvents | undefined;
  #paused = false;
  #held: StreamChunk[] = [];
  #heldBytes = 0;
  #end: End = { kind: 'none' };

  constructor(id: number, host: ReceiveHost) {
    this.id = id;
    this.#host = host;
  }

  read(events: ReceiveEvents): void {
    if (this.#events !== undefined) throw new TypeError(`stream ${this.id}: read() was called before`);
    this.#events = events;
    this.#host.wantTurn(this);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#host.wantTurn(this);
  }

  stop(code: number): void {
    Check.code(code);
    if (this.#end.kind === 'told') return;
    const over = this.#end.kind !== 'none';
    this.#end = { kind: 'told' };
    this.#drop();
    if (!over) this.#host.outbox.stop(this.id, code);
    this.#host.forget(this);
  }

  handleData(chunk: StreamChunk): void {
    this.#held.push(chunk);
    this.#heldBytes += chunk.bytes.byteLength;
  }

  handleFinished(size: number): void {
    if (this.#end.kind === 'none') this.#end = { kind: 'finished', size };
  }

  handleReset(code: number | undefined): void {
    if (this.#end.kind === 'told') return;
    this.#drop();
    this.#end = { kind: 'reset', code };
  }

  /** Gives the owner what it may have now. */
  deliver(): void {
    const events = this.#events;
    if (events === undefined) return;
    if (this.#end.kind === 'reset') {
      const { code } = this.#end;
      this.#tell();
      events.onReset(code);
      return;
    }
    if (this.#paused) return;
    if (this.#held.length > 0) {
      const chunks = this.#held;
      this.#drop();
      events.onData(chunks);
    }
    if (this.#end.kind === 'finished' && !this.#paused) {
      const { size } = this.#end;
      this.#tell();
      events.onFinished(size);
    }
  }

  #tell(): void {
    this.#end = { kind: 'told' };
    this.#host.forget(this);
  }

  /** What was held is read or gone: either way there is room again. */
  #drop(): void {
    this.#host.outbox.consumed(this.id, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
  }
}
