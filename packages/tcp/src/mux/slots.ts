/** Stream credit of one kind of streams: how many this end may open, who waits for that, and how many the peer may. */
import { Rounds, type Side } from '@longhaul/transport';
import { FIRST_STREAMS } from './limits.js';

/** Whether bytes go one way or both ways in a stream. */
export type Direction = 'uni' | 'bidi';

/** Which way the bytes of stream `stream` go. */
export function directionOf(stream: number): Direction {
  return stream % 4 < 2 ? 'bidi' : 'uni';
}

/** Which end opens stream `stream`. */
export function openerOf(stream: number): Side {
  return stream % 2 === 0 ? 'dialer' : 'acceptor';
}

/** Inputs: starts, limits and ends of streams. Outputs: numbers, and whether the peer should hear of a new limit. */
export class Slots<Waiting extends object> {
  readonly #side: Side;
  readonly direction: Direction;
  readonly #maxConcurrent: number;
  #opened = 0;
  #allowed: number;
  #accepted = 0;
  #released = 0;
  #granted: number;
  /** Opened by the owner, not yet by the wire: the highest priority starts first, then the oldest. */
  readonly waiting = new Rounds<Waiting>();

  constructor(options: { side: Side; direction: Direction; maxConcurrent: number }) {
    this.#side = options.side;
    this.direction = options.direction;
    this.#maxConcurrent = options.maxConcurrent;
    this.#granted = options.maxConcurrent;
    // The acceptor hears of the dialler's limits before anything else.
    this.#allowed = options.side === 'dialer' ? FIRST_STREAMS : 0;
  }

  /** The number of the next stream to start; undefined without credit. */
  start(): number | undefined {
    if (this.#opened >= this.#allowed) return undefined;
    return this.#number(this.#opened++, this.#side);
  }

  /** The peer's settings: from now on its own limit holds, not the one assumed. */
  handleFirstLimit(limit: number): void {
    this.#allowed = limit;
  }

  /** The peer allows `limit` streams in all. */
  handleLimit(limit: number): void {
    this.#allowed = Math.max(this.#allowed, limit);
  }

  /** Whether the stream `number` of ours has been opened. */
  isStarted(number: number): boolean {
    return Math.floor(number / 4) < this.#opened;
  }

  /** The numbers of the peer's streams that `number` opens, all lower ones with it; undefined when it may not. */
  accept(number: number): number[] | undefined {
    const ordinal = Math.floor(number / 4);
    if (ordinal >= Math.max(this.#granted, FIRST_STREAMS)) return undefined;
    const numbers: number[] = [];
    const peer = this.#side === 'dialer' ? 'acceptor' : 'dialer';
    while (this.#accepted <= ordinal) numbers.push(this.#number(this.#accepted++, peer));
    return numbers;
  }

  /** One of the peer's streams is over. */
  release(): void {
    this.#released++;
  }

  /** The peer should hear of a new limit. */
  get grantDue(): boolean {
    return this.#released + this.#maxConcurrent > this.#granted;
  }

  takeGrant(): number {
    this.#granted = this.#released + this.#maxConcurrent;
    return this.#granted;
  }

  #number(ordinal: number, side: Side): number {
    return ordinal * 4 + (this.direction === 'uni' ? 2 : 0) + (side === 'acceptor' ? 1 : 0);
  }
}
