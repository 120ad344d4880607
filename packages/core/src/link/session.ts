/** One end of a link: speaks longhaul/1 (docs/wire.md) over a connection. */
import type { CloseInfo, Connection, ReceiveStream } from '@longhaul/transport';
import {
  CloseCode,
  type ControlMessage,
  type Goaway,
  GoawayReason,
  type Hello,
  nameOf,
  StreamCode,
  type UnknownMessage,
} from '@longhaul/wire';
import type { BroadcastPath } from '../path.js';
import type {
  AnnouncedRoute,
  LinkAnnouncement,
  LinkPort,
  RegistryLink,
  UpstreamEvents,
  UpstreamRequest,
  UpstreamSubscription,
} from '../registry/link-port.js';
import { LinkDelays } from '../trace/link-delays.js';
import { OwnAnnouncement } from './announcements.js';
import type { LinkContext } from './context.js';
import { Traffic, type TrafficSnapshot } from './counters.js';
import type { DeliveryOptions } from './delivery.js';
import { DropReport } from './drop-report.js';
import { LinkDelivery } from './link-delivery.js';
import { DEFAULT_LINK_LIMITS, DEFAULT_LINK_TIMING, type LinkOptions } from './options.js';
import { PeerRequests } from './peer-requests.js';
import * as Priority from './priority.js';
import { type ProbeResult, Prober } from './prober.js';
import { RequestStream } from './request-stream.js';
import { RequestedSubscription } from './requested-subscription.js';
import type { LinkSnapshot, LinkState } from './snapshot.js';
import { TurnBudget } from './turn-budget.js';
import { UniReceiver } from './uni-receiver.js';

/** Versions of longhaul that this relay speaks, preferred first. */
export const VERSIONS: readonly number[] = [1];

/** How a session goes away. */
export interface DrainOptions {
  readonly reason?: keyof typeof GoawayReason;
  /** The session closes at the latest after this; `LinkTiming.drainMs` when absent. */
  readonly drainMs?: number;
  /** For people. */
  readonly text?: string;
}

/**
 * Inputs: the connection's events, the registry's calls (`announce`, `subscribe`), `poll`, `drain`, `close`.
 * Outputs: requests and media streams on the connection, the port's calls, the callbacks of the options.
 * States: greeting -> open -> draining -> closed; from any to closed. Nothing happens after closed.
 */
export class LinkSession implements RegistryLink {
  /** Where what crosses the link is delayed. Its owner hands it the news of packets. */
  readonly delays: LinkDelays;
  readonly #connection: Connection;
  readonly #options: LinkOptions;
  readonly #context: LinkContext;
  readonly #peerRequests: PeerRequests;
  readonly #dropReport: DropReport;
  readonly #announcements = new Set<OwnAnnouncement>();
  readonly #subscriptions = new Map<number, RequestedSubscription>();
  readonly #receivers = new Set<UniReceiver>();
  readonly #endedEarly = { local: new Map<string, number>(), peer: new Map<string, number>() };
  #state: LinkState;
  #port: LinkPort | undefined;
  #hello: RequestStream | undefined;
  #peerHello: Hello | undefined;
  #prober: Prober | undefined;
  #lastSubscriptionId = 0;
  #bufferedBytes = 0;

