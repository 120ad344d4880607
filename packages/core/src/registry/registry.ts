/** The paths of one relay: who publishes, who watches, which links have them. */
import type { Broadcast } from '../broadcast.js';
import type { ViewerOptions } from '../feed.js';
import { DEFAULT_CACHE_LIMITS, DEFAULT_FEED_LIMITS, DEFAULT_VIEWER_LIMITS } from '../limits.js';
import type { BroadcastPath } from '../path.js';
import { Timers } from '../timers.js';
import type { Viewer } from '../viewer.js';
import type { LinkEntry } from './candidates.js';
import { EndedBroadcasts } from './ended-broadcasts.js';
import type {
  AnnouncedRoute,
  AnnounceOutcome,
  DownstreamDemand,
  DownstreamEvents,
  LinkPort,
  RegistryLink,
} from './link-port.js';
import { type CompleteOptions, DEFAULT_REGISTRY_OPTIONS, type RegistryOptions } from './options.js';
import type { Publication, PublisherInfo } from './publication.js';
import { Route } from './route.js';
import type { RouteHost } from './route-host.js';
import type { PathSnapshot } from './snapshot.js';
import * as Totals from './totals.js';

/** Who publishes, and when. */
export interface PublishOptions {
  readonly nowMs: number;
  /** Seconds since 1970: the epoch, unless this path had one as high. */
  readonly epochSeconds: number;
  readonly publisher: PublisherInfo;
}

/** When a viewer comes and what it wants. `start` is `newest` by default; before there is a broadcast it gets all of the next one anyway. */
export interface ViewOptions extends Partial<ViewerOptions> {
  readonly nowMs: number;
}

/**
 * Input: `publish`, `view`, `addLink` and what the ports are told, `poll`. Output: publications, viewers, calls on
 * links. One upstream subscription per broadcast and link, whatever the viewers. Holds no timer: poll it at
 * `nextTimeoutMs`, or when `timers.onEarlier` says so.
 */
export class Registry {
  readonly timers = new Timers();
  readonly #host: RouteHost & { readonly links: Set<LinkEntry>; isDown: boolean };
  readonly #routes = new Map<BroadcastPath, Route>();
  /** The last epoch of paths that were forgotten, while a new publisher could get the same; those forgotten first go first. */
  readonly #pastEpochs = new Map<BroadcastPath, number>();
  readonly #ended: EndedBroadcasts;

