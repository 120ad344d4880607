/** The sending half of a stream: keeps its credit, passes everything else on. */
import type { SendEvents, SendStream } from '@longhaul/transport';
import * as Check from './check.js';
import type { Outbox } from './outbox.js';

/** `finished` still waits for the acknowledgement; `over` hears nothing any more. */
type SendState = 'open' | 'finished' | 'over';

/** What a sending half needs of its connection. */
export interface SendHost {
  readonly outbox: Outbox;
  /** Nothing more comes of it. */
  forget(half: SendHalf): void;
}

/** A stream's sending half. Inputs: the owner's calls and `handle*` of the connection. */
export class SendHalf implements SendStream {
  readonly id: number;
  readonly #host: SendHost;
  #credit: number;
  #state: SendState = 'open';
  #exhausted = false;
  #events: SendEvents = {};

  constructor(id: number, host: SendHost, credit: number) {
    this.id = id;
    this.#host = host;
    this.#credit = credit;
  }

  get credit(): number {
    return this.#state === 'open' ? this.#credit : 0;
  }

  listen(events: SendEvents): void {
    this.#events = events;
  }

  write(chunks: readonly Uint8Array[]): number {
    if (this.#state !== 'open' || this.#credit === 0) return 0;
    const { taken, bytes } = front(chunks, this.#credit);
    if (bytes === 0) return 0;
    this.#credit -= bytes;
    this.#exhausted ||= this.#credit === 0;
    this.#host.outbox.write(this.id, taken, bytes);
    return bytes;
  }

  finish(): void {
    if (this.#state !== 'open') return;
    this.#state = 'finished';
    this.#host.outbox.finish(this.id);
  }

  reset(code: number): void {
    Check.code(code);
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#host.outbox.reset(this.id, code);
    // The addon reports no end of a stream that was reset.
    this.#host.forget(this);
  }

  setPriority(priority: number): void {
    Check.priority(priority);
    if (this.#state !== 'over') this.#host.outbox.priority(this.id, priority);
  }

  handleCredit(bytes: number): void {
    this.#credit += bytes;
    if (!this.#exhausted || this.#state !== 'open') return;
    this.#exhausted = false;
    this.#events.onCredit?.();
  }

  handleStopped(code: number): void {
    if (this.#end()) this.#events.onStopped?.(code);
  }

  handleAcknowledged(): void {
    if (this.#end()) this.#events.onAcknowledged?.();
  }

  /** The connection is over. */
  handleClosed(): void {
    this.#end();
  }

  #end(): boolean {
    const live = this.#state !== 'over';
    this.#state = 'over';
    return live;
  }
}

/** The front of `chunks` up to `limit` bytes, the last one cut where it does not fit. */
function front(chunks: readonly Uint8Array[], limit: number): { taken: Uint8Array[]; bytes: number } {
  const taken: Uint8Array[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    if (bytes === limit) break;
    if (chunk.byteLength === 0) continue;
    const fits = Math.min(chunk.byteLength, limit - bytes);
    taken.push(fits === chunk.byteLength ? chunk : chunk.subarray(0, fits));
    bytes += fits;
  }
  return { taken, bytes };
}
