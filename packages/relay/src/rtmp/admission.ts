/**
 * Connections that have not shown yet what they want: how many there may be, in total and of one client.
 *
 * Where a cap is reached, the one that is slowest makes room, so that those who dawdle on purpose cannot keep others
 * out; a newcomer is refused only while all are as new as it is.
 */
import * as ClientAddress from '../client-address.js';

/** A connection before its publish or play. */
export interface Pending {
  /** Client it counts for; undefined when no cap per client holds for it. */
  readonly client: string | undefined;
  readonly sinceMs: number;
  /** How far it has come; who is less far makes room first. */
  readonly progress: number;
  /** It has to make room: cuts the connection. It has left the admission already. */
  giveWay(): void;
}

/** The caps. */
export interface AdmissionLimits {
  readonly maxPending: number;
  readonly maxPendingPerAddress: number;
}

/** Input: `admit`, `leave`. Output: `giveWay`. */
export class Admission {
  readonly #limits: () => AdmissionLimits;
  readonly #pending = new Set<Pending>();
  readonly #counts = new ClientAddress.Counts();

  /** `limits` is asked each time, so that a reload applies. */
  constructor(limits: () => AdmissionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** False when there is no room. */
  admit(newcomer: Pending, nowMs: number): boolean {
    const { maxPending, maxPendingPerAddress } = this.#limits();
    const { client } = newcomer;
    if (client !== undefined && this.#counts.of(client) >= maxPendingPerAddress) {
      if (!this.#makeRoom(nowMs, client)) return false;
    } else if (this.#pending.size >= maxPending && !this.#makeRoom(nowMs)) return false;
    this.#pending.add(newcomer);
    if (client !== undefined) this.#counts.add(client);
    return true;
  }

  /** It was accepted or is gone. Idempotent. */
  leave(pending: Pending): void {
    if (this.#pending.delete(pending) && pending.client !== undefined) this.#counts.remove(pending.client);
  }

  #makeRoom(nowMs: number, client?: string): boolean {
    let slowest: Pending | undefined;
    // In the order they came: of equals the oldest is found first.
    for (const pending of this.#pending) {
      if (client !== undefined && pending.client !== client) continue;
      if (nowMs - pending.sinceMs < SLOW_MS) break;
      if (slowest === undefined || pending.progress < slowest.progress) slowest = pending;
    }
    if (slowest === undefined) return false;
    this.leave(slowest);
    slowest.giveWay();
    return true;
  }
}

/** Within this nobody is slow: a crowd that comes at once is served in its order. */
const SLOW_MS = 100;
