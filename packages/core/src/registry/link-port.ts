/**
 * Where a link and the registry meet. `RegistryLink` is what the registry asks of a link session; `LinkPort` is what
 * a link session tells and asks the registry. Neither side holds a timer or a socket.
 */
import type { Broadcast } from '../broadcast.js';
import type { BroadcastPath } from '../path.js';

/** A way to a broadcast as one relay announces it to another. */
export interface AnnouncedRoute {
  readonly epoch: number;
  /** Ids of the relays the broadcast passes, the one with the publisher first, the announcing one last. */
  readonly hops: readonly string[];
}

/** An announcement that stands until it is withdrawn or the link closes. Both calls are idempotent after `withdraw`. */
export interface LinkAnnouncement {
  /** The same path now has another epoch or comes another way. */
  update(route: AnnouncedRoute, nowMs: number): void;
  withdraw(nowMs: number): void;
}

/** What the registry asks a peer for. */
export interface UpstreamRequest {
  /**
   * `newest`: from the newest join point. `earliest`: from ordinal 0 if the publisher still holds all of it, else from
   * the newest join point (see `Broadcast.startingGroups`). Ignored where `resume` can be honoured.
   */
  readonly start: 'newest' | 'earliest';
  /** Continue an epoch after the frame with this ordinal: the peer need not send what is not after it. */
  readonly resume?: { readonly epoch: number; readonly ordinal: number };
}

/**
 * Why a subscription ended without being closed from here.
 * `finished`: the epoch is over and its tail was delivered. `refused`: the peer said no. `lost`: anything else
 * (the peer goes away, protocol trouble): the epoch may go on over another link.
 */
export type UpstreamEnd =
  | { readonly kind: 'finished' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string };

/** How a subscription reports to the registry. Nothing is reported after `close` or `LinkPort.closed`. */
export interface UpstreamEvents {
  /**
   * The peer accepted: returns the broadcast to fill, which may already hold frames of this epoch (a resumed one).
   * Fired once, possibly inside `RegistryLink.subscribe`. Undefined when no broadcast can have this epoch: the
   * subscription has been closed.
   */
  onAccepted(
    accepted: { readonly epoch: number; readonly firstOrdinal: number },
    nowMs: number,
  ): Broadcast | undefined;
  /** Fired at most once, the last event. For `finished`, after every stream of the subscription ended or a bounded wait for them. */
  onEnded(end: UpstreamEnd, nowMs: number): void;
}

/** A subscription of ours at a peer. */
export interface UpstreamSubscription {
  /** Unsubscribes. Idempotent; no event follows. */
  close(nowMs: number): void;
}

/** A link as the registry uses it. The registry calls nothing on it after `LinkPort.closed`. */
export interface RegistryLink {
  /** The relay id of the peer. */
  readonly peerName: string;
  announce(path: BroadcastPath, route: AnnouncedRoute, nowMs: number): LinkAnnouncement;
  subscribe(
    path: BroadcastPath,
    request: UpstreamRequest,
    events: UpstreamEvents,
    nowMs: number,
  ): UpstreamSubscription;
}

/** What became of an announcement of the peer. All but `accepted` are answered with a request error. */
export type AnnounceOutcome = 'accepted' | 'loop' | 'forbidden' | 'limit' | 'epoch';

/** Why a peer does not get a broadcast it asked for. */
export type DownstreamRefusal = 'unknown-path' | 'loop' | 'unavailable';

/** How the registry answers a peer's subscription. Exactly one of the two fires, once, possibly inside `requested`. */
export interface DownstreamEvents {
  /** Serve this broadcast until it ends or the peer unsubscribes. */
  onBroadcast(broadcast: Broadcast, nowMs: number): void;
  onRefused(reason: DownstreamRefusal, nowMs: number): void;
}

/** A peer's wish for a broadcast: keeps its upstream alive. */
export interface DownstreamDemand {
  /** The peer unsubscribed or was served to the end. Idempotent; no event follows. */
  close(nowMs: number): void;
}

/** What a link session tells the registry. Made by `Registry.addLink`. */
export interface LinkPort {
  /** The peer announces `path`, or changes what it announced. */
  announced(path: BroadcastPath, route: AnnouncedRoute, nowMs: number): AnnounceOutcome;
  /** The peer no longer has `path`. A subscription that is open goes on until it ends. Unknown paths are ignored. */
  withdrawn(path: BroadcastPath, nowMs: number): void;
  /** The peer subscribes to `path`. */
  requested(path: BroadcastPath, events: DownstreamEvents, nowMs: number): DownstreamDemand;
  /** The peer will close soon: other sources are preferred from now on. */
  goingAway(nowMs: number): void;
  /** The link is gone: its announcements, subscriptions and demands end. Idempotent; call nothing after it. */
  closed(nowMs: number): void;
}
