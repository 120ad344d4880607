/** Reads the figures out of the running parts of a relay. */
import {
  type Broadcast,
  type BroadcastPath,
  type FeedCounters,
  Path,
  type PathSnapshot,
  type Registry,
  type Track,
} from '@longhaul/core';
import { MediaClassifier } from '@longhaul/flv';
import type { RelayConfig } from './config/config.js';
import { MESSAGE_TYPES } from './egress/framing.js';
import type { BroadcastFigure, FigureSource, FiguresBody, LinkFigure, RelayFigure } from './figures.js';
import { LagMeter } from './lag-meter.js';
import { dropsByPath } from './links/link-figure.js';
import type { Links } from './links/links.js';
import { VERSION } from './version.js';

/** Where the figures are read. */
export interface RelayFiguresOptions {
  readonly config: () => RelayConfig;
  /** Filled in as listeners are bound. */
  readonly addresses: { readonly rtmp?: string; readonly http?: string };
  readonly registry: Registry;
  readonly links: Links | undefined;
  /** Whether a viewer of this path has had something. */
  readonly hasPlayed: (path: BroadcastPath) => boolean;
  readonly nowMs: () => number;
  readonly draining: () => boolean;
}

/** The figures of one relay. */
export class RelayFigures implements FigureSource {
  readonly #options: RelayFiguresOptions;
  readonly #startedMs: number;
  /** From the first time that the figures of a broadcast were asked for. */
  readonly #lags = new WeakMap<Broadcast, LagMeter>();

  constructor(options: RelayFiguresOptions) {
    this.#options = options;
    this.#startedMs = options.nowMs();
  }

