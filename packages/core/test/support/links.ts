/** Links without a wire: one that only records, and one that joins two registries in memory. */
import type { Broadcast } from '../../src/broadcast.js';
import type { Frame } from '../../src/frame.js';
import type { Group } from '../../src/group.js';
import type { BroadcastPath } from '../../src/path.js';
import type {
  AnnouncedRoute,
  DownstreamEvents,
  LinkAnnouncement,
  LinkPort,
  RegistryLink,
  UpstreamEvents,
  UpstreamRequest,
  UpstreamSubscription,
} from '../../src/registry/link-port.js';
import type { Registry } from '../../src/registry/registry.js';

/** A subscription that a registry made at a `RecordingLink`. */
export interface RecordedSubscription {
  readonly path: BroadcastPath;
  readonly request: UpstreamRequest;
  readonly events: UpstreamEvents;
  closed: boolean;
}

/** A link whose far side is the test. */
export class RecordingLink implements RegistryLink {
  readonly peerName: string;
  readonly log: string[] = [];
  readonly subscriptions: RecordedSubscription[] = [];
  /** Accept or refuse inside `subscribe`. */
  onSubscribe: ((subscription: RecordedSubscription) => void) | undefined;
  /** Set when the link is closed: the registry must call nothing any more. */
  closed = false;

  constructor(peerName: string) {
    this.peerName = peerName;
  }

  /** Subscriptions that are not closed. */
  get open(): RecordedSubscription[] {
    return this.subscriptions.filter((subscription) => !subscription.closed);
  }

  /** What was logged since the last call. */
  takeLog(): string[] {
    return this.log.splice(0);
  }

  announce(path: BroadcastPath, route: AnnouncedRoute): LinkAnnouncement {
    this.#note(`announce ${path} ${describeRoute(route)}`);
    return {
      update: (changed) => this.#note(`update ${path} ${describeRoute(changed)}`),
      withdraw: () => this.#note(`withdraw ${path}`),
    };
  }

  subscribe(path: BroadcastPath, request: UpstreamRequest, events: UpstreamEvents): UpstreamSubscription {
    const resume =
      request.resume === undefined ? '' : ` resume ${request.resume.epoch}/${request.resume.ordinal}`;
    this.#note(`subscribe ${path} ${request.start}${resume}`);
    const subscription: RecordedSubscription = { path, request, events, closed: false };
    this.subscriptions.push(subscription);
    this.onSubscribe?.(subscription);
    return {
      close: () => {
        if (subscription.closed) return;
        subscription.closed = true;
        this.#note(`unsubscribe ${path}`);
      },
    };
  }

  #note(event: string): void {
    if (this.closed) throw new Error(`${event} on a closed link`);
    this.log.push(event);
  }
}

function describeRoute({ epoch, hops }: AnnouncedRoute): string {
  return `${epoch} via ${hops.join('>')}`;
}

/** Peers' requests as a test sees them. */
export function recordingEvents(): DownstreamEvents & {
  readonly log: string[];
  broadcast: Broadcast | undefined;
} {
  const events = {
    log: [] as string[],
    broadcast: undefined as Broadcast | undefined,
    onBroadcast(broadcast: Broadcast) {
      events.broadcast = broadcast;
      events.log.push(`broadcast ${broadcast.epoch}`);
    },
    onRefused(reason: string) {
      events.log.push(`refused ${reason}`);
    },
  };
  return events;
}

/** One end of a `joinRegistries` link. */
class MemoryLink implements RegistryLink {
  readonly peerName: string;
  peer: LinkPort | undefined;
  /** Open subscriptions of this end, by path and epoch. */
  readonly subscriptions = new Map<string, number>();
  isOpen = true;
  readonly #queue: (() => void)[];

  constructor(peerName: string, queue: (() => void)[]) {
    this.peerName = peerName;
    this.#queue = queue;
  }

  announce(path: BroadcastPath, route: AnnouncedRoute, nowMs: number): LinkAnnouncement {
    this.#post((peer) => peer.announced(path, route, nowMs));
    return {
      update: (changed, at) => this.#post((peer) => peer.announced(path, changed, at)),
      withdraw: (at) => this.#post((peer) => peer.withdrawn(path, at)),
    };
  }

