/** All that a relay knows and does about one path. */
import { Broadcast } from '../broadcast.js';
import { CoreError } from '../errors.js';
import { Feed, type ViewerOptions } from '../feed.js';
import type { BroadcastPath } from '../path.js';
import type { Timer } from '../timers.js';
import type { Viewer } from '../viewer.js';
import { Announcer, type AnnounceSource } from './announcer.js';
import type { LinkEntry } from './candidates.js';
import { DownstreamPeers } from './downstream-peers.js';
import type { AnnouncedRoute, DownstreamDemand, DownstreamEvents, DownstreamRefusal } from './link-port.js';
import { Patience } from './patience.js';
import { Publication, type PublisherInfo } from './publication.js';
import { RemoteSource, type RemoteSourceOwner } from './remote-source.js';
import type { RouteHost } from './route-host.js';
import * as Snapshot from './snapshot.js';
import * as Totals from './totals.js';

/**
 * Input: a publisher, viewers, what links announce, ask for and lose, timers. Output: broadcasts for viewers and peers,
 * subscriptions, announcements.
 *
 * Every input changes the state, then `settle` derives from it what to subscribe to, what to announce and whom to
 * answer. A local publisher beats every link. A broadcast whose link was lost stays live (`#broadcast` without anybody
 * filling it) until another link continues its epoch or `publisherLingerMs` have passed.
 */
export class Route {
  readonly path: BroadcastPath;
  readonly #host: RouteHost;
  readonly #remote: RemoteSource;
  readonly #peers: DownstreamPeers;
  readonly #announcer: Announcer;
  /** When the subscription and the feed end for lack of demand. */
  readonly #lingerTimer: Timer;
  /** When those who had a broadcast give up waiting for the next. */
  readonly #absenceTimer: Timer;
  /** Viewers that wait for a broadcast nobody has. */
  readonly #waitingViewers: Patience<Viewer>;
  #publication: Publication | undefined;
  #broadcast: Broadcast | undefined;
  #feed: Feed | undefined;
  #isDemanded = false;
  #settling: 'no' | 'yes' | 'again' = 'no';

