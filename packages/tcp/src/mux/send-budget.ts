/** What the send buffers of all streams hold together, and who waits for room in them. */
import type { SendHalf } from './send-half.js';

/** Inputs: bytes that wait and leave, halves without room. Outputs: `handleRoom` of those once an eighth is free. */
export class SendBudget {
  readonly #totalBytes: number;
  readonly #starved = new Set<SendHalf>();
  #queuedBytes = 0;

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get roomBytes(): number {
    return Math.max(0, this.#totalBytes - this.#queuedBytes);
  }

  /** So many bytes more wait, or fewer. */
  add(bytes: number): void {
    this.#queuedBytes += bytes;
    if (this.#starved.size === 0 || this.roomBytes < this.#totalBytes / 8) return;
    const starved = [...this.#starved];
    this.#starved.clear();
    for (const half of starved) half.handleRoom();
  }

  starve(half: SendHalf): void {
    this.#starved.add(half);
  }

  clear(): void {
    this.#starved.clear();
  }
}
