/**
 * The way to one peer: its URL, and its fallback while that does not answer.
 *
 * Inputs: `dial`, `held` / `lost` (the link to the peer is there or gone), `stop`, timers. Outputs: dials, and
 * `onReturn` with a connection by the URL when the link stands on the fallback.
 */
import type { PeerConfig } from '../config/config.js';
import { isProven, type LinkConnection, proven } from './link-connection.js';

/** What a way works with. */
export interface PeerWayOptions {
  readonly peer: PeerConfig;
  readonly dialUrl: (url: string, signal: AbortSignal) => Promise<LinkConnection>;
  /** How long the URL may be silent before the fallback is dialled as well. */
  readonly afterMs: () => number;
  /** How often the URL is tried while the link stands on the fallback. */
  readonly retryMs: () => number;
  /** The fallback is dialled: the URL has not answered for `afterMs`. */
  readonly onFallback: (url: string) => void;
  /** The URL answers again: the link moves to this connection. */
  readonly onReturn: (connection: LinkConnection) => void;
  readonly nowMs: () => number;
}

/** See the head of the file. */
export class PeerWay {
  readonly #options: PeerWayOptions;
  /** Since when the URL has not answered; undefined while it does. */
  #silentSinceMs: number | undefined;
  readonly #fallen = new WeakSet<LinkConnection>();
  /** The link stands on the fallback. */
  #standing = false;
  #retry: NodeJS.Timeout | undefined;
  #retrying: AbortController | undefined;

  constructor(options: PeerWayOptions) {
    this.#options = options;
  }

  /** A connection by the URL, or by the fallback when that comes first. Rejects with the URL's error when there is neither. */
  async dial(signal: AbortSignal): Promise<LinkConnection> {
    const { peer, dialUrl, nowMs } = this.#options;
    const { url, fallback } = peer;
    if (fallback === undefined) return dialUrl(url, signal);
    this.#silentSinceMs ??= nowMs();
    const loser = new AbortController();
    const both = AbortSignal.any([signal, loser.signal]);
    const primary = dialUrl(url, both);
    const secondary = this.#dialFallback(fallback, primary, both);
    try {
      return await first(primary, secondary);
    } catch {
      return await primary;
    } finally {
      loser.abort();
    }
  }

  /** The link to the peer is `connection` from now on. */
  held(connection: LinkConnection): void {
    clearTimeout(this.#retry);
    this.#standing = this.#fallen.has(connection);
    if (this.#standing) this.#wait();
    else {
      if (isProven(connection)) this.#silentSinceMs = undefined;
      else void this.#forgetSilence(connection);
      this.#retrying?.abort();
    }
  }

  /**
   * There is no link any more. A try of the URL that is under way goes on: the peer may have closed this link for it,
   * and be heard before the try is over.
   */
  lost(): void {
    this.#standing = false;
    clearTimeout(this.#retry);
  }

  /** Nothing is dialled any more. Idempotent. */
  stop(): void {
    this.lost();
    this.#retrying?.abort();
  }

  async #dialFallback(
    url: string,
    primary: Promise<LinkConnection>,
    signal: AbortSignal,
  ): Promise<LinkConnection> {
    const { afterMs, nowMs, onFallback, dialUrl } = this.#options;
    const leftMs = (this.#silentSinceMs ?? nowMs()) + afterMs() - nowMs();
    const answered = await answersWithin(leftMs, primary, signal);
    signal.throwIfAborted();
    if (answered) throw new Error('the url has answered');
    onFallback(url);
    const connection = await dialUrl(url, signal);
    this.#fallen.add(connection);
    return connection;
  }

  /** A link with early data is there before its peer: the url has not answered yet. */
  async #forgetSilence(connection: LinkConnection): Promise<void> {
    if (await proven(connection)) this.#silentSinceMs = undefined;
  }

  #wait(): void {
    this.#retry = setTimeout(() => void this.#tryUrl(), this.#options.retryMs());
  }

  async #tryUrl(): Promise<void> {
    const { peer, dialUrl, onReturn } = this.#options;
    const abort = new AbortController();
    this.#retrying = abort;
    try {
      const connection = await dialUrl(peer.url, abort.signal);
      // The link on the fallback works: it is not given up for a promise.
      if (!isProven(connection) && !(await proven(connection))) throw new Error('the url has not answered');
      if (abort.signal.aborted) connection.close(0, 'not needed');
      else onReturn(connection);
    } catch {
      if (this.#standing && !abort.signal.aborted) this.#wait();
    } finally {
      if (this.#retrying === abort) this.#retrying = undefined;
    }
  }
}

/** The one that comes first; the other is closed when it comes too. Rejects when neither comes. */
async function first(
  primary: Promise<LinkConnection>,
  secondary: Promise<LinkConnection>,
): Promise<LinkConnection> {
  const winner = await Promise.any([primary, secondary]);
  for (const each of [primary, secondary]) {
    each.then(
      (connection) => connection !== winner && connection.close(0, 'the other way was quicker'),
      () => {},
    );
  }
  return winner;
}

/** Whether the URL answers within `ms`; less when the signal fires. Its failure is no answer: the time runs on. */
function answersWithin(ms: number, primary: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), Math.max(0, ms));
    const stop = (answered: boolean) => {
      clearTimeout(timer);
      resolve(answered);
    };
    signal.addEventListener('abort', () => stop(false), { once: true });
    primary.then(
      () => stop(true),
      () => {},
    );
  });
}
