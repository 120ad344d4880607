/**
 * Keeps dialling one peer while there is no link to it.
 *
 * Inputs: `start`, `linked` / `unlinked` (a link to the peer is there or gone, whoever dialled it), `stop`, timers.
 * Outputs: `dial`, and `onConnection` with what came of it.
 */
import type { Connection } from '@longhaul/transport';
import type { PeerConfig } from '../config/config.js';

/** How to wait between attempts. */
export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
}

/** What a dialler works with. */
export interface DialerOptions {
  readonly peer: PeerConfig;
  readonly backoff: Backoff;
  readonly dial: (peer: PeerConfig, signal: AbortSignal) => Promise<Connection>;
  readonly onConnection: (connection: Connection) => void;
  readonly onFailed: (peer: PeerConfig, error: Error, retryMs: number) => void;
  /** 0 to 1, for the jitter. */
  readonly random: () => number;
}

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly name: 'dialling'; readonly abort: AbortController }
  | { readonly name: 'linked' }
  | { readonly name: 'stopped' };

/** A link that lived this long has proved its peer: the next wait starts from the least one. */
const PROVEN_MS = 10_000;

/** See the head of the file. */
export class Dialer {
  readonly peer: PeerConfig;
  readonly #options: DialerOptions;
  #state: State = { name: 'idle' };
  /** Attempts since a link last proved itself. */
  #failures = 0;

  constructor(options: DialerOptions) {
    this.#options = options;
    this.peer = options.peer;
  }

  /** What the dialler does now, for the figures. */
  get state(): State['name'] {
    return this.#state.name;
  }

  /** Dials at once. */
  start(): void {
    if (this.#state.name === 'idle') void this.#dial();
  }

  /** A link to the peer is up: no need to dial. An attempt under way is not cut: both ends must see both links to keep the same one. */
  linked(): void {
    if (this.#state.name === 'stopped') return;
    if (this.#state.name === 'waiting') clearTimeout(this.#state.timer);
    this.#state = { name: 'linked' };
  }

  /** The link is gone after `livedMs`: dial again. */
  unlinked(livedMs: number): void {
    if (this.#state.name !== 'linked') return;
    this.#failures = livedMs >= PROVEN_MS ? 0 : this.#failures + 1;
    this.#wait();
  }

  /** Dials no more. Idempotent. */
  stop(): void {
    if (this.#state.name === 'waiting') clearTimeout(this.#state.timer);
    if (this.#state.name === 'dialling') this.#state.abort.abort();
    this.#state = { name: 'stopped' };
  }

  #wait(): number {
    const delayMs = waitMs(this.#failures, this.#options.backoff, this.#options.random());
    this.#state = { name: 'waiting', timer: setTimeout(() => void this.#dial(), delayMs) };
    return delayMs;
  }

  async #dial(): Promise<void> {
    const abort = new AbortController();
    const dialling: State = { name: 'dialling', abort };
    this.#state = dialling;
    try {
      const connection = await this.#options.dial(this.peer, abort.signal);
      if (this.state === 'stopped') {
        connection.close(0, 'not needed');
        return;
      }
      const meanwhile: State = this.#state as State;
      if (meanwhile.name === 'waiting') clearTimeout(meanwhile.timer);
      // The peer's own dial may have come first: the owner settles which of two links stays.
      this.#state = { name: 'linked' };
      this.#options.onConnection(connection);
    } catch (error) {
      if (this.#state !== dialling) return;
      this.#failures += 1;
      const retryMs = this.#wait();
      this.#options.onFailed(this.peer, error as Error, retryMs);
    }
  }
}

/** Wait before the next attempt after `failures` of them: doubling from `minMs` to `maxMs`, half of it by chance. */
export function waitMs(failures: number, backoff: Backoff, random: number): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 30);
  const capped = Math.min(backoff.minMs * 2 ** doublings, backoff.maxMs);
  return Math.round(capped * (0.5 + random * 0.5));
}
