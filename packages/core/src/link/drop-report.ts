/** Tells now and then what a link has dropped because it was too late. */
import type { Traffic } from './counters.js';
import type { LinkNotice } from './options.js';

/** A subscription of the peer, as far as a report needs it. */
export interface DropSource {
  readonly path: string;
  readonly traffic: Pick<Traffic, 'tooLate'>;
}

/** Input: `poll`. Output: a notice, once a second at the most and only when something was dropped since. */
export class DropReport {
  readonly #sent: Pick<Traffic, 'tooLate'>;
  readonly #sources: () => readonly DropSource[];
  #told = 0;
  #toldMs = Number.NEGATIVE_INFINITY;
  /** What was told of each broadcast; those that are over are forgotten with the next notice. */
  #toldOf = new Map<string, number>();

  constructor(sent: Pick<Traffic, 'tooLate'>, sources: () => readonly DropSource[]) {
    this.#sent = sent;
    this.#sources = sources;
  }

  poll(nowMs: number): LinkNotice | undefined {
    const frames = this.#sent.tooLate - this.#told;
    if (frames === 0 || nowMs - this.#toldMs < EVERY_MS) return undefined;
    this.#told = this.#sent.tooLate;
    this.#toldMs = nowMs;
    const toldOf = new Map<string, number>();
    let worst = { path: '', frames: 0 };
    let broadcasts = 0;
    for (const { path, traffic } of this.#sources()) {
      const fresh = traffic.tooLate - (this.#toldOf.get(path) ?? 0);
      toldOf.set(path, traffic.tooLate);
      if (fresh > 0) broadcasts += 1;
      if (fresh > worst.frames) worst = { path, frames: fresh };
    }
    this.#toldOf = toldOf;
    return { kind: 'frames-dropped', frames, broadcasts, path: worst.path };
  }
}

const EVERY_MS = 1_000;
