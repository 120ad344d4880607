/** A subscription of the peer: sends it a broadcast of ours. */
import {
  type ControlMessage,
  EndCode,
  RequestErrorCode,
  type Subscribe,
  type UnknownMessage,
} from '@longhaul/wire';
import type { Broadcast, EndReason } from '../broadcast.js';
import type { BroadcastPath } from '../path.js';
import type { DownstreamDemand, DownstreamRefusal, LinkPort } from '../registry/link-port.js';
import type { GroupCursor, StartPosition } from '../start.js';
import type { Sending } from '../trace/link-delays.js';
import type { Track } from '../track.js';
import type { LinkContext } from './context.js';
import { Traffic, type TrafficSnapshot } from './counters.js';
import type { RequestStream } from './request-stream.js';
import { TrackSender } from './track-sender.js';

/** A subscription as the snapshot of a link shows it. */
export interface SubscriptionSnapshot {
  readonly id: number;
  readonly path: string;
  /** Undefined until the subscription is accepted. */
  readonly epoch: number | undefined;
  readonly latencyBudgetMs: number;
  readonly openStreams: number;
  readonly traffic: TrafficSnapshot;
  readonly tracks: Readonly<Record<string, TrafficSnapshot>>;
}

/**
 * `waiting`: the registry looks for the broadcast. `serving`: it is sent. `ending`: it is over and the peer knows, its
 * streams are still being sent. `told`: all was handed to the transport; the peer's finish says that it has it.
 * `over`: nothing more happens.
 */
type State =
  | { readonly at: 'waiting' }
  | {
      readonly at: 'serving' | 'ending';
      readonly epoch: number;
      readonly firstOrdinal: number;
      readonly sending: Sending;
      readonly unobserve: () => void;
    }
  | { readonly at: 'told' | 'over' };

/**
 * Inputs: the request and what follows it on its stream, the registry's answer, the broadcast's events. Outputs: the
 * answer, a stream per track for init data, a stream per group. Ends when the broadcast does, when the peer
 * finishes the request, or by `end`.
 */
export class ServedSubscription {
  readonly path: BroadcastPath;
  readonly id: number;
  readonly #request: Subscribe;
  readonly #stream: RequestStream;
  readonly #context: LinkContext;
  readonly #onServing: (subscription: ServedSubscription) => boolean;
  readonly #onOver: (subscription: ServedSubscription) => void;
  readonly #traffic: Traffic;
  /** Let go of when it is over: they hold the broadcast and its cache, and the peer may take its time to finish. */
  readonly #tracks = new Map<string, TrackSender>();
  readonly #trafficOf = new Map<string, Traffic>();
  #state: State = { at: 'waiting' };
  #demand: DownstreamDemand | undefined;
  /** The video whose key frame the peer starts at, until that has left: what was cached beside it comes behind it. */
  #lead: TrackSender | undefined;
  #latencyBudgetMs: number;
  #epoch: number | undefined;
  #streams = 0;

  constructor(options: {
    readonly path: BroadcastPath;
    readonly request: Subscribe;
    readonly stream: RequestStream;
    readonly context: LinkContext;
    /** A broadcast was found: `epoch` is set. False when another subscription serves it to the peer already. */
    readonly onServing: (subscription: ServedSubscription) => boolean;
    readonly onOver: (subscription: ServedSubscription) => void;
  }) {
    this.path = options.path;
    this.id = options.request.subscriptionId;
    this.#request = options.request;
    this.#stream = options.stream;
    this.#context = options.context;
    this.#onServing = options.onServing;
    this.#onOver = options.onOver;
    this.#latencyBudgetMs = options.request.latencyBudgetMs;
    this.#traffic = new Traffic(options.context.sent);
    options.stream.listen({
      onMessage: (message) => this.#handle(message),
      onFinished: () => this.#unsubscribed(),
      onAborted: () => this.#unsubscribed(),
    });
  }

  /** What was sent of it and what not. */
  get traffic(): Traffic {
    return this.#traffic;
  }

  /** Epoch that is served; undefined until there is one. */
  get epoch(): number | undefined {
    return this.#epoch;
  }

