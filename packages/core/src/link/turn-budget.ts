/** How much of what a peer sent a link handles between two polls. */

/** Something whose work was cut short because the budget was spent. */
export interface Deferred {
  /** Goes on; defers itself again when the budget is spent before it is done. */
  proceed(): void;
}

/**
 * Inputs: `spend` for each thing handled, `defer` by whoever finds the budget `spent`, `refill` once a poll.
 * Outputs: `proceed` of those that were deferred, the longest waiting first; `onDeferred` once a turn while somebody waits.
 * A peer's smallest records are thousands to a packet train: without a bound one link would hold up all others.
 */
export class TurnBudget {
  readonly #size: number;
  readonly #onDeferred: () => void;
  readonly #deferred = new Set<Deferred>();
  #left: number;
  #told = false;

  constructor(size: number, onDeferred: () => void) {
    this.#size = size;
    this.#left = size;
    this.#onDeferred = onDeferred;
  }

  /** Nothing more may be handled before the next `refill`. */
  get spent(): boolean {
    return this.#left <= 0;
  }

  /** Whether somebody waits for `refill`. */
  get waiting(): boolean {
    return this.#deferred.size > 0;
  }

  /** `cost` was handled. */
  spend(cost: number): void {
    this.#left -= cost;
  }

  /** `deferred` has more to do than the budget allows. */
  defer(deferred: Deferred): void {
    this.#deferred.add(deferred);
    this.#tell();
  }

  /** `deferred` has nothing to do any more. */
  forget(deferred: Deferred): void {
    this.#deferred.delete(deferred);
  }

  /** A new turn: whoever waits goes on. */
  refill(): void {
    this.#left = this.#size;
    this.#told = false;
    for (const deferred of [...this.#deferred]) {
      if (this.spent) break;
      // Another one's work may have ended this one.
      if (this.#deferred.delete(deferred)) deferred.proceed();
    }
    if (this.waiting) this.#tell();
  }

  /** Once a turn. */
  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    this.#onDeferred();
  }
}

/** What handling a record of a media stream costs. */
export const RECORD_COST = 1;
/** What handling a control message costs: it may change routes and subscriptions. */
export const MESSAGE_COST = 16;
