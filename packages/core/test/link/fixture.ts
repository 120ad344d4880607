/** Two link sessions over a virtual link, with a small registry at each end, and a publisher with known contents. */
import { createHash } from 'node:crypto';
import { Random, type VirtualClock, type VirtualLinkOptions, virtualLink } from '@longhaul/testkit';
import type { CloseInfo, Connection } from '@longhaul/transport';
import { Broadcast, type BroadcastOptions } from '../../src/broadcast.js';
import { BroadcastWriter } from '../../src/broadcast-writer.js';
import type { Frame, FrameKind, TrackMedia } from '../../src/frame.js';
import { type LinkNotice, type LinkOptions, LinkSession } from '../../src/link/index.js';
import * as Path from '../../src/path.js';
import type {
  AnnouncedRoute,
  AnnounceOutcome,
  DownstreamDemand,
  DownstreamEvents,
  LinkPort,
  RegistryLink,
  UpstreamEnd,
  UpstreamRequest,
  UpstreamSubscription,
} from '../../src/registry/link-port.js';

/** The path that tests use when any will do. */
export const PATH = Path.parse('default/live/sample');

/** A registry of one link: remembers what it hears, serves `broadcasts`. */
export class FakePort implements LinkPort {
  readonly log: string[] = [];
  readonly broadcasts = new Map<string, Broadcast>();
  /** Requests that are neither served nor refused yet: paths that `later` holds. */
  readonly waiting = new Map<string, DownstreamEvents>();
  readonly later = new Set<string>();
  outcome: AnnounceOutcome = 'accepted';
  demands = 0;

  announced(path: Path.BroadcastPath, route: AnnouncedRoute): AnnounceOutcome {
    this.log.push(`announced ${path} ${route.epoch} ${route.hops.join('>')}`);
    return this.outcome;
  }

  withdrawn(path: Path.BroadcastPath): void {
    this.log.push(`withdrawn ${path}`);
  }

  requested(path: Path.BroadcastPath, events: DownstreamEvents, nowMs: number): DownstreamDemand {
    this.log.push(`requested ${path}`);
    this.demands += 1;
    const broadcast = this.broadcasts.get(path);
    if (broadcast !== undefined) events.onBroadcast(broadcast, nowMs);
    else if (this.later.has(path)) this.waiting.set(path, events);
    else events.onRefused('unknown-path', nowMs);
    let closed = false;
    return {
      close: () => {
        if (closed) return;
        closed = true;
        this.demands -= 1;
      },
    };
  }

  goingAway(): void {
    this.log.push('going away');
  }

  closed(): void {
    this.log.push('closed');
  }
}

/** One end: a session, its registry, what it told. */
export interface End {
  readonly session: LinkSession;
  readonly port: FakePort;
  readonly notices: LinkNotice[];
  readonly closed: CloseInfo[];
  link: RegistryLink | undefined;
}

/** Options of a pair of ends. */
export interface PairOptions {
  readonly link?: VirtualLinkOptions;
  /** The end that accepts; it has the publisher in most tests. */
  readonly edge?: Partial<LinkOptions>;
  /** The end that dials. */
  readonly center?: Partial<LinkOptions>;
  /** False leaves the edge, the center or both to be started by the test. */
  readonly start?: 'both' | 'center' | 'edge' | 'none';
}

/** Two ends on one clock, polled every 5 ms. */
export interface Pair {
  readonly clock: VirtualClock;
  readonly edge: End;
  readonly center: End;
  readonly vanish: () => void;
}

/** Joins `edge-1` (acceptor) and `center-1` (dialer). */
export function pair(options: PairOptions = {}): Pair {
  const { clock, link, dialer, acceptor } = virtualLink({
    latencyMs: 50,
    ...options.link,
    dialer: { name: 'center-1', ...options.link?.dialer },
    acceptor: { name: 'edge-1', ...options.link?.acceptor },
  });
  const edge = end(acceptor, clock, { relayId: 'edge-1', ...options.edge });
  const center = end(dialer, clock, { relayId: 'center-1', ...options.center });
  const start = options.start ?? 'both';
  if (start === 'both' || start === 'edge') edge.session.start();
  if (start === 'both' || start === 'center') center.session.start();
  return { clock, edge, center, vanish: () => link.vanish() };
}

/** A session of one connection with what it needs. */
export function end(
  connection: Connection,
  clock: VirtualClock,
  options: Partial<LinkOptions> & { readonly relayId: string },
): End {
  const port = new FakePort();
  const notices: LinkNotice[] = [];
  const closed: CloseInfo[] = [];
  const made: End = {
    session: new LinkSession(connection, {
      now: () => clock.nowMs,
      port: (link) => {
        made.link = link;
        return port;
      },
      onNotice: (notice) => notices.push(notice),
      onClosed: (info) => closed.push(info),
      ...options,
    }),
    port,
    notices,
    closed,
    link: undefined,
  };
  const stop = clock.every(5, (nowMs) => {
    made.session.poll(nowMs);
    if (made.session.state.at === 'closed') stop();
  });
  return made;
}