  /** Asks the registry for the broadcast. */
  start(port: LinkPort): void {
    const demand = port.requested(
      this.path,
      {
        onBroadcast: (broadcast) => this.#serve(broadcast),
        onRefused: (reason) => this.refuse(REFUSALS[reason], reason),
      },
      this.#context.now(),
    );
    if (this.#isLive()) this.#demand = demand;
    else demand.close(this.#context.now());
  }

  /** Answers with a request error. Only before the subscription is accepted. */
  refuse(code: number, reason: string): void {
    this.#stream.send({ kind: 'request-error', code, reason });
    this.#conclude();
  }

  /** Ends an accepted subscription now, with what was not sent yet. Idempotent. */
  end(code: number): void {
    if (!this.#isLive()) return;
    if (this.#state.at !== 'ending') this.#sendEnd(code);
    this.#conclude();
  }

  /** The connection is gone. Tells nobody. */
  drop(): void {
    if (this.#state.at === 'serving' || this.#state.at === 'ending') this.#state.unobserve();
    this.#state = { at: 'over' };
  }

  snapshot(): SubscriptionSnapshot {
    const tracks: Record<string, TrafficSnapshot> = {};
    for (const [name, traffic] of this.#trafficOf) tracks[name] = traffic.snapshot();
    let openStreams = 0;
    for (const track of this.#tracks.values()) openStreams += track.openStreams;
    const { id, path } = this;
    const traffic = this.#traffic.snapshot();
    return {
      id,
      path,
      epoch: this.#epoch,
      latencyBudgetMs: this.#latencyBudgetMs,
      openStreams,
      traffic,
      tracks,
    };
  }

  #handle(message: ControlMessage | UnknownMessage): void {
    if (message.kind === 'unknown') return;
    if (message.kind !== 'subscribe-update') {
      this.#context.violated(`${message.kind} on the stream of a subscription`);
      return;
    }
    this.#latencyBudgetMs = message.latencyBudgetMs;
  }

  #unsubscribed(): void {
    if (this.#isLive()) this.#conclude();
    this.#state = { at: 'over' };
    this.#onOver(this);
  }

  #serve(broadcast: Broadcast): void {
    const { firstOrdinal, cursors, inits } = broadcast.startingGroups(positionOf(this.#request));
    this.#epoch = broadcast.epoch;
    if (!this.#onServing(this)) {
      this.refuse(RequestErrorCode.DUPLICATE, 'a later subscription has this broadcast');
      return;
    }
    this.#stream.send({ kind: 'subscribe-ok', epoch: broadcast.epoch, firstOrdinal });
    const unobserve = broadcast.observe({
      onInit: (track, init) => this.#sender(track)?.initAdded(init),
      onFrame: (group, frame) => this.#sender(group.track)?.frameAdded(group, frame),
      onGroupClosed: (group) => this.#tracks.get(group.track.name)?.groupClosed(group),
      onGroupReleased: (group) => this.#tracks.get(group.track.name)?.groupReleased(group),
      onEnd: (reason) => this.#broadcastEnded(reason),
    });
    const sending = this.#context.delays.serve(this.path, broadcast.delays, this.#context.now());
    this.#state = { at: 'serving', epoch: broadcast.epoch, firstOrdinal, sending, unobserve };
    for (const { track, init } of inits) this.#sender(track)?.initAdded(init);
    for (const cursor of cursors) this.#start(cursor);
    if (broadcast.ended !== undefined) this.#broadcastEnded(broadcast.ended);
  }

  /** A key frame's ordinal is before those of the audio beside it: video is the first to start. */
  #start({ group, index }: GroupCursor): void {
    const sender = this.#sender(group.track);
    const isKey = group.frame(index)?.kind === 'key';
    const leads = isKey && this.#lead === undefined && this.#context.delivery.metered;
    if (leads) this.#lead = sender;
    sender?.startGroup(group, index, { leads });
  }

  /** The sender of a track, made if it is new; undefined when the peer did not ask for it. */
  #sender(track: Track): TrackSender | undefined {
    if (this.#state.at !== 'serving') return undefined;
    const known = this.#tracks.get(track.name);
    if (known !== undefined || !selects(this.#request, track)) return known;
    const sender = new TrackSender({
      track,
      subscriptionId: this.id,
      epoch: this.#state.epoch,
      firstOrdinal: this.#state.firstOrdinal,
      context: this.#context,
      traffic: this.#traffic,
      latencyBudgetMs: () => this.#latencyBudgetMs,
      sending: this.#state.sending,
      onStream: () => {
        this.#streams += 1;
      },
      onStreamDone: () => this.#overWhenSent(),
      isHeld: () => this.#lead?.isAtFirstKey === true,
      onKeyOver: () => this.#letGo(),
      onOverflow: () => this.end(EndCode.LIMIT),
    });
    this.#tracks.set(track.name, sender);
    this.#trafficOf.set(track.name, sender.traffic);
    return sender;
  }

  /** The key frame that the peer starts at has left or never will. */
  #letGo(): void {
    if (this.#lead === undefined) return;
    this.#lead = undefined;
    for (const track of this.#tracks.values()) this.#context.delivery.queue.update(track);
  }

  /** Tells the peer at once, with the number of streams: it waits for their ends. */
  #broadcastEnded(reason: EndReason): void {
    if (this.#state.at !== 'serving') return;
    this.#state = { ...this.#state, at: 'ending' };
    this.#sendEnd(END_CODES[reason]);
    for (const track of this.#tracks.values()) track.finish();
    this.#overWhenSent();
  }

  #overWhenSent(): void {
    if (this.#state.at !== 'ending') return;
    for (const track of this.#tracks.values()) {
      if (track.openStreams > 0) return;
    }
    this.#conclude();
  }

  #sendEnd(reason: number): void {
    this.#stream.send({ kind: 'subscribe-end', reason, streams: this.#streams });
  }

  #isLive(): boolean {
    return this.#state.at !== 'told' && this.#state.at !== 'over';
  }

  /** Sends nothing more; what was not handed to the transport yet is given up. */
  #conclude(): void {
    const state = this.#state;
    this.#state = { at: 'told' };
    if (state.at === 'serving' || state.at === 'ending') {
      state.unobserve();
      this.#context.delays.served(this.path, state.sending);
    }
    for (const track of this.#tracks.values()) track.cancel();
    this.#tracks.clear();
    this.#stream.finish();
    this.#demand?.close(this.#context.now());
    this.#demand = undefined;
  }
}

function positionOf({ start, resume }: Subscribe): StartPosition {
  return resume === undefined ? { from: start } : { from: 'resume', ...resume };
}

function selects({ tracks }: Subscribe, { media, index }: Track): boolean {
  return tracks.length === 0 || tracks.some((track) => track.media === media && track.index === index);
}

const REFUSALS: Readonly<Record<DownstreamRefusal, number>> = {
  'unknown-path': RequestErrorCode.NOT_FOUND,
  loop: RequestErrorCode.LOOP,
  unavailable: RequestErrorCode.UNAVAILABLE,
};

const END_CODES: Readonly<Record<EndReason, number>> = {
  unpublished: EndCode.UNPUBLISHED,
  replaced: EndCode.REPLACED,
  'link-lost': EndCode.SOURCE_LOST,
  idle: EndCode.SOURCE_LOST,
};