  relay(): RelayFigure {
    const { id, role, region } = this.#options.config().relay;
    const uptimeMs = Math.round(this.#options.nowMs() - this.#startedMs);
    return { id, role, ...(region !== '' && { region }), version: VERSION, uptimeMs };
  }

  broadcasts(): BroadcastFigure[] {
    const drops = dropsByPath((this.#options.links?.open ?? []).map(({ session }) => session));
    return this.#options.registry
      .snapshot()
      .map((snapshot) => this.#broadcast(snapshot, drops.get(snapshot.path)));
  }

  links(): LinkFigure[] {
    return this.#options.links?.figures() ?? [];
  }

  healthy(): boolean {
    return !this.#options.draining();
  }

  /** Everything that the page shows; `host` is how the asking client names this relay. */
  body(host: string): FiguresBody {
    const { nowMs, config, addresses } = this.#options;
    const { pushUrl } = config().http.page;
    const rtmp = addresses.rtmp === undefined ? undefined : `rtmp://${rtmpAuthority(host, addresses.rtmp)}`;
    const push = pushUrl ?? (rtmp === undefined ? undefined : `${rtmp}/live`);
    const broadcasts = this.broadcasts().map((broadcast) => ({
      ...broadcast,
      play: { ...broadcast.play, ...playRtmp(rtmp, broadcast.path) },
    }));
    return {
      nowMs: nowMs(),
      relay: this.relay(),
      urls: { ...(push !== undefined && { push }), ...(rtmp !== undefined && { rtmp }) },
      broadcasts,
      links: this.links(),
    };
  }

  #broadcast(snapshot: PathSnapshot, linkDrops: BroadcastFigure['linkDrops']): BroadcastFigure {
    const { path, epoch, source, viewers, downstreams, frames, bytes, cache } = snapshot;
    const broadcast = this.#options.registry.broadcast(path);
    const lagMs = broadcast === undefined ? undefined : this.#lagMs(broadcast);
    const { app, stream } = Path.split(path);
    const flv = `/${app}/${stream}.flv`;
    return {
      path,
      epoch: epoch ?? 0,
      state: broadcast !== undefined ? 'live' : this.#options.hasPlayed(path) ? 'ended' : 'waiting',
      ...sourceOf(source),
      viewers,
      downstream: downstreams.length,
      announcedBy: [...snapshot.announcedBy],
      tracks: broadcast === undefined ? [] : [...broadcast.tracks.values()].map(describeTrack),
      bytesReceived: bytes,
      framesReceived: frames === undefined ? 0 : Object.values(frames).reduce((sum, count) => sum + count, 0),
      ...(linkDrops !== undefined && { linkDrops }),
      ...(broadcast !== undefined && { bufferedMs: bufferedMs(broadcast) }),
      ...(cache !== undefined && { bufferedBytes: cache.bytes }),
      ...(broadcast !== undefined && { groups: groupsOf(broadcast) }),
      ...(lagMs !== undefined && { lagMs }),
      ...(snapshot.egress !== undefined && { egress: egressFigure(snapshot.egress) }),
      play: this.#options.addresses.http === undefined ? {} : { flv, webSocket: flv },
    };
  }

  #lagMs(broadcast: Broadcast): number | undefined {
    let meter = this.#lags.get(broadcast);
    if (meter === undefined) {
      meter = new LagMeter(broadcast);
      this.#lags.set(broadcast, meter);
    }
    return meter.lagMs;
  }
}

function egressFigure(egress: FeedCounters): NonNullable<BroadcastFigure['egress']> {
  const { skips, losses, refused, order, jitter } = egress;
  return {
    skips,
    lost: sums(losses),
    refused: sums(refused),
    overtaken: order.held,
    overtakenGivenUp: order.expired + order.overflown,
    ...(jitter !== undefined && { jitterMs: jitter.delayMs }),
  };
}

/** Frames of all kinds together, for each reason. */
function sums<Reason extends string>(
  counts: Readonly<Record<Reason, Readonly<Record<string, number>>>>,
): Record<Reason, number> {
  const entries = Object.entries<Readonly<Record<string, number>>>(counts);
  return Object.fromEntries(
    entries.map(([reason, frames]) => [reason, Object.values(frames).reduce((sum, count) => sum + count, 0)]),
  ) as Record<Reason, number>;
}

function sourceOf(source: PathSnapshot['source']): Pick<BroadcastFigure, 'source'> {
  if (source.kind === 'none') return {};
  if (source.kind === 'publisher') return { source: { kind: 'publisher', name: source.publisher.address } };
  return { source: { kind: 'link', name: source.peer } };
}

/** Name and codec: only flv knows codecs, and init data or any frame tells it. */
function describeTrack(track: Track): BroadcastFigure['tracks'][number] {
  const newest = track.newestGroup;
  const frame = track.newestInit?.frame ?? newest?.frame(newest.firstRetained);
  if (frame === undefined) return { name: track.name };
  const message = { type: MESSAGE_TYPES[track.media], timestamp: 0, payload: frame.payload };
  return { name: track.name, codec: new MediaClassifier().classify(message).codec };
}

function groupsOf(broadcast: Broadcast): number {
  let groups = 0;
  for (const track of broadcast.tracks.values()) groups += track.groups.length;
  return groups;
}

/** From the oldest cached frame to the newest, of the track that has most. */
function bufferedMs(broadcast: Broadcast): number {
  let mostMs = 0;
  for (const { groups } of broadcast.tracks.values()) {
    const [first, last] = [groups[0], groups[groups.length - 1]];
    const oldest = first?.frame(first.firstRetained);
    const newest = last?.frame(last.frameCount - 1);
    // Timestamps wrap: their difference is a signed 32-bit number.
    if (oldest && newest) mostMs = Math.max(mostMs, (newest.timestamp - oldest.timestamp) | 0);
  }
  return mostMs;
}

function playRtmp(rtmp: string | undefined, path: string): { rtmp?: string } {
  if (rtmp === undefined) return {};
  const [, app, stream] = path.split('/');
  return { rtmp: `${rtmp}/${app}/${stream}` };
}

/** The RTMP listener as the client reaches it: the host that it used, unless the listener is bound to one of its own. */
function rtmpAuthority(host: string, bound: string): string {
  const port = bound.slice(bound.lastIndexOf(':') + 1);
  const boundHost = bound.slice(0, bound.lastIndexOf(':'));
  const everywhere = boundHost === '0.0.0.0' || boundHost === '[::]';
  const name = host.replace(/:\d+$/, '');
  return everywhere && name !== '' ? `${name}:${port}` : bound;
}
