/** The subscription of one path at one peer. */
import assert from 'node:assert/strict';
import type { Broadcast } from '../broadcast.js';
import type { BroadcastPath } from '../path.js';
import type { LinkEntry } from './candidates.js';
import type { UpstreamEnd, UpstreamRequest, UpstreamSubscription } from './link-port.js';

/** What became of a subscription. */
export type UpstreamState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly broadcast: Broadcast }
  | { readonly kind: 'closed' };

/** Who hears of a subscription: the route. */
export interface UpstreamOwner {
  /** Returns the broadcast that the peer's frames go to; undefined when its epoch cannot be. */
  accepted(
    upstream: Upstream,
    accepted: { readonly epoch: number; readonly firstOrdinal: number },
    nowMs: number,
  ): Broadcast | undefined;
  /** It is open, with the broadcast returned by `accepted`. */
  opened(nowMs: number): void;
  ended(upstream: Upstream, end: UpstreamEnd, nowMs: number): void;
}

/** Input: `open`, `close`, `drop` and the link's events. Output: the owner's callbacks. States: opening -> open -> closed. */
export class Upstream {
  readonly entry: LinkEntry;
  /** The epoch that was announced; the peer's word once it accepted. */
  epoch: number;
  readonly #owner: UpstreamOwner;
  #state: UpstreamState = { kind: 'opening' };
  #subscription: UpstreamSubscription | undefined;

  constructor(entry: LinkEntry, epoch: number, owner: UpstreamOwner) {
    this.entry = entry;
    this.epoch = epoch;
    this.#owner = owner;
  }

  get state(): UpstreamState {
    return this.#state;
  }

  /** Asks the peer. Anything may be reported before this returns. */
  open(path: BroadcastPath, request: UpstreamRequest, nowMs: number): void {
    const subscription = this.entry.link.subscribe(
      path,
      request,
      {
        onAccepted: (accepted, at) => this.#accepted(accepted, at),
        onEnded: (end, at) => this.#ended(end, at),
      },
      nowMs,
    );
    this.#subscription = subscription;
    if (this.#state.kind === 'closed' && this.entry.open) subscription.close(nowMs);
  }

  /** Unsubscribes. Idempotent. */
  close(nowMs: number): void {
    if (this.#state.kind === 'closed') return;
    this.#state = { kind: 'closed' };
    if (this.entry.open) this.#subscription?.close(nowMs);
  }

  /** The link is gone. */
  drop(): void {
    this.#state = { kind: 'closed' };
  }

  #accepted(
    accepted: { readonly epoch: number; readonly firstOrdinal: number },
    nowMs: number,
  ): Broadcast | undefined {
    assert.equal(this.#state.kind, 'opening', 'a subscription is accepted once and not after it was closed');
    const announced = this.epoch;
    this.epoch = accepted.epoch;
    const broadcast = this.#owner.accepted(this, accepted, nowMs);
    if (broadcast === undefined) {
      this.epoch = announced;
      this.close(nowMs);
      this.#owner.ended(this, { kind: 'refused', reason: `epoch ${accepted.epoch} cannot be` }, nowMs);
      return undefined;
    }
    // What the new broadcast set off may have closed it.
    if (this.#isOpening()) {
      this.#state = { kind: 'open', broadcast };
      this.#owner.opened(nowMs);
    }
    return broadcast;
  }

  #isOpening(): boolean {
    return this.#state.kind === 'opening';
  }

  #ended(end: UpstreamEnd, nowMs: number): void {
    if (this.#state.kind === 'closed') return;
    this.#state = { kind: 'closed' };
    this.#owner.ended(this, end, nowMs);
  }
}
