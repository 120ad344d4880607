/**
 * What the last link over QUIC to each peer learned of its path, for the next dial to start from (RFC 9959). Peers are
 * known by the URLs they are dialled by: a peer that moves to another address is on another path.
 *
 * In memory only: a relay that starts knows nothing. What is too old is forgotten: paths change.
 */
import type { SavedPath } from '@longhaul/quic';

/** What the memory works with. */
export interface PathMemoryOptions {
  /** How long a path is remembered; 0: not at all. */
  readonly lifetimeMs: () => number;
  readonly nowMs: () => number;
}

/** See the head of the file. */
export class PathMemory {
  readonly #options: PathMemoryOptions;
  /** Oldest first. */
  readonly #paths = new Map<string, { readonly atMs: number; readonly path: SavedPath }>();

  constructor(options: PathMemoryOptions) {
    this.#options = options;
  }

  /** How many peers are remembered. */
  get size(): number {
    return this.#paths.size;
  }

  /** A link to `url` is over; `path` is undefined when it learned too little, and what is known from before stays. */
  remember(url: string, path: SavedPath | undefined): void {
    if (path === undefined || this.#options.lifetimeMs() === 0) return;
    this.#paths.delete(url);
    this.#paths.set(url, { atMs: this.#options.nowMs(), path });
    const [oldest] = this.#paths.keys();
    if (this.#paths.size > MAX_PEERS && oldest !== undefined) this.#paths.delete(oldest);
  }

  /** What a dial to `url` may start from. */
  recall(url: string): SavedPath | undefined {
    const known = this.#paths.get(url);
    if (known === undefined) return undefined;
    if (this.#options.nowMs() - known.atMs < this.#options.lifetimeMs()) return known.path;
    this.#paths.delete(url);
    return undefined;
  }
}

/** More peers than a relay dials. */
const MAX_PEERS = 1_024;