  subscribe(
    path: BroadcastPath,
    request: UpstreamRequest,
    events: UpstreamEvents,
    nowMs: number,
  ): UpstreamSubscription {
    if (!this.isOpen) throw new Error('subscribe on a closed link');
    let isOver = false;
    let stop: (nowMs: number) => void = () => {};
    this.subscriptions.set(path, (this.subscriptions.get(path) ?? 0) + 1);
    const over = () => {
      if (isOver) return;
      isOver = true;
      this.subscriptions.set(path, (this.subscriptions.get(path) ?? 0) - 1);
    };
    this.#post((peer) => {
      if (isOver) return;
      let unobserve = () => {};
      const demand = peer.requested(
        path,
        {
          onBroadcast: (source, at) => {
            this.#queue.push(() => {
              if (isOver || !this.isOpen) return;
              unobserve = copyBroadcast(source, request, events, {
                isOver: () => isOver || !this.isOpen,
                at,
                end: () => {
                  over();
                  demand.close(at);
                  events.onEnded({ kind: 'finished' }, at);
                },
              });
            });
          },
          onRefused: (reason, at) => {
            this.#queue.push(() => {
              if (isOver || !this.isOpen) return;
              over();
              events.onEnded({ kind: 'refused', reason }, at);
            });
          },
        },
        nowMs,
      );
      stop = (at) => {
        unobserve();
        if (this.isOpen) demand.close(at);
      };
    });
    return {
      close: (at) => {
        over();
        this.#post(() => stop(at));
      },
    };
  }

  #post(call: (peer: LinkPort) => void): void {
    if (!this.isOpen) throw new Error('call on a closed link');
    this.#queue.push(() => {
      if (this.isOpen && this.peer !== undefined) call(this.peer);
    });
  }
}

interface CopyOptions {
  readonly isOver: () => boolean;
  readonly at: number;
  readonly end: () => void;
}

/** Copies what a subscriber gets, without delay. Returns what stops it. */
function copyBroadcast(
  source: Broadcast,
  request: UpstreamRequest,
  events: UpstreamEvents,
  options: CopyOptions,
) {
  const { isOver, at, end } = options;
  const start = source.startingGroups(
    request.resume === undefined ? { from: request.start } : { from: 'resume', ...request.resume },
  );
  const target = events.onAccepted({ epoch: source.epoch, firstOrdinal: start.firstOrdinal }, at);
  if (target === undefined) return () => {};
  const groups = new Map<Group, Group | undefined>();
  const open = (group: Group, nowMs: number) => {
    if (isOver()) return;
    const { media, index } = group.track;
    groups.set(group, target.openTrack(media, index, nowMs).openGroup(group, nowMs));
  };
  const append = (group: Group, frame: Frame, nowMs: number) => {
    if (!isOver()) groups.get(group)?.append(frame, nowMs);
  };
  const unobserve = source.observe({
    onInit: (track, init, nowMs) => {
      if (!isOver())
        target.openTrack(track.media, track.index, nowMs).setInit(init.version, init.frame, nowMs);
    },
    onGroup: open,
    onFrame: append,
    onGroupClosed: (group, nowMs) => {
      if (!isOver() && group.state !== 'open') groups.get(group)?.close(group.state, nowMs);
    },
    onEnd: () => {
      if (!isOver()) end();
    },
  });
  for (const { track, init } of start.inits) {
    if (!isOver()) target.openTrack(track.media, track.index, at).setInit(init.version, init.frame, at);
  }
  for (const { group, index } of start.cursors) {
    open(group, at);
    for (let next = index; next < group.frameCount; next += 1) append(group, group.frame(next) as Frame, at);
    if (group.state !== 'open' && !isOver()) groups.get(group)?.close(group.state, at);
  }
  if (source.ended !== undefined && !isOver()) end();
  return unobserve;
}

/** Two registries joined by a link. Calls to the peer wait until `pump`. */
export interface JoinedRegistries {
  /** Delivers all that was said, and what is said because of it. */
  pump(): void;
  /** Both ends hear that the link is gone. */
  close(nowMs: number): void;
  goAway(nowMs: number): void;
  /** Subscriptions that the first has open at the second, and the other way round, for one path. */
  subscriptions(path: BroadcastPath): [number, number];
}

/** Joins two registries by a link in memory; frames cross at once, everything else at `pump`. */
export function joinRegistries(
  a: { readonly name: string; readonly registry: Registry },
  b: { readonly name: string; readonly registry: Registry },
  nowMs: number,
): JoinedRegistries {
  const queue: (() => void)[] = [];
  const toB = new MemoryLink(b.name, queue);
  const toA = new MemoryLink(a.name, queue);
  const portA = a.registry.addLink(toB, nowMs);
  const portB = b.registry.addLink(toA, nowMs);
  toB.peer = portB;
  toA.peer = portA;
  return {
    pump: () => {
      for (let turn = 0; queue.length > 0; turn += 1) {
        if (turn > 100_000) throw new Error('the registries talk for ever');
        queue.shift()?.();
      }
    },
    close: (at) => {
      toB.isOpen = false;
      toA.isOpen = false;
      queue.length = 0;
      portA.closed(at);
      portB.closed(at);
    },
    goAway: (at) => portA.goingAway(at),
    subscriptions: (path) => [toB.subscriptions.get(path) ?? 0, toA.subscriptions.get(path) ?? 0],
  };
}
