/** Frames of numbers that wait to leave. Bounded by its users: a few for each stream there may be. */
import { encodeHead, MAX_HEAD_BYTES } from './frame.js';

/** Inputs: `push`. Outputs: bytes by `fill`, in the order of the pushes. */
export class ControlQueue {
  #frames: { readonly type: number; readonly fields: readonly number[] }[] = [];

  get size(): number {
    return this.#frames.length;
  }

  push(type: number, ...fields: number[]): void {
    this.#frames.push({ type, fields });
  }

  clear(): void {
    this.#frames = [];
  }

  /** Writes as many as there is room for from `at` on and returns where they end. */
  fill(into: Buffer, at: number): number {
    let end = at;
    let used = 0;
    for (const { type, fields } of this.#frames) {
      if (into.byteLength - end < MAX_HEAD_BYTES) break;
      end = encodeHead(into, end, type, fields);
      used += 1;
    }
    this.#frames.splice(0, used);
    return end;
  }
}