/** A frame as it came, with the track and group it came in. */
export interface Arrival {
  readonly track: string;
  readonly sequence: number;
  readonly frame: Frame;
}

/** What a subscription brought. */
export interface Subscribed {
  readonly subscription: UpstreamSubscription;
  readonly arrivals: Arrival[];
  readonly inits: Arrival[];
  readonly ends: UpstreamEnd[];
  readonly accepted: { epoch: number; firstOrdinal: number }[];
  broadcast: Broadcast | undefined;
}

/** Subscribes and writes down everything that comes. `into` continues a broadcast. */
export function subscribe(
  end: End,
  clock: VirtualClock,
  options: {
    readonly path?: Path.BroadcastPath;
    readonly request?: UpstreamRequest;
    readonly into?: Broadcast;
    readonly limits?: BroadcastOptions['limits'];
  } = {},
): Subscribed {
  const path = options.path ?? PATH;
  const seen: Omit<Subscribed, 'subscription'> = {
    arrivals: [],
    inits: [],
    ends: [],
    accepted: [],
    broadcast: undefined,
  };
  const subscription = end.session.subscribe(path, options.request ?? { start: 'newest' }, {
    onAccepted: (accepted) => {
      seen.accepted.push(accepted);
      const broadcast =
        options.into ??
        new Broadcast(path, accepted.epoch, {
          firstOrdinal: accepted.firstOrdinal,
          ...(options.limits && { limits: options.limits }),
        });
      broadcast.observe({
        onFrame: (group, frame) =>
          seen.arrivals.push({ track: group.track.name, sequence: group.sequence, frame }),
        onInit: (track, { version, frame }) =>
          seen.inits.push({ track: track.name, sequence: version, frame }),
      });
      seen.broadcast = broadcast;
      return broadcast;
    },
    onEnded: (ended) => seen.ends.push(ended),
  });
  return Object.assign(seen, { subscription, clock });
}

/** Writes frames with payloads that a seed repeats, as an ingest would. */
export class Publisher {
  readonly broadcast: Broadcast;
  readonly writer: BroadcastWriter;
  readonly sent: Arrival[] = [];
  readonly #random: Random;
  readonly #clock: VirtualClock;

  constructor(
    clock: VirtualClock,
    options: {
      epoch?: number;
      seed?: number;
      path?: Path.BroadcastPath;
      limits?: BroadcastOptions['limits'];
    } = {},
  ) {
    this.#clock = clock;
    this.#random = new Random(options.seed ?? 7);
    this.broadcast = new Broadcast(
      options.path ?? PATH,
      options.epoch ?? 1,
      options.limits ? { limits: options.limits } : {},
    );
    this.writer = new BroadcastWriter(this.broadcast);
    this.broadcast.observe({
      onFrame: (group, frame) => this.sent.push({ track: group.track.name, sequence: group.sequence, frame }),
    });
  }

  write(media: TrackMedia, kind: FrameKind, { timestamp, size }: { timestamp: number; size: number }): void {
    const payload = this.#random.bytes(size);
    this.writer.write({ media, index: 0, kind, timestamp, payload }, this.#clock.nowMs);
  }

  /** Init data of a video and an audio track and metadata. */
  init(): void {
    this.write('data', 'init', { timestamp: 0, size: 200 });
    this.write('video', 'init', { timestamp: 0, size: 40 });
    this.write('audio', 'init', { timestamp: 0, size: 7 });
  }

  /** 25 pictures a second, a key frame a second, an audio packet between any two: `seconds` of it, in real time. */
  play(seconds: number, options: { fromMs?: number; keyBytes?: number; deltaBytes?: number } = {}): void {
    const { fromMs = 0, keyBytes = 6_000, deltaBytes = 1_500 } = options;
    for (let picture = 0; picture < seconds * 25; picture += 1) {
      this.#clock.at(this.#clock.nowMs + picture * 40, () => {
        const key = picture % 25 === 0;
        const timestamp = (fromMs + picture * 40) >>> 0;
        this.write('video', key ? 'key' : picture % 3 === 0 ? 'discardable' : 'delta', {
          timestamp,
          size: key ? keyBytes : deltaBytes,
        });
        this.write('audio', 'audio', { timestamp: (timestamp + 20) >>> 0, size: 120 });
      });
    }
  }
}

/** `track ordinal timestamp kind bytes` of each frame, for comparing. */
export function lines(arrivals: readonly Arrival[]): string[] {
  return arrivals.map(({ track, sequence, frame }) => {
    const { ordinal, timestamp, kind, payload } = frame;
    const digest = createHash('sha1').update(payload).digest('hex').slice(0, 8);
    return `${track} ${sequence} ${ordinal} ${timestamp} ${kind} ${payload.length} ${digest}`;
  });
}

/** The lines of one track, group after group: within a group in the order of arrival, which is all that a link promises. */
export function linesOf(arrivals: readonly Arrival[], track: string): string[] {
  const own = arrivals.filter((arrival) => arrival.track === track);
  return lines(own.sort((a, b) => a.sequence - b.sequence));
}
