/** The publishers and viewers of one relay: what ingest and egress protocols ask for, whichever they are. */
import type { Socket } from 'node:net';
import type { BroadcastPath, FeedEntry, Registry } from '@longhaul/core';
import type { FanOut } from './egress/fan-out.js';
import * as LiveEdge from './egress/live-edge.js';
import { type Delivery, ViewerSession } from './egress/viewer-session.js';
import { RelayError } from './errors.js';
import { type Claim, mayTakeOver } from './ingest/claim.js';
import type { Ingest } from './ingest/ingest.js';
import type { Logger } from './log.js';
import type { Tally } from './metrics.js';
import type { NamedBroadcast } from './names.js';

/** What sessions are made with. */
export interface SessionsOptions {
  readonly registry: Registry;
  readonly fanOut: FanOut;
  readonly tally: Tally;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** Seconds since 1970, for epochs. */
  readonly unixSeconds: () => number;
  /** After this long without a byte a publisher gives way, ms. */
  readonly takeOverMs: () => number;
  /** How viewers follow that do not say otherwise. Asked each time, so that a reload applies. */
  readonly liveEdge: () => LiveEdge.LiveEdgeDefaults;
}

/** Input: `publish`, `view`, `refuseNew`, `end`. Output: sessions; how many there are. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #viewers = new Set<ViewerSession>();
  readonly #claims = new Map<BroadcastPath, Claim>();
  /** What was written last: viewers at the same place share it. */
  #lastWritten: readonly FeedEntry[] | undefined;
  #open = true;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Viewers and publishers now. */
  get size(): number {
    return this.#viewers.size + this.#options.tally.publishers;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /**
   * Starts a publication, in place of a dead one of the same name. Throws `LH_CORE_BROADCAST_IN_USE`,
   * `LH_RELAY_STOPPED`.
   */
  publish(path: BroadcastPath, claim: Claim): Ingest {
    this.#checkOpen();
    const { registry, nowMs, unixSeconds, takeOverMs } = this.#options;
    const holder = this.#claims.get(path);
    if (holder !== undefined && mayTakeOver(holder, claim, { nowMs: nowMs(), silentMs: takeOverMs() }))
      holder.giveWay();
    const publisher = { kind: 'rtmp', address: claim.source };
    const publication = registry.publish(path, { epochSeconds: unixSeconds(), publisher, nowMs: nowMs() });
    this.#claims.set(path, claim);
    const { broadcast, writer } = publication;
    return {
      path,
      epoch: broadcast.epoch,
      refused: writer.refused,
      write: (frame, atMs) => writer.write(frame, atMs),
      end: (atMs) => {
        if (this.#claims.get(path) === claim) this.#claims.delete(path);
        publication.end(atMs);
      },
    };
  }

  /** Starts a viewer on `socket`. Throws `LH_RELAY_STOPPED`, `LH_RELAY_VIEW`. */
  view(
    { path, query }: NamedBroadcast,
    socket: Socket,
    delivery: Delivery,
    onOver?: () => void,
  ): ViewerSession {
    this.#checkOpen();
    const { registry, fanOut, tally, log, nowMs, liveEdge } = this.#options;
    const wish = LiveEdge.parse(query, liveEdge());
    const viewer = registry.view(path, { ...wish, nowMs: nowMs() });
    const session = new ViewerSession({
      path,
      viewer,
      delivery,
      socket,
      fanOut,
      tally,
      log,
      nowMs,
      onWritten: (entries, atMs) => this.#written(path, entries, atMs),
      onOver: (over) => {
        this.#viewers.delete(over);
        onOver?.();
      },
    });
    this.#viewers.add(session);
    session.start();
    return session;
  }

  /** Whether a viewer of `path` has had something. */
  hasPlayed(path: BroadcastPath): boolean {
    for (const viewer of this.#viewers) if (viewer.path === path && viewer.isPlaying) return true;
    return false;
  }

  /** Calls `each` for the frames that the viewers of now have lost. */
  eachDrop(each: (kind: string, reason: string, frames: number) => void): void {
    for (const viewer of this.#viewers) viewer.eachLoss(each);
  }

  /** No new sessions from now on. */
  refuseNew(): void {
    this.#open = false;
  }

  /** Ends the viewers of broadcasts that have no source: while the relay drains nobody comes back. */
  endOrphans(): void {
    const { registry } = this.#options;
    for (const viewer of [...this.#viewers]) {
      if (registry.broadcast(viewer.path) === undefined) viewer.end('drained');
    }
  }

  /** Ends all viewers. */
  end(reason: string): void {
    for (const viewer of [...this.#viewers]) viewer.end(reason);
  }

  #written(path: BroadcastPath, entries: readonly FeedEntry[], nowMs: number): void {
    if (entries === this.#lastWritten) return;
    this.#lastWritten = entries;
    const broadcast = this.#options.registry.broadcast(path);
    if (broadcast === undefined) return;
    for (const { epoch, frame } of entries) {
      if (epoch === broadcast.epoch) broadcast.delays.written(frame.ordinal, nowMs);
    }
  }

  #checkOpen(): void {
    if (!this.#open) throw new RelayError('LH_RELAY_STOPPED', 'the relay is draining');
  }
}
