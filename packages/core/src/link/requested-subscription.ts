/** A subscription of ours at the peer: fills a broadcast. */
import {
  type ControlMessage,
  EndCode,
  nameOf,
  RequestErrorCode,
  StreamCode,
  type SubscribeEnd,
  type UnknownMessage,
} from '@longhaul/wire';
import type { Broadcast } from '../broadcast.js';
import type { Group } from '../group.js';
import type { BroadcastPath } from '../path.js';
import type {
  UpstreamEnd,
  UpstreamEvents,
  UpstreamRequest,
  UpstreamSubscription,
} from '../registry/link-port.js';
import type { Track } from '../track.js';
import type { LinkContext } from './context.js';
import { Traffic, type TrafficSnapshot } from './counters.js';
import type { RequestStream } from './request-stream.js';
import type { SubscriptionSnapshot } from './served-subscription.js';
import type { ReceiverTarget, UniReceiver } from './uni-receiver.js';

/**
 * `waiting`: asked. `receiving`: accepted. `ending`: the peer told the end and how many streams there were; those that
 * are missing are waited for. `over`: nothing more happens.
 */
type State =
  | { readonly at: 'waiting' }
  | { readonly at: 'receiving'; readonly epoch: number; readonly broadcast: Broadcast }
  | {
      readonly at: 'ending';
      readonly epoch: number;
      readonly broadcast: Broadcast;
      readonly end: UpstreamEnd;
      readonly streams: number;
    }
  | { readonly at: 'over' };

/** What a subscription of ours is made of. */
export interface RequestedSubscriptionOptions {
  readonly id: number;
  readonly path: BroadcastPath;
  readonly request: UpstreamRequest;
  readonly events: UpstreamEvents;
  readonly stream: RequestStream;
  readonly context: LinkContext;
  readonly onOver: (subscription: RequestedSubscription) => void;
}

/** Inputs: the peer's answers, the streams that name this subscription, `close`, `poll`. Outputs: `UpstreamEvents`. */
export class RequestedSubscription implements UpstreamSubscription, ReceiverTarget {
  readonly id: number;
  readonly path: BroadcastPath;
  readonly #options: RequestedSubscriptionOptions;
  readonly #traffic: Traffic;
  readonly #tracks = new Map<string, Traffic>();
  readonly #receivers = new Set<UniReceiver>();
  readonly #claims = new Map<Group, UniReceiver>();
  #state: State = { at: 'waiting' };
  #streamsOver = 0;
  #progressMs = 0;

  constructor(options: RequestedSubscriptionOptions) {
    this.id = options.id;
    this.path = options.path;
    this.#options = options;
    this.#traffic = new Traffic(options.context.received);
    options.stream.listen({
      onMessage: (message) => this.#handle(message),
      onFinished: () => this.#peerFinished(),
      onAborted: () => this.#end({ kind: 'lost', reason: 'the peer abandoned the subscription' }),
    });
    options.stream.send({
      kind: 'subscribe',
      subscriptionId: options.id,
      path: options.path,
      tracks: [],
      start: options.request.start,
      latencyBudgetMs: options.context.delivery.latencyBudgetMs,
      resume: options.request.resume,
    });
  }

  get accepted(): { readonly epoch: number; readonly broadcast: Broadcast } | undefined {
    return this.#state.at === 'receiving' || this.#state.at === 'ending' ? this.#state : undefined;
  }

