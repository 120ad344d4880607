/** The peers that subscribe to one path here. */
import type { Broadcast } from '../broadcast.js';
import type { Timers } from '../timers.js';
import type { LinkEntry } from './candidates.js';
import type { DownstreamDemand, DownstreamEvents, DownstreamRefusal } from './link-port.js';
import { Patience } from './patience.js';

interface Downstream {
  readonly entry: LinkEntry;
  readonly events: DownstreamEvents;
}

/**
 * Input: `request`, `serve`, `refuse`, `linkClosed`. Output: each request's events; `onGone` when one has left by itself.
 * A request waits for a broadcast for a bounded time, then it is refused.
 */
export class DownstreamPeers {
  readonly #waiting = new Set<Downstream>();
  readonly #served = new Set<Downstream>();
  readonly #patience: Patience<Downstream>;
  readonly #onGone: (nowMs: number) => void;

  constructor(timers: Timers, waitMs: number, onGone: (nowMs: number) => void) {
    this.#onGone = onGone;
    this.#patience = new Patience(timers, waitMs, (downstream, nowMs) => {
      this.#answer(downstream, 'unavailable', nowMs);
      onGone(nowMs);
    });
  }

  /** Waiting and served. */
  get size(): number {
    return this.#waiting.size + this.#served.size;
  }

  /** Peers that are served. */
  get servedNames(): string[] {
    return Array.from(this.#served, ({ entry }) => entry.link.peerName);
  }

  /** A peer asks. The owner serves or refuses it now or later. */
  request(entry: LinkEntry, events: DownstreamEvents, nowMs: number): DownstreamDemand {
    const downstream: Downstream = { entry, events };
    this.#waiting.add(downstream);
    this.#patience.add(downstream, nowMs);
    return {
      close: (at) => {
        if (this.#remove(downstream)) this.#onGone(at);
      },
    };
  }

  /** Those that wait get this broadcast. */
  serve(broadcast: Broadcast, nowMs: number): void {
    for (const downstream of [...this.#waiting]) {
      if (!this.#waiting.delete(downstream)) continue;
      this.#patience.delete(downstream);
      this.#served.add(downstream);
      downstream.events.onBroadcast(broadcast, nowMs);
    }
  }

  /** Those that wait get nothing. */
  refuse(reason: DownstreamRefusal, nowMs: number): void {
    for (const downstream of [...this.#waiting]) this.#answer(downstream, reason, nowMs);
  }

  /** The link is gone with what it asked for; nothing is reported to it. */
  linkClosed(entry: LinkEntry): void {
    for (const downstream of [...this.#waiting, ...this.#served]) {
      if (downstream.entry === entry) this.#remove(downstream);
    }
  }

  #answer(downstream: Downstream, reason: DownstreamRefusal, nowMs: number): void {
    if (this.#remove(downstream)) downstream.events.onRefused(reason, nowMs);
  }

  #remove(downstream: Downstream): boolean {
    this.#patience.delete(downstream);
    return this.#waiting.delete(downstream) || this.#served.delete(downstream);
  }
}
