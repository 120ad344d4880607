/** Times of one arm: when each frame left and when its last byte was there. */
import { monotonicMs, type Percentiles, percentiles } from '@longhaul/cli';
import type { FlvTag } from '@longhaul/flv';
import { sequenceOf } from './test-broadcast.js';

/** What an arm measured. Times in ms. */
export interface ArmReport {
  readonly sent: number;
  readonly received: number;
  /** Frames that did not come exactly once. */
  readonly lost: number;
  readonly duplicated: number;
  readonly videoMs: Percentiles | undefined;
  readonly audioMs: Percentiles | undefined;
  /** Audio and video together. */
  readonly delayMs: Percentiles | undefined;
}

/** Inputs: `sent` just before a frame is written, `received` when its last byte was read, both in this process. Output: `report`. */
export class ArmTimes {
  readonly #sentAtMs = new Map<number, number>();
  readonly #video: number[] = [];
  readonly #audio: number[] = [];
  readonly #seen = new Set<number>();
  #sent = 0;
  #duplicated = 0;

  sent(sequence: number): void {
    this.#sent++;
    this.#sentAtMs.set(sequence, monotonicMs());
  }

  received(tag: FlvTag): void {
    const nowMs = monotonicMs();
    const sequence = sequenceOf(tag);
    const sentAtMs = sequence === undefined ? undefined : this.#sentAtMs.get(sequence);
    if (sequence === undefined || sentAtMs === undefined) return;
    if (this.#seen.has(sequence)) {
      this.#duplicated++;
      return;
    }
    this.#seen.add(sequence);
    (tag.type === 9 ? this.#video : this.#audio).push(nowMs - sentAtMs);
  }

  report(): ArmReport {
    return {
      sent: this.#sent,
      received: this.#seen.size,
      lost: this.#sent - this.#seen.size,
      duplicated: this.#duplicated,
      videoMs: percentiles(this.#video),
      audioMs: percentiles(this.#audio),
      delayMs: percentiles([...this.#video, ...this.#audio]),
    };
  }
}
