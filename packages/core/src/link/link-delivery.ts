/** What a link does with media that cannot leave at once: the options in force and the queue they govern. */
import type { Connection } from '@longhaul/transport';
import { DEFAULT_DELIVERY, type DeliveryOptions } from './delivery.js';
import { SendQueue } from './send-queue.js';

/** Inputs: `start` once the connection is ours, `set`, `poll`. Output: `queue`, and what holds now. */
export class LinkDelivery {
  readonly queue: SendQueue;
  readonly #connection: Connection;
  #options: DeliveryOptions;
  #metered = false;

  constructor(connection: Connection, options: Partial<DeliveryOptions>, now: () => number) {
    this.#connection = connection;
    this.#options = { ...DEFAULT_DELIVERY, ...options };
    this.queue = new SendQueue({
      wantedBytes: () => connection.wantedBytes,
      now,
    });
  }

  /** The transport meters itself: what waits does so in the cache. */
  get metered(): boolean {
    return this.#metered;
  }

  /** Whether video that is too late for its subscriber is dropped. */
  get expires(): boolean {
    return this.#metered && this.#options.expiry;
  }

  /** What our subscriptions ask for, ms. */
  get latencyBudgetMs(): number {
    return this.#options.latencyBudgetMs;
  }

  start(): void {
    const { maxUnsentMs } = this.#options;
    this.#metered = this.#connection.meterUnsent(maxUnsentMs) && maxUnsentMs > 0;
    this.queue.pump();
  }

  /** Holds from now on. True when our subscriptions have to ask for another budget. */
  set(options: Partial<DeliveryOptions>): boolean {
    const { latencyBudgetMs } = this.#options;
    this.#options = { ...this.#options, ...options };
    this.start();
    return this.#options.latencyBudgetMs !== latencyBudgetMs;
  }
}