  close(): void {
    if (this.#state.at === 'over') return;
    this.#options.stream.ignoreInput();
    this.#over();
  }

  /** What is asked for has changed. */
  budgetChanged(): void {
    const latencyBudgetMs = this.#options.context.delivery.latencyBudgetMs;
    this.#options.stream.send({ kind: 'subscribe-update', latencyBudgetMs });
  }

  /** The connection is gone. Tells nobody. */
  drop(): void {
    this.#state = { at: 'over' };
  }

  /** When to stop waiting for the last streams; undefined while nothing is waited for. */
  get timeoutMs(): number | undefined {
    if (this.#state.at !== 'ending') return undefined;
    return this.#progressMs + this.#options.context.timing.endHoldMs;
  }

  poll(nowMs: number): void {
    if (this.#state.at === 'ending' && nowMs >= (this.timeoutMs as number)) this.#end(this.#state.end);
  }

  joined(receiver: UniReceiver): void {
    this.#receivers.add(receiver);
  }

  left(receiver: UniReceiver): void {
    this.#receivers.delete(receiver);
    for (const [group, claimant] of this.#claims) {
      if (claimant === receiver) this.#claims.delete(group);
    }
    this.#streamsOver += 1;
    this.progressed();
    this.#endWhenAllCame();
  }

  claim(group: Group, receiver: UniReceiver): boolean {
    if (this.#claims.has(group)) return false;
    this.#claims.set(group, receiver);
    return true;
  }

  progressed(): void {
    this.#progressMs = this.#options.context.now();
  }

  trafficOf(track: Track): Traffic {
    const known = this.#tracks.get(track.name);
    if (known !== undefined) return known;
    const traffic = new Traffic(this.#traffic);
    this.#tracks.set(track.name, traffic);
    return traffic;
  }

  snapshot(): SubscriptionSnapshot {
    const tracks: Record<string, TrafficSnapshot> = {};
    for (const [name, traffic] of this.#tracks) tracks[name] = traffic.snapshot();
    return {
      id: this.id,
      path: this.path,
      epoch: this.accepted?.epoch,
      latencyBudgetMs: this.#options.context.delivery.latencyBudgetMs,
      openStreams: this.#receivers.size,
      traffic: this.#traffic.snapshot(),
      tracks,
    };
  }

  #handle(message: ControlMessage | UnknownMessage): void {
    const state = this.#state;
    if (message.kind === 'unknown' || state.at === 'over') return;
    if (message.kind === 'subscribe-ok' && state.at === 'waiting') this.#accept(message);
    else if (message.kind === 'subscribe-end' && state.at === 'receiving') this.#handleEnd(message, state);
    else if (message.kind === 'request-error' && state.at !== 'ending') this.#handleError(message);
    else this.#options.context.violated(`${message.kind} to a subscription that is ${state.at}`);
  }

  #accept({ epoch, firstOrdinal }: { readonly epoch: number; readonly firstOrdinal: number }): void {
    const broadcast = this.#options.events.onAccepted({ epoch, firstOrdinal }, this.#options.context.now());
    if (broadcast === undefined || this.#state.at !== 'waiting') return;
    this.#state = { at: 'receiving', epoch, broadcast };
    for (const receiver of [...this.#receivers]) receiver.accept();
  }

  #handleEnd({ reason, streams }: SubscribeEnd, { epoch, broadcast }: State & { at: 'receiving' }): void {
    const finished = reason === EndCode.UNPUBLISHED || reason === EndCode.REPLACED;
    const end: UpstreamEnd = finished
      ? { kind: 'finished' }
      : { kind: 'lost', reason: nameOf(EndCode, reason) };
    this.#state = { at: 'ending', epoch, broadcast, end, streams };
    this.progressed();
    this.#endWhenAllCame();
  }

  #handleError({ code, reason }: { readonly code: number; readonly reason: string }): void {
    const name = nameOf(RequestErrorCode, code);
    const text = reason === '' ? name : `${name}: ${reason}`;
    const refused = this.#state.at === 'waiting';
    if (refused) {
      this.#options.context.notice({ kind: 'subscribe-refused', path: this.path, code: name, reason });
    }
    this.#end({ kind: refused ? 'refused' : 'lost', reason: text });
  }

  #peerFinished(): void {
    if (this.#state.at === 'waiting' || this.#state.at === 'receiving') {
      this.#end({ kind: 'lost', reason: 'the peer finished the subscription without a reason' });
    }
  }

  #endWhenAllCame(): void {
    if (this.#state.at === 'ending' && this.#streamsOver >= this.#state.streams) this.#end(this.#state.end);
  }

  #end(end: UpstreamEnd): void {
    if (this.#state.at === 'over') return;
    this.#over();
    this.#options.events.onEnded(end, this.#options.context.now());
  }

  #over(): void {
    this.#state = { at: 'over' };
    this.#options.stream.finish();
    for (const receiver of [...this.#receivers])
      receiver.stop(StreamCode.UNSUBSCRIBED, 'the subscription is over');
    this.#options.onOver(this);
  }
}