  constructor(options: RegistryOptions) {
    this.#host = {
      options: complete(options),
      timers: this.timers,
      links: new Set(),
      totals: Totals.zero(),
      isDown: false,
      takesEpoch: (epoch) => this.#takesEpoch(epoch),
      broadcastOver: (broadcast, nowMs) => this.#ended.add(broadcast, nowMs),
      routeIdle: (route) => this.#forget(route),
    };
    this.#ended = new EndedBroadcasts(this.timers, () => this.#host.options.endedLingerMs);
  }

  /** When `poll` is due next; undefined when no timer runs. */
  get nextTimeoutMs(): number | undefined {
    return this.timers.nextMs;
  }

  /** Fires the timers that are due. */
  poll(nowMs: number): void {
    this.timers.poll(nowMs);
  }

  /**
   * A publisher takes a path; write its frames with `Publication.writer`.
   * @throws CoreError LH_CORE_BROADCAST_IN_USE when the path has a local publisher
   */
  publish(path: BroadcastPath, options: PublishOptions): Publication {
    const route = this.#route(path);
    const past = Math.max(route.highestEpoch, this.#pastEpochs.get(path) ?? -1);
    // A peer may announce any epoch: the numbers end at 32 bits.
    const epoch = Math.min(MAX_EPOCH, Math.max(past + 1, Math.floor(options.epochSeconds)));
    const publication = route.publish(epoch, options.publisher, options.nowMs);
    for (const [other, old] of this.#pastEpochs) {
      if (old < options.epochSeconds) this.#pastEpochs.delete(other);
    }
    return publication;
  }

  /** A viewer of a path, of which a broadcast may or may not exist. Set `onWake`, then `take`. */
  view(path: BroadcastPath, { nowMs, start = 'newest', ...options }: ViewOptions): Viewer {
    return this.#route(path).view({ start, ...options }, nowMs);
  }

  /**
   * A link to a peer is open. Everything that can be had here is announced to it at once. An older link to the same peer
   * counts as going away: it may be dead and not know it.
   */
  addLink(link: RegistryLink, nowMs: number): LinkPort {
    const entry: LinkEntry = { link, open: true, goingAway: false, announced: 0 };
    for (const other of this.#host.links) {
      if (other.link.peerName === link.peerName) other.goingAway = true;
    }
    this.#host.links.add(entry);
    for (const route of [...this.#routes.values()]) {
      route.linkOpened(entry);
      route.settle(nowMs);
    }
    return {
      announced: (path, route, at) => this.#announced(entry, path, route, at),
      withdrawn: (path, at) => this.#withdrawn(entry, path, at),
      requested: (path, events, at) => this.#requested(entry, path, events, at),
      goingAway: (at) => this.#goingAway(entry, at),
      closed: (at) => this.#closed(entry, at),
    };
  }

  /** The options' functions may answer differently from now on. */
  reconsider(nowMs: number): void {
    for (const route of [...this.#routes.values()]) route.settle(nowMs);
  }

  /** The relay goes down: publications, viewers and peers end, links are told. Nothing is subscribed to or announced any more. */
  shutDown(nowMs: number): void {
    this.#host.isDown = true;
    for (const route of [...this.#routes.values()]) route.shutDown(nowMs);
    this.#ended.clear();
  }

  /** The broadcast of a path that is live here; undefined while there is none. */
  broadcast(path: BroadcastPath): Broadcast | undefined {
    return this.#routes.get(path)?.broadcast;
  }

  /** Every path that is known, for the API. */
  snapshot(): PathSnapshot[] {
    return Array.from(this.#routes.values(), (route) => route.snapshot());
  }

  /** What was done since the beginning, what goes on now included. Costs a pass over all viewers. */
  totals(): Totals.RegistryTotals {
    const totals = structuredClone(this.#host.totals);
    for (const { broadcast, feed } of this.#routes.values()) {
      if (broadcast !== undefined) Totals.addBroadcast(totals, broadcast);
      if (feed === undefined) continue;
      Totals.addFeed(totals, feed);
      for (const viewer of feed.viewers) Totals.addViewer(totals, viewer);
    }
    return totals;
  }

  #route(path: BroadcastPath): Route {
    let route = this.#routes.get(path);
    if (route === undefined) {
      route = new Route(path, this.#host);
      this.#routes.set(path, route);
    }
    return route;
  }

  #forget(route: Route): void {
    if (this.#routes.get(route.path) !== route) return;
    this.#routes.delete(route.path);
    if (route.highestEpoch < 0) return;
    this.#pastEpochs.delete(route.path);
    this.#pastEpochs.set(route.path, route.highestEpoch);
    if (this.#pastEpochs.size > MAX_PAST_EPOCHS) {
      const [oldest] = this.#pastEpochs.keys();
      this.#pastEpochs.delete(oldest as BroadcastPath);
    }
  }

  #announced(
    entry: LinkEntry,
    path: BroadcastPath,
    announced: AnnouncedRoute,
    nowMs: number,
  ): AnnounceOutcome {
    const { relayId, mayAnnounce, maxAnnouncedPerLink } = this.#host.options;
    if (!mayAnnounce(entry.link.peerName, path)) return 'forbidden';
    if (!this.#takesEpoch(announced.epoch)) {
      this.#withdrawn(entry, path, nowMs);
      return 'epoch';
    }
    if (announced.hops.includes(relayId)) {
      // What the peer had before, it now has through here.
      this.#withdrawn(entry, path, nowMs);
      return 'loop';
    }
    const isKnown = this.#routes.get(path)?.isAnnouncedBy(entry) === true;
    if (!isKnown && entry.announced >= maxAnnouncedPerLink) return 'limit';
    if (!isKnown) entry.announced += 1;
    this.#route(path).announced(entry, announced, nowMs);
    return 'accepted';
  }

  #withdrawn(entry: LinkEntry, path: BroadcastPath, nowMs: number): void {
    const route = this.#routes.get(path);
    if (route?.isAnnouncedBy(entry) === true) entry.announced -= 1;
    route?.withdrawn(entry, nowMs);
  }

  #requested(
    entry: LinkEntry,
    path: BroadcastPath,
    events: DownstreamEvents,
    nowMs: number,
  ): DownstreamDemand {
    const route = this.#routes.get(path);
    const ended = this.#ended.of(path);
    if (ended !== undefined && route?.canServe !== true) events.onBroadcast(ended, nowMs);
    else if (route !== undefined) return route.requested(entry, events, nowMs);
    else events.onRefused('unknown-path', nowMs);
    return { close: () => {} };
  }

  /** An epoch far beyond the present leaves none to the publishers that follow. */
  #takesEpoch(epoch: number): boolean {
    const { unixSeconds, maxEpochAheadS } = this.#host.options;
    return unixSeconds === undefined || epoch <= unixSeconds() + maxEpochAheadS;
  }

  #goingAway(entry: LinkEntry, nowMs: number): void {
    entry.goingAway = true;
    for (const route of [...this.#routes.values()]) route.settle(nowMs);
  }

  #closed(entry: LinkEntry, nowMs: number): void {
    if (!entry.open) return;
    entry.open = false;
    this.#host.links.delete(entry);
    const routes = [...this.#routes.values()];
    for (const route of routes) route.linkClosed(entry);
    for (const route of routes) route.settle(nowMs);
  }
}

function complete(options: RegistryOptions): CompleteOptions {
  return {
    ...DEFAULT_REGISTRY_OPTIONS,
    ...options,
    cacheLimits: { ...DEFAULT_CACHE_LIMITS, ...options.cacheLimits },
    feedLimits: { ...DEFAULT_FEED_LIMITS, ...options.feedLimits },
    viewerLimits: { ...DEFAULT_VIEWER_LIMITS, ...options.viewerLimits },
    onFault: options.onFault,
    unixSeconds: options.unixSeconds,
  };
}

const MAX_EPOCH = 0xffff_ffff;

/** A relay without publishers has none that would clear them: this many paths, each gone for a while, are remembered. */
const MAX_PAST_EPOCHS = 10_000;
