/** How one path is had over links: which peer is subscribed to, and what happens when that changes. */
import type { Broadcast } from '../broadcast.js';
import type { BroadcastPath } from '../path.js';
import type { Timer, Timers } from '../timers.js';
import type { AnnounceSource } from './announcer.js';
import { type Candidate, Candidates, type LinkEntry } from './candidates.js';
import type { UpstreamEnd, UpstreamRequest } from './link-port.js';
import { Upstream, type UpstreamOwner } from './upstream.js';

/** Who wants the path: the route. */
export interface RemoteSourceOwner {
  /** The broadcast that is live here, filled or not; undefined when there is none. */
  readonly live: Broadcast | undefined;
  /** Whether a peer's broadcast may have this epoch. */
  takesEpoch(epoch: number): boolean;
  /** A peer accepted: returns the broadcast to fill, the live one if it has this epoch. */
  accepted(accepted: { readonly epoch: number; readonly firstOrdinal: number }, nowMs: number): Broadcast;
  /** The epoch is over and all of it was delivered. */
  finished(epoch: number, nowMs: number): void;
  /** Something changed that the route must act on. */
  changed(nowMs: number): void;
}

/**
 * Input: `candidates`, `follow`, `stop`, `linkClosed`, the links' events. Output: subscriptions, the owner's callbacks.
 *
 * Rules: a subscription that works stays while its link announces the epoch and nobody announces a newer one. When
 * another replaces it, the old one stays until the new one is accepted (`#retiring`), so the tail of an old epoch still
 * arrives and nothing is missed of a continued one. At most one subscription is open per link and epoch.
 */
export class RemoteSource {
  readonly candidates = new Candidates();
  readonly #path: BroadcastPath;
  readonly #owner: RemoteSourceOwner;
  /** When a subscription that failed is tried again. */
  readonly #retryTimer: Timer;
  readonly #upstreamOwner: UpstreamOwner;
  #upstream: Upstream | undefined;
  #retiring: Upstream | undefined;

  constructor(path: BroadcastPath, timers: Timers, owner: RemoteSourceOwner) {
    this.#path = path;
    this.#owner = owner;
    this.#retryTimer = timers.open((nowMs) => owner.changed(nowMs));
    this.#upstreamOwner = {
      accepted: (upstream, accepted, nowMs) => this.#accepted(upstream, accepted, nowMs),
      opened: (nowMs) => owner.changed(nowMs),
      ended: (upstream, end, nowMs) => this.#ended(upstream, end, nowMs),
    };
  }

  /** The subscription that counts; undefined when there is none. */
  get upstream(): Upstream | undefined {
    return this.#upstream;
  }

  /** Whether a peer fills the live broadcast. */
  get isFilling(): boolean {
    return this.#upstream?.state.kind === 'open' || this.#retiring !== undefined;
  }

  /** What to tell other relays: the way that is used, else the best known; undefined when the path cannot be had. */
  get announced(): AnnounceSource | undefined {
    const used = this.#upstream === undefined ? undefined : this.candidates.of(this.#upstream.entry);
    const isHad = used?.presumed === false || this.#upstream?.state.kind === 'open';
    const isUsed = used !== undefined && isHad && !used.finished && used.failures === 0;
    return isUsed ? used : this.candidates.bestToAnnounce();
  }

  /** Subscribes to the best candidate, unless the present subscription is to be kept. `start` is asked for unless the candidate was awaited. */
  follow(start: UpstreamRequest['start'], nowMs: number): void {
    const best = this.candidates.best(nowMs);
    if (best !== undefined && this.#isToReplace(best)) {
      this.#retire(nowMs);
      this.#open(best, start, nowMs);
    }
    this.#retryTimer.set(this.candidates.nextRetryMs(nowMs));
  }

  /** Ends all subscriptions. */
  stop(nowMs: number): void {
    const { candidates } = this;
    for (const upstream of [this.#upstream, this.#retiring]) upstream?.close(nowMs);
    this.#upstream = undefined;
    this.#retiring = undefined;
    this.#retryTimer.set(undefined);
    candidates.forgive();
  }

  /** The link is gone with its announcement and subscriptions. */
  linkClosed(entry: LinkEntry): void {
    this.candidates.lose(entry);
    if (this.#retiring?.entry === entry) {
      this.#retiring.drop();
      this.#retiring = undefined;
    }
    if (this.#upstream?.entry === entry) {
      this.#upstream.drop();
      this.#upstream = this.#retiring;
      this.#retiring = undefined;
    }
  }

  #isToReplace(best: Candidate): boolean {
    const current = this.#upstream;
    if (current === undefined || best.epoch > current.epoch) return true;
    if (best.entry === current.entry || best.epoch < current.epoch) return false;
    const announced = this.candidates.of(current.entry);
    const isStanding = announced !== undefined && !announced.finished && announced.epoch <= current.epoch;
    return !isStanding || current.entry.goingAway;
  }

  #retire(nowMs: number): void {
    const current = this.#upstream;
    this.#upstream = undefined;
    if (current?.state.kind !== 'open') {
      current?.close(nowMs);
      return;
    }
    // There is no older one: an open subscription has closed what it replaced.
    this.#retiring = current;
  }

  #open(candidate: Candidate, start: UpstreamRequest['start'], nowMs: number): void {
    const { epoch, entry, awaited } = candidate;
    const live = this.#owner.live;
    const ordinal = live?.epoch === epoch ? live.resumeOrdinal : undefined;
    const request: UpstreamRequest = {
      start: awaited ? 'earliest' : start,
      ...(ordinal === undefined ? {} : { resume: { epoch, ordinal } }),
    };
    this.#upstream = new Upstream(entry, epoch, this.#upstreamOwner);
    this.#upstream.open(this.#path, request, nowMs);
  }

  #accepted(
    upstream: Upstream,
    accepted: { readonly epoch: number; readonly firstOrdinal: number },
    nowMs: number,
  ): Broadcast | undefined {
    if (!this.#owner.takesEpoch(accepted.epoch)) return undefined;
    const announced = this.candidates.of(upstream.entry)?.epoch ?? accepted.epoch;
    // A peer that does not have what it announces would else be asked for it again at once, for ever.
    if (accepted.epoch < announced) this.candidates.fail(upstream.entry, nowMs);
    else this.candidates.succeed(upstream.entry);
    this.#retiring?.close(nowMs);
    this.#retiring = undefined;
    return this.#owner.accepted(accepted, nowMs);
  }

  #ended(upstream: Upstream, end: UpstreamEnd, nowMs: number): void {
    if (upstream === this.#retiring) {
      this.#retiring = undefined;
    } else {
      this.#upstream = this.#retiring;
      this.#retiring = undefined;
      if (end.kind !== 'finished') this.candidates.fail(upstream.entry, nowMs);
    }
    if (end.kind === 'finished') {
      this.candidates.finish(upstream.epoch);
      this.#owner.finished(upstream.epoch, nowMs);
    }
    this.#owner.changed(nowMs);
  }
}
