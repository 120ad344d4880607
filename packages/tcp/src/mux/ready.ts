/** Which stream's bytes leave next. */
import { Rounds } from '@longhaul/transport';
import { MAX_DATA_BYTES, type Schedule } from './limits.js';
import type { SendHalf } from './send-half.js';

/** Streams with bytes that may leave. Inputs: `update` after each change of a half. Outputs: `first`, how much of it. */
export class Ready {
  readonly #schedule: Schedule;
  readonly #rounds = new Rounds<SendHalf>();

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  get size(): number {
    return this.#rounds.size;
  }

  /** The half has other bytes, another window or another priority. */
  update(half: SendHalf): void {
    if (half.sendableBytes > 0) this.#rounds.add(half, this.#schedule === 'arrival' ? 0 : half.priority);
    else this.#rounds.delete(half);
  }

  delete(half: SendHalf): void {
    this.#rounds.delete(half);
  }

  clear(): void {
    this.#rounds.clear();
  }

  /** Whose turn it is. */
  first(): SendHalf | undefined {
    if (this.#schedule === 'priority') return this.#rounds.first();
    let first: SendHalf | undefined;
    for (const half of this.#rounds) {
      if (first === undefined || half.headSequence < first.headSequence) first = half;
    }
    return first;
  }

  /** How much of it at once, at most `maxBytes`: its equals come after it, or what another stream wrote later. */
  share(half: SendHalf, maxBytes: number): number {
    const most = Math.min(maxBytes, MAX_DATA_BYTES, half.sendableBytes);
    return this.#schedule === 'arrival' ? half.headBytes(most) : most;
  }

  /** The half had its turn. */
  rotate(half: SendHalf): void {
    this.#rounds.rotate(half);
    this.update(half);
  }
}