  constructor(connection: Connection, options: LinkOptions) {
    this.#connection = connection;
    this.#options = options;
    this.delays = new LinkDelays(connection.peer.name);
    this.#context = this.#makeContext();
    this.#state = {
      at: 'greeting',
      deadlineMs: options.now() + this.#context.timing.helloTimeoutMs,
    };
    this.#dropReport = new DropReport(this.#context.sent, () => this.#peerRequests.served);
    this.#peerRequests = new PeerRequests({
      context: this.#context,
      peer: this.peerName,
      mayAnnounce: options.mayAnnounce ?? (() => true),
      onHello: (stream, hello) => this.#handleHello(stream, hello),
      onServed: () => this.#closeWhenDrained(),
    });
  }

  get peerName(): string {
    return this.#connection.peer.name;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Takes the connection over. The dialer greets, and may subscribe from now on. Call once. */
  start(): void {
    this.#connection.attach({
      onUniStream: (stream) => this.#handleUniStream(stream),
      onBidiStream: (stream) => this.#peerRequests.accept(stream),
      // Version 1 has no datagrams: what comes is of a later one.
      onDatagram: () => {},
      onWanted: () => this.#context.delivery.queue.pump(),
      onClosed: (info) => this.#handleClosed(info),
    });
    this.#context.delivery.start();
    if (this.#connection.side === 'acceptor') return;
    this.#hello = this.#openRequest();
    this.#hello.listen({
      onMessage: (message) => this.#handleHelloReply(message),
      ...this.#helloEnds(),
    });
    this.#sendHello(this.#hello, VERSIONS);
    this.#port = this.#options.port(this);
  }

  /** From now on media that waits is treated like this. */
  setDelivery(options: Partial<DeliveryOptions>): void {
    if (this.#state.at === 'closed' || !this.#context.delivery.set(options)) return;
    for (const subscription of this.#subscriptions.values()) subscription.budgetChanged();
  }

  announce(path: BroadcastPath, route: AnnouncedRoute): LinkAnnouncement {
    const announcement = new OwnAnnouncement({
      path,
      route,
      context: this.#context,
      // An announcement is not idempotent: it has no place in 0-RTT data.
      openStream: () => (this.#state.at === 'greeting' ? undefined : this.#openRequest()),
      onWithdrawn: (withdrawn) => this.#announcements.delete(withdrawn),
    });
    this.#announcements.add(announcement);
    if (this.#state.at === 'open') this.#options.onAnnounce?.();
    return announcement;
  }

  subscribe(path: BroadcastPath, request: UpstreamRequest, events: UpstreamEvents): UpstreamSubscription {
    this.#lastSubscriptionId += 1;
    const subscription = new RequestedSubscription({
      id: this.#lastSubscriptionId,
      path,
      request,
      events,
      stream: this.#openRequest(),
      context: this.#context,
      onOver: ({ id }) => {
        this.#subscriptions.delete(id);
        this.#closeWhenDrained();
      },
    });
    this.#subscriptions.set(subscription.id, subscription);
    return subscription;
  }

  /** Does what is due. Call at `nextTimeoutMs()` or oftener. */
  poll(nowMs: number): void {
    if (this.#state.at === 'greeting' && nowMs >= this.#state.deadlineMs) {
      this.close(CloseCode.HELLO_TIMEOUT, 'no Hello in time');
    } else if (this.#state.at === 'draining' && nowMs >= this.#state.deadlineMs) {
      this.close(CloseCode.GOING_AWAY, 'drained');
    }
    if (this.#state.at === 'closed') return;
    this.#context.budget.refill();
    this.#context.delivery.queue.poll(nowMs);
    const dropped = this.#dropReport.poll(nowMs);
    if (dropped !== undefined) this.#context.notice(dropped);
    this.#prober?.poll(nowMs);
    for (const subscription of [...this.#subscriptions.values()]) subscription.poll(nowMs);
  }

  /** When `poll` has something to do, on the clock of `now`; undefined: never. Read it again after every event and call. */
  nextTimeoutMs(): number | undefined {
    if (this.#state.at === 'closed') return undefined;
    if (this.#context.budget.waiting) return this.#options.now();
    const times = [this.#prober?.timeoutMs];
    if (this.#state.at !== 'open') times.push(this.#state.deadlineMs);
    for (const subscription of this.#subscriptions.values()) times.push(subscription.timeoutMs);
    const known = times.filter((time) => time !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  /**
   * Tells the peer that this relay goes away and refuses new requests; what runs goes on. Closes when nothing of it is
   * left, at the latest after `drainMs`. A session that still greets closes at once.
   */
  drain({ reason = 'SHUTDOWN', drainMs = this.#context.timing.drainMs, text = '' }: DrainOptions = {}): void {
    if (this.#state.at === 'greeting') this.close(CloseCode.GOING_AWAY, text);
    if (this.#state.at === 'closed') return;
    if (this.#state.at === 'draining' && this.#state.by === 'local') return;
    this.#hello?.send({ kind: 'goaway', reason: GoawayReason[reason], drainMs, text });
    this.#peerRequests.refuseNew();
    this.#state = { at: 'draining', by: 'local', deadlineMs: this.#context.now() + drainMs };
    this.#closeWhenDrained();
  }

  /** Closes the connection. Idempotent. */
  close(code: number = CloseCode.NO_ERROR, reason = ''): void {
    if (this.#state.at === 'closed') return;
    this.#connection.close(code, reason);
    this.#handleClosed({ by: 'local', code, reason });
  }

  /** What has crossed it so far, and where the way ends for what has not. */
  get traffic(): { readonly sent: TrafficSnapshot; readonly received: TrafficSnapshot } {
    return { sent: this.#context.sent.snapshot(), received: this.#context.received.snapshot() };
  }

  /** The newest round trip of the control streams that was measured. */
  get probe(): ProbeResult | undefined {
    return this.#prober?.last;
  }

  snapshot(): LinkSnapshot {
    const served = this.#peerRequests.served.map((subscription) => subscription.snapshot());
    let sending = 0;
    for (const { openStreams } of served) sending += openStreams;
    return {
      peer: this.peerName,
      side: this.#connection.side,
      state: this.#state.at,
      hello: this.#peerHello,
      announced: { own: this.#announcements.size, peer: this.#peerRequests.announcements },
      served,
      requested: [...this.#subscriptions.values()].map((subscription) => subscription.snapshot()),
      sent: this.#context.sent.snapshot(),
      received: this.#context.received.snapshot(),
      openStreams: { sending, receiving: this.#receivers.size },
      endedEarly: {
        local: Object.fromEntries(this.#endedEarly.local),
        peer: Object.fromEntries(this.#endedEarly.peer),
      },
      bufferedBytes: this.#bufferedBytes,
      probe: this.#prober?.last,
    };
  }

  #handleHello(stream: RequestStream, hello: Hello): void {
    if (this.#connection.side === 'dialer' || this.#state.at !== 'greeting') {
      this.#context.violated('a second Hello');
      return;
    }
    const version = hello.versions.find((offered) => VERSIONS.includes(offered));
    if (!this.#checkPeer(hello)) return;
    if (version === undefined) {
      this.close(CloseCode.VERSION, `none of versions ${hello.versions.join(', ')} is spoken here`);
      return;
    }
    this.#hello = stream;
    stream.listen({ onMessage: (message) => this.#handleGreeted(message), ...this.#helloEnds() });
    this.#sendHello(stream, [version]);
    this.#port = this.#options.port(this);
    this.#open(hello);
  }

  #handleHelloReply(message: ControlMessage | UnknownMessage): void {
    if (this.#state.at !== 'greeting') {
      this.#handleGreeted(message);
      return;
    }
    if (message.kind === 'unknown') return;
    if (message.kind !== 'hello') {
      this.#context.violated(`${message.kind} instead of Hello`);
      return;
    }
    const [version, ...others] = message.versions;
    if (others.length > 0 || !VERSIONS.includes(version as number)) {
      this.close(CloseCode.VERSION, `version ${message.versions.join(', ')} was not offered`);
    } else if (this.#checkPeer(message)) {
      this.#open(message);
    }
  }

  /** The name in the Hello has to be the one that the transport authenticated. */
  #checkPeer({ relayId }: Hello): boolean {
    if (relayId === this.peerName) return true;
    this.close(CloseCode.IDENTITY, `the peer is ${this.peerName} and says ${relayId}`);
    return false;
  }

  #open(hello: Hello): void {
    this.#peerHello = hello;
    this.#state = { at: 'open' };
    if (this.#context.timing.probeIntervalMs > 0)
      this.#prober = new Prober(this.#openRequest(), this.#context);
    this.#peerRequests.open(this.#port as LinkPort);
    for (const announcement of this.#announcements) announcement.open();
    this.#options.onOpen?.(hello);
    if (this.#announcements.size > 0) this.#options.onAnnounce?.();
  }

  /** What the Hello stream carries after the Hellos. */
  #handleGreeted(message: ControlMessage | UnknownMessage): void {
    if (message.kind === 'unknown') return;
    if (message.kind === 'goaway') this.#handleGoaway(message);
    else this.#context.violated(`${message.kind} on the stream of Hello`);
  }

  #handleGoaway(goaway: Goaway): void {
    const isFirst = this.#state.at === 'open';
    if (isFirst) {
      const deadlineMs = this.#context.now() + goaway.drainMs + this.#context.timing.drainMs;
      this.#state = { at: 'draining', by: 'peer', deadlineMs };
    }
    this.#port?.goingAway(this.#context.now());
    if (isFirst) this.#options.onGoaway?.(goaway);
  }

  #helloEnds(): { onFinished: () => void; onAborted: () => void } {
    const ended = () => this.#context.violated('the stream of Hello ended');
    return { onFinished: ended, onAborted: ended };
  }

  #sendHello(stream: RequestStream, versions: readonly number[]): void {
    const { relayId, software = '', region = '' } = this.#options;
    stream.send({ kind: 'hello', versions, relayId, software, region });
  }

  #openRequest(): RequestStream {
    return new RequestStream(this.#connection.openBidi({ priority: Priority.CONTROL }), {
      context: this.#context,
    });
  }

  #handleUniStream(stream: ReceiveStream): void {
    if (this.#receivers.size >= this.#context.limits.maxOpenStreams) {
      stream.stop(StreamCode.LIMIT);
      this.#context.streamEndedEarly('local', StreamCode.LIMIT, 'too many streams are open');
      return;
    }
    const receiver = new UniReceiver({
      stream,
      context: this.#context,
      target: (id) => this.#subscriptions.get(id),
      buffered: (delta) => {
        this.#bufferedBytes += delta;
        return this.#bufferedBytes;
      },
      onOver: (over) => this.#receivers.delete(over),
    });
    this.#receivers.add(receiver);
  }

  #closeWhenDrained(): void {
    if (this.#state.at !== 'draining' || this.#state.by !== 'local') return;
    if (this.#subscriptions.size === 0 && this.#peerRequests.served.length === 0) {
      this.close(CloseCode.GOING_AWAY, 'drained');
    }
  }

  #handleClosed(info: CloseInfo): void {
    if (this.#state.at === 'closed') return;
    this.#state = { at: 'closed', info };
    for (const subscription of this.#subscriptions.values()) subscription.drop();
    this.#peerRequests.drop();
    this.#port?.closed(this.#context.now());
    this.#options.onClosed?.(info);
  }

  #makeContext(): LinkContext {
    const limits = { ...DEFAULT_LINK_LIMITS, ...this.#options.limits };
    const session = this;
    return {
      get closed() {
        return session.#state.at === 'closed';
      },
      limits,
      maxQueuedControlBytes: limits.maxQueuedControlBytes,
      budget: new TurnBudget(limits.maxRecordsPerTurn, () => this.#options.onBacklog?.()),
      timing: { ...DEFAULT_LINK_TIMING, ...this.#options.timing },
      sent: new Traffic(),
      received: new Traffic(),
      delays: this.delays,
      delivery: new LinkDelivery(this.#connection, this.#options.delivery ?? {}, this.#options.now),
      now: this.#options.now,
      openUni: (priority, protectBytes) => this.#connection.openUni({ priority, protectBytes }),
      notice: (notice) => this.#options.onNotice?.(notice),
      fail: (code, reason) => this.close(code, reason),
      violated: (reason) => this.close(CloseCode.PROTOCOL_VIOLATION, reason),
      streamEndedEarly: (by, code, reason) => {
        // docs/wire.md §9: unlisted codes count as INTERNAL, or a peer makes as many counters as it likes.
        const name = nameOf(StreamCode, STREAM_CODES.has(code) ? code : StreamCode.INTERNAL);
        const counts = this.#endedEarly[by];
        counts.set(name, (counts.get(name) ?? 0) + 1);
        if (code !== StreamCode.UNSUBSCRIBED)
          this.#options.onNotice?.({ kind: 'stream-ended-early', by, code: name, reason });
      },
    };
  }
}

const STREAM_CODES: ReadonlySet<number> = new Set(Object.values(StreamCode));
