/** The links over which one path can be had, and which of them is best. */
import type { AnnouncedRoute, RegistryLink } from './link-port.js';

/** A link as the registry keeps it. */
export interface LinkEntry {
  readonly link: RegistryLink;
  /** False once it is closed: nothing may be called on it. */
  open: boolean;
  /** The peer will close it soon. */
  goingAway: boolean;
  /** How many paths the peer announces now. */
  announced: number;
}

/** A path as one link announces it. */
export interface Candidate extends AnnouncedRoute {
  readonly entry: LinkEntry;
  /** Counts up: the first to announce wins a draw. */
  readonly order: number;
  /** The link has not announced it: the last link to the same peer did. */
  readonly presumed: boolean;
  /** Somebody here was waiting when this epoch was announced: they want it from its beginning. */
  readonly awaited: boolean;
  /** This epoch is over, whatever the peer announces. */
  finished: boolean;
  /** Subscriptions that failed in a row. */
  failures: number;
  /** Not to be tried before, ms. */
  retryAtMs: number;
}

/** Input: what links announce and how subscriptions fared. Output: `best`. */
export class Candidates {
  readonly #byLink = new Map<LinkEntry, Candidate>();
  /** What the last link to a peer announced when it was lost, by relay id. */
  readonly #lost = new Map<string, AnnouncedRoute>();
  #orders = 0;
  #finishedEpoch: number | undefined;

  get size(): number {
    return this.#byLink.size;
  }

  /** The peers that announce it, in the order of their first announcements. */
  get peers(): string[] {
    return Array.from(this.#byLink.keys(), (entry) => entry.link.peerName);
  }

  /** Whether any of them may still deliver: its epoch is not over. */
  get hasLive(): boolean {
    return this.#first(() => true) !== undefined;
  }

  of(entry: LinkEntry): Candidate | undefined {
    return this.#byLink.get(entry);
  }

  /** Takes an announcement, new or changed. */
  set(entry: LinkEntry, route: AnnouncedRoute, awaited: boolean): void {
    const known = this.#byLink.get(entry);
    const isSameEpoch = known?.epoch === route.epoch;
    if (known === undefined) this.#orders += 1;
    this.#byLink.set(entry, {
      epoch: route.epoch,
      hops: route.hops,
      entry,
      order: known?.order ?? this.#orders,
      presumed: false,
      awaited: isSameEpoch ? known.awaited : awaited,
      finished: isSameEpoch ? known.finished : route.epoch === this.#finishedEpoch,
      failures: 0,
      retryAtMs: 0,
    });
  }

  delete(entry: LinkEntry): void {
    this.#byLink.delete(entry);
  }

  /** The link is lost: the peer has the path still, as like as not. */
  lose(entry: LinkEntry): void {
    const candidate = this.#byLink.get(entry);
    this.#byLink.delete(entry);
    if (candidate === undefined || candidate.finished) return;
    const { epoch, hops } = candidate;
    this.#lost.set(entry.link.peerName, { epoch, hops });
    const [oldest] = this.#lost.keys();
    if (this.#lost.size > MAX_LOST) this.#lost.delete(oldest as string);
  }

  /** A link to a peer is open: what the last one announced is asked for before this one can announce it. */
  presume(entry: LinkEntry): void {
    const route = this.#lost.get(entry.link.peerName);
    this.#lost.delete(entry.link.peerName);
    if (route === undefined || this.#byLink.has(entry)) return;
    this.set(entry, route, false);
    this.#byLink.set(entry, { ...(this.#byLink.get(entry) as Candidate), presumed: true });
  }

  /** The epoch is over: links that still announce it are behind the times. */
  finish(epoch: number): void {
    this.#finishedEpoch = epoch;
    for (const candidate of this.#byLink.values()) {
      if (candidate.epoch === epoch) candidate.finished = true;
    }
  }

  /** A subscription failed: not again before a time that doubles with each failure in a row. */
  fail(entry: LinkEntry, nowMs: number): void {
    const candidate = this.#byLink.get(entry);
    if (candidate === undefined) return;
    if (candidate.presumed) {
      // It was a guess.
      this.#byLink.delete(entry);
      return;
    }
    candidate.retryAtMs = nowMs + Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** candidate.failures);
    candidate.failures += 1;
  }

  /** A subscription was accepted. */
  succeed(entry: LinkEntry): void {
    const candidate = this.#byLink.get(entry);
    if (candidate !== undefined) candidate.failures = 0;
  }

  /** Nobody wants the path for now: past failures do not count when somebody does, and nobody guesses. */
  forgive(): void {
    for (const [entry, candidate] of this.#byLink) {
      if (candidate.presumed) this.#byLink.delete(entry);
      candidate.failures = 0;
      candidate.retryAtMs = 0;
    }
  }

  /** What to subscribe to: not finished or waiting for a retry; the highest epoch, then links that stay, then the fewest hops. */
  best(nowMs: number): Candidate | undefined {
    return this.#first((candidate) => candidate.retryAtMs <= nowMs);
  }

  /** What to tell others of: as `best`, but nothing that failed the last time or is a guess. */
  bestToAnnounce(): Candidate | undefined {
    return this.#first((candidate) => candidate.failures === 0 && !candidate.presumed);
  }

  /** When the next retry is due; undefined when none is waited for. */
  nextRetryMs(nowMs: number): number | undefined {
    let next: number | undefined;
    for (const { retryAtMs, finished } of this.#byLink.values()) {
      if (!finished && retryAtMs > nowMs && (next === undefined || retryAtMs < next)) next = retryAtMs;
    }
    return next;
  }

  /** The highest epoch announced; -1 when there is none. */
  get highestEpoch(): number {
    let highest = this.#finishedEpoch ?? -1;
    for (const { epoch } of this.#byLink.values()) highest = Math.max(highest, epoch);
    return highest;
  }

  #first(isUsable: (candidate: Candidate) => boolean): Candidate | undefined {
    let best: Candidate | undefined;
    for (const candidate of this.#byLink.values()) {
      if (candidate.finished || !isUsable(candidate)) continue;
      if (best === undefined || compare(candidate, best) < 0) best = candidate;
    }
    return best;
  }
}

function compare(a: Candidate, b: Candidate): number {
  return (
    b.epoch - a.epoch ||
    Number(a.entry.goingAway) - Number(b.entry.goingAway) ||
    a.hops.length - b.hops.length ||
    a.order - b.order
  );
}

/** Peers whose lost announcements are remembered for a path. */
const MAX_LOST = 16;

/** First wait after a failed subscription, ms. */
const RETRY_MIN_MS = 250;

/** Longest wait between two tries, ms. */
const RETRY_MAX_MS = 10_000;
