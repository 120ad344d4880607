/** How a link treats media that cannot leave at once. */

/** See `LinkSession.setDelivery`. */
export interface DeliveryOptions {
  /**
   * What may wait unsent below the session, where it can no longer be reordered or dropped: as much as leaves in this
   * time, ms. 0: whatever the streams take; nothing expires then. Transports that cannot meter themselves count as 0.
   */
  readonly maxUnsentMs: number;
  /** Whether video that is too late for its subscriber is dropped. */
  readonly expiry: boolean;
  /** Asked for with each subscription of ours: how long a frame may wait at the peer and still be of use, ms. 0: for ever. */
  readonly latencyBudgetMs: number;
}

/** See `DeliveryOptions`. */
export const DEFAULT_DELIVERY: DeliveryOptions = { maxUnsentMs: 20, expiry: true, latencyBudgetMs: 1_500 };