  constructor(path: BroadcastPath, host: RouteHost) {
    this.path = path;
    this.#host = host;
    const { timers, options } = host;
    this.#remote = new RemoteSource(path, timers, this.#remoteOwner());
    this.#peers = new DownstreamPeers(timers, options.unknownWaitMs, (nowMs) => this.settle(nowMs));
    this.#announcer = new Announcer(path);
    this.#lingerTimer = timers.open((nowMs) => this.#lingerOver(nowMs));
    this.#absenceTimer = timers.open((nowMs) => this.#absenceOver(nowMs));
    this.#waitingViewers = new Patience(timers, options.unknownWaitMs, (viewer, nowMs) =>
      viewer.finish('unknown-path', nowMs),
    );
  }

  /** The highest epoch that was seen of this path; -1 when none was. */
  get highestEpoch(): number {
    return Math.max(this.#remote.candidates.highestEpoch, this.#broadcast?.epoch ?? -1);
  }

  /** The feed that new viewers join; undefined while there is none. */
  get feed(): Feed | undefined {
    return this.#feed;
  }

  /** The broadcast that is live here; undefined while there is none. */
  get broadcast(): Broadcast | undefined {
    return this.#broadcast;
  }

  /** Whether a peer that asks can be given a broadcast, now or soon. */
  get canServe(): boolean {
    return this.#publication !== undefined || this.#remote.announced !== undefined;
  }

  /**
   * A local publisher takes the path.
   * @throws CoreError LH_CORE_BROADCAST_IN_USE when it has one
   */
  publish(epoch: number, publisher: PublisherInfo, nowMs: number): Publication {
    if (this.#publication !== undefined) {
      throw new CoreError('LH_CORE_BROADCAST_IN_USE', `${this.path} has a publisher already`);
    }
    const broadcast = this.#newBroadcast(epoch, 0);
    const publication = new Publication(broadcast, publisher, (_, at) => this.#unpublish(publication, at));
    this.#publication = publication;
    this.#setBroadcast(broadcast, nowMs);
    this.settle(nowMs);
    return publication;
  }

  /** A viewer comes. */
  view(options: ViewerOptions, nowMs: number): Viewer {
    const feed = this.#feed ?? this.#openFeed(options, nowMs);
    const viewer = feed.view(options, nowMs);
    if (viewer.state.kind === 'waiting' && this.#broadcast === undefined)
      this.#waitingViewers.add(viewer, nowMs);
    this.settle(nowMs);
    return viewer;
  }

  /** Whether a peer announces the path. */
  isAnnouncedBy(entry: LinkEntry): boolean {
    return this.#remote.candidates.of(entry)?.presumed === false;
  }

  /** A link is open; `settle` follows. What somebody here waits for is asked for at once where the last link had it. */
  linkOpened(entry: LinkEntry): void {
    if (this.#isWanted()) this.#remote.candidates.presume(entry);
  }

  /** A peer announces the path, or changes what it announced. */
  announced(entry: LinkEntry, route: AnnouncedRoute, nowMs: number): void {
    this.#remote.candidates.set(entry, route, this.#isWanted());
    this.settle(nowMs);
  }

  /** A peer no longer has the path. */
  withdrawn(entry: LinkEntry, nowMs: number): void {
    this.#remote.candidates.delete(entry);
    this.settle(nowMs);
  }

  /** A peer asks for the path. */
  requested(entry: LinkEntry, events: DownstreamEvents, nowMs: number): DownstreamDemand {
    const refusal = this.#refusalFor(entry);
    if (refusal !== undefined) {
      events.onRefused(refusal, nowMs);
      return { close: () => {} };
    }
    const demand = this.#peers.request(entry, events, nowMs);
    this.settle(nowMs);
    return demand;
  }

  /** A link is gone; `settle` follows once all routes know. */
  linkClosed(entry: LinkEntry): void {
    this.#remote.linkClosed(entry);
    this.#peers.linkClosed(entry);
    this.#announcer.drop(entry);
  }

  /** Makes everything agree with the state. Idempotent; a call from within takes effect before the outer one returns. */
  settle(nowMs: number): void {
    if (this.#settling !== 'no') {
      this.#settling = 'again';
      return;
    }
    try {
      do {
        this.#settling = 'yes';
        this.#settleDemand(nowMs);
        this.#settleSource(nowMs);
        this.#announcer.settle(this.#announcement(), this.#host.links, nowMs);
        this.#settlePeers(nowMs);
        this.#settleAbsence(nowMs);
      } while (this.#isSettlingAgain());
    } finally {
      this.#settling = 'no';
    }
    if (this.#isIdle()) this.#close(nowMs);
  }

  /** The relay goes down (`RouteHost.isDown` says so already): the publisher, viewers and peers end. */
  shutDown(nowMs: number): void {
    this.#publication?.end(nowMs);
    this.#peers.refuse('unavailable', nowMs);
    this.#isDemanded = false;
    this.settle(nowMs);
  }

  /** For the API. */
  snapshot(): Snapshot.PathSnapshot {
    return {
      path: this.path,
      source: this.#sourceSnapshot(),
      ...Snapshot.broadcast(this.#broadcast),
      viewers: this.#feed?.viewers.size ?? 0,
      egress: this.#feed?.counters,
      downstreams: this.#peers.servedNames,
      announcedBy: this.#remote.candidates.peers,
    };
  }

  #remoteOwner(): RemoteSourceOwner {
    const route = this;
    return {
      get live() {
        return route.#broadcast;
      },
      takesEpoch: (epoch) => this.#host.takesEpoch(epoch),
      accepted: ({ epoch, firstOrdinal }, nowMs) => this.#accepted(epoch, firstOrdinal, nowMs),
      finished: (epoch, nowMs) => {
        if (this.#broadcast?.epoch === epoch) this.#endBroadcast('unpublished', nowMs);
      },
      changed: (nowMs) => this.settle(nowMs),
    };
  }

  #accepted(epoch: number, firstOrdinal: number, nowMs: number): Broadcast {
    if (this.#broadcast?.epoch === epoch) return this.#broadcast;
    const broadcast = this.#newBroadcast(epoch, firstOrdinal);
    this.#setBroadcast(broadcast, nowMs);
    return broadcast;
  }

  #newBroadcast(epoch: number, firstOrdinal: number): Broadcast {
    const { cacheLimits, onFault } = this.#host.options;
    const broadcast = new Broadcast(this.path, epoch, {
      limits: cacheLimits,
      firstOrdinal,
      ...(onFault === undefined ? {} : { onFault }),
    });
    broadcast.observe({ onEnd: () => Totals.addBroadcast(this.#host.totals, broadcast) });
    return broadcast;
  }

  #setBroadcast(broadcast: Broadcast, nowMs: number): void {
    this.#waitingViewers.clear();
    const old = this.#broadcast;
    this.#broadcast = broadcast;
    old?.end('replaced', nowMs);
    // Whoever heard of that may have set yet another one.
    if (this.#broadcast === broadcast) this.#feed?.attach(broadcast, 'earliest', nowMs);
  }

  #unpublish(publication: Publication, nowMs: number): void {
    this.#publication = undefined;
    this.#broadcast = undefined;
    this.#remote.candidates.finish(publication.broadcast.epoch);
    publication.writer.end(nowMs);
    this.#host.broadcastOver(publication.broadcast, nowMs);
    this.settle(nowMs);
  }

  #endBroadcast(reason: 'unpublished' | 'link-lost' | 'idle', nowMs: number): void {
    const broadcast = this.#broadcast;
    this.#broadcast = undefined;
    broadcast?.end(reason, nowMs);
    if (broadcast !== undefined && reason === 'unpublished') this.#host.broadcastOver(broadcast, nowMs);
  }

  #openFeed({ start }: ViewerOptions, nowMs: number): Feed {
    const { options, timers } = this.#host;
    const feed: Feed = new Feed({
      path: this.path,
      limits: options.feedLimits,
      viewerLimits: options.viewerLimits,
      timeline: options.passthrough(this.path) ? 'passthrough' : 'continuous',
      timers,
      // What is published here comes as its encoder makes it.
      jitter: (broadcast) => (this.#publication?.broadcast === broadcast ? undefined : options.jitter()),
      onViewerGone: (viewer, at) => this.#viewerGone(viewer, at),
      ...(options.onFault === undefined ? {} : { onFault: options.onFault }),
    });
    this.#feed = feed;
    if (this.#broadcast !== undefined) {
      feed.attach(this.#broadcast, start === 'beginning' ? 'earliest' : 'newest', nowMs);
    }
    return feed;
  }

  #endFeed(reason: 'unpublished' | 'link-lost' | 'idle', nowMs: number): void {
    const feed = this.#feed;
    if (feed === undefined) return;
    this.#feed = undefined;
    feed.end(reason, nowMs);
    Totals.addFeed(this.#host.totals, feed);
  }

  #viewerGone(viewer: Viewer, nowMs: number): void {
    Totals.addViewer(this.#host.totals, viewer);
    this.#waitingViewers.delete(viewer);
    this.settle(nowMs);
  }

  #isWanted(): boolean {
    if (this.#host.isDown) return false;
    const viewers = this.#feed?.viewers.size ?? 0;
    return viewers > 0 || this.#peers.size > 0 || this.#host.options.subscribeAlways(this.path);
  }

  #settleDemand(nowMs: number): void {
    const { lingerMs } = this.#host.options;
    if (this.#isWanted()) {
      this.#isDemanded = true;
      this.#lingerTimer.set(undefined);
    } else if (this.#isDemanded && this.#lingerTimer.atMs === undefined) {
      if (lingerMs > 0 && !this.#host.isDown) this.#lingerTimer.set(nowMs + lingerMs);
      else this.#isDemanded = false;
    }
  }

  #settleSource(nowMs: number): void {
    const isLocal = this.#publication !== undefined;
    if (isLocal || !this.#isDemanded) this.#remote.stop(nowMs);
    else this.#remote.follow(this.#peers.size > 0 ? 'earliest' : 'newest', nowMs);
    if (this.#isDemanded) return;
    if (!isLocal) this.#endBroadcast('idle', nowMs);
    this.#endFeed('idle', nowMs);
  }

  #announcement(): AnnounceSource | undefined {
    if (this.#host.isDown) return undefined;
    const { relayId } = this.#host.options;
    if (this.#publication !== undefined) {
      return { epoch: this.#publication.broadcast.epoch, hops: [relayId], entry: undefined };
    }
    const source = this.#remote.announced;
    return source === undefined ? undefined : { ...source, hops: [...source.hops, relayId] };
  }

  #settlePeers(nowMs: number): void {
    const upstream = this.#remote.upstream;
    const isChanging = upstream?.state.kind === 'opening' && upstream.epoch !== this.#broadcast?.epoch;
    if (this.#broadcast !== undefined && !isChanging) this.#peers.serve(this.#broadcast, nowMs);
    else if (upstream === undefined && !this.#remote.candidates.hasLive)
      this.#peers.refuse('unavailable', nowMs);
  }

  #settleAbsence(nowMs: number): void {
    const isFed = this.#publication !== undefined || this.#remote.isFilling;
    const feed = this.#feed;
    const isMissed =
      this.#broadcast !== undefined || (feed !== undefined && feed.viewers.size > 0 && feed.epochs > 0);
    if (isFed || !isMissed) this.#absenceTimer.set(undefined);
    else if (this.#absenceTimer.atMs === undefined) {
      this.#absenceTimer.set(nowMs + this.#host.options.publisherLingerMs);
    }
  }

  #lingerOver(nowMs: number): void {
    this.#isDemanded = false;
    this.settle(nowMs);
  }

  #absenceOver(nowMs: number): void {
    const reason = this.#broadcast === undefined ? 'unpublished' : 'link-lost';
    this.#endBroadcast('link-lost', nowMs);
    this.#endFeed(reason, nowMs);
    this.settle(nowMs);
  }

  /** Whether something called `settle` from within. */
  #isSettlingAgain(): boolean {
    return this.#settling === 'again';
  }

  #isIdle(): boolean {
    const hasSource = this.#publication !== undefined || this.#broadcast !== undefined;
    const { upstream, isFilling, candidates } = this.#remote;
    const isWatched = (this.#feed?.viewers.size ?? 0) > 0 || this.#peers.size > 0;
    return !hasSource && upstream === undefined && !isFilling && candidates.size === 0 && !isWatched;
  }

  #close(nowMs: number): void {
    this.#endFeed('idle', nowMs);
    this.#isDemanded = false;
    this.#lingerTimer.set(undefined);
    this.#absenceTimer.set(undefined);
    this.#remote.stop(nowMs);
    this.#host.routeIdle(this);
  }

  #refusalFor(entry: LinkEntry): DownstreamRefusal | undefined {
    if (this.#publication !== undefined) return undefined;
    const source = this.#remote.announced;
    if (source === undefined) return 'unknown-path';
    return source.entry === entry || source.hops.includes(entry.link.peerName) ? 'loop' : undefined;
  }

  #sourceSnapshot(): Snapshot.SourceSnapshot {
    if (this.#publication !== undefined) return { kind: 'publisher', publisher: this.#publication.publisher };
    const upstream = this.#remote.upstream;
    if (upstream === undefined) return { kind: 'none' };
    return {
      kind: 'link',
      peer: upstream.entry.link.peerName,
      state: upstream.state.kind === 'open' ? 'open' : 'opening',
      hops: this.#remote.candidates.of(upstream.entry)?.hops ?? [],
    };
  }
}
