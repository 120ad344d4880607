/** Streams that the owner has opened and the wire has not: they wait until the peer allows one more. */
import type { ReceiveHalf } from './receive-half.js';
import type { SendHalf } from './send-half.js';
import type { Direction, Slots } from './slots.js';

/** A stream that starts: its halves, and the codes of those that were abandoned while it waited. */
export interface Opening {
  readonly stream: number;
  readonly send: SendHalf;
  readonly receive: ReceiveHalf | undefined;
  readonly resetCode: number | undefined;
  readonly stopCode: number | undefined;
}

/** Inputs: streams that open, change and are abandoned; stream credit. Outputs: `onStart`, highest priority first, then the oldest. */
export class Openings {
  readonly #slots: Readonly<Record<Direction, Slots<SendHalf>>>;
  readonly #onStart: (opening: Opening) => void;
  /** The receiving halves of bidirectional streams. */
  readonly #partners = new Map<SendHalf, ReceiveHalf>();
  readonly #abandoned = new Map<SendHalf | ReceiveHalf, number>();

  constructor(slots: Readonly<Record<Direction, Slots<SendHalf>>>, onStart: (opening: Opening) => void) {
    this.#slots = slots;
    this.#onStart = onStart;
  }

  /** Halves that wait to send. */
  get waiting(): SendHalf[] {
    return [...this.#slots.uni.waiting, ...this.#slots.bidi.waiting];
  }

  open(send: SendHalf, receive?: ReceiveHalf): void {
    const direction = receive === undefined ? 'uni' : 'bidi';
    if (receive !== undefined) this.#partners.set(send, receive);
    this.#slots[direction].waiting.add(send, send.priority);
    this.startWaiting(direction);
  }

  /** Its priority may be another. A reset one does not wait any more. */
  update(send: SendHalf): void {
    const { waiting } = this.#slots[this.#partners.has(send) ? 'bidi' : 'uni'];
    if (waiting.has(send)) waiting.add(send, send.priority);
  }

  /** Of a unidirectional stream the peer need not hear; a bidirectional one may still be answered. */
  reset(send: SendHalf, code: number): void {
    if (this.#partners.has(send)) this.#abandoned.set(send, code);
    else this.#slots.uni.waiting.delete(send);
  }

  stop(receive: ReceiveHalf, code: number): void {
    this.#abandoned.set(receive, code);
  }

  /** The peer may allow more. */
  startWaiting(direction: Direction): void {
    const slots = this.#slots[direction];
    for (let send = slots.waiting.first(); send; send = slots.waiting.first()) {
      const stream = slots.start();
      if (stream === undefined) return;
      slots.waiting.delete(send);
      const receive = this.#partners.get(send);
      this.#partners.delete(send);
      const resetCode = this.#take(send);
      this.#onStart({ stream, send, receive, resetCode, stopCode: receive && this.#take(receive) });
    }
  }

  /** The connection is over. */
  handleClosed(): void {
    for (const half of this.waiting) half.handleClosed();
    for (const half of this.#partners.values()) half.handleClosed();
    this.#slots.uni.waiting.clear();
    this.#slots.bidi.waiting.clear();
    this.#partners.clear();
    this.#abandoned.clear();
  }

  #take(half: SendHalf | ReceiveHalf): number | undefined {
    const code = this.#abandoned.get(half);
    this.#abandoned.delete(half);
    return code;
  }
}
