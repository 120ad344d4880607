/** Broadcasts that are over, while a peer may still ask for them: its request and the end may have crossed. */
import type { Broadcast } from '../broadcast.js';
import type { BroadcastPath } from '../path.js';
import type { Timer, Timers } from '../timers.js';

/**
 * Input: `add` with each broadcast that ended, timers. Output: `of`. Each is let go of after `holdMs`, when another of
 * its path ends, and before that when they are too many or too large together: the oldest first.
 */
export class EndedBroadcasts {
  readonly #holdMs: () => number;
  readonly #timer: Timer;
  /** In the order in which they ended. */
  readonly #ended = new Map<BroadcastPath, { readonly broadcast: Broadcast; readonly untilMs: number }>();

  constructor(timers: Timers, holdMs: () => number) {
    this.#holdMs = holdMs;
    this.#timer = timers.open((nowMs) => this.#expire(nowMs));
  }

  /** The one of this path; undefined when there is none (any more). */
  of(path: BroadcastPath): Broadcast | undefined {
    return this.#ended.get(path)?.broadcast;
  }

  add(broadcast: Broadcast, nowMs: number): void {
    const holdMs = this.#holdMs();
    if (holdMs <= 0 || broadcast.nextOrdinal === 0) return;
    this.#ended.delete(broadcast.path);
    this.#ended.set(broadcast.path, { broadcast, untilMs: nowMs + holdMs });
    this.#expire(nowMs);
  }

  /** All are let go of. */
  clear(): void {
    this.#ended.clear();
    this.#timer.set(undefined);
  }

  #expire(nowMs: number): void {
    let bytes = 0;
    for (const { broadcast } of this.#ended.values()) bytes += broadcast.cache.bytes;
    for (const [path, { broadcast, untilMs }] of this.#ended) {
      if (untilMs > nowMs && this.#ended.size <= MOST && bytes <= MOST_BYTES) break;
      this.#ended.delete(path);
      bytes -= broadcast.cache.bytes;
    }
    const [oldest] = this.#ended.values();
    this.#timer.set(oldest?.untilMs);
  }
}

const MOST = 1_024;
/** Two broadcasts with a full cache; many usual ones. */
const MOST_BYTES = 64 * 1024 * 1024;
