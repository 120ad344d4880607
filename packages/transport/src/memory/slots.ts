import type { Side } from '../connection.js';
import type { Direction } from './packet.js';
import { Rounds } from './rounds.js';

/**
 * Stream credit of one direction (RFC 9000 §4.6): how many streams this end may open, who waits for that, and
 * how many the peer may open.
 */
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

  constructor(options: {
    side: Side;
    direction: Direction;
    maxConcurrent: number;
    peerMaxConcurrent: number;
  }) {
    this.#side = options.side;
    this.direction = options.direction;
    this.#maxConcurrent = options.maxConcurrent;
    this.#granted = options.maxConcurrent;
    this.#allowed = options.peerMaxConcurrent;
  }

  /** The number of the next stream to start; undefined without credit. */
  start(): number | undefined {
    if (this.#opened >= this.#allowed) return undefined;
    return this.#number(this.#opened++, this.#side);
  }

  /** The peer allows `limit` streams in all. */
  handleLimit(limit: number): void {
    this.#allowed = Math.max(this.#allowed, limit);
  }

  /** The numbers of the peer's streams that are open once its `ordinal`-th is: RFC 9000 §3.2 opens all lower ones with it. */
  accept(ordinal: number): number[] {
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
