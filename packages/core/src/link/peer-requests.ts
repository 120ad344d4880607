/** The requests that the peer makes of this relay. */
import type { BidiStream } from '@longhaul/transport';
import {
  type Announce,
  CloseCode,
  type ControlMessage,
  EndCode,
  type Hello,
  RequestErrorCode,
  type Subscribe,
  type UnknownMessage,
} from '@longhaul/wire';
import * as Path from '../path.js';
import type { LinkPort } from '../registry/link-port.js';
import * as Announcements from './announcements.js';
import type { LinkContext } from './context.js';
import * as Priority from './priority.js';
import * as Prober from './prober.js';
import { RequestStream } from './request-stream.js';
import { ServedSubscription } from './served-subscription.js';

/** What the requests of a peer need of the session. */
export interface PeerRequestsOptions {
  readonly context: LinkContext;
  /** Relay id of the peer. */
  readonly peer: string;
  readonly mayAnnounce: (path: Path.BroadcastPath) => boolean;
  /** The first message of a stream is a Hello. */
  readonly onHello: (stream: RequestStream, hello: Hello) => void;
  /** A subscription of the peer is over. */
  readonly onServed: () => void;
}

/**
 * Inputs: `accept` with each stream, `open` once requests may be answered, `refuseNew` when the relay goes away.
 * Outputs: announcements and subscriptions at the port. The first message of a stream says what the stream is.
 */
export class PeerRequests {
  readonly #options: PeerRequestsOptions;
  readonly #pending = new Set<RequestStream>();
  readonly #announcements = new Map<string, Announcements.PeerAnnouncement>();
  readonly #served = new Map<number, ServedSubscription>();
  /** Requests that came before the peer's Hello. */
  readonly #held = new Set<RequestStream>();
  #port: LinkPort | undefined;
  #streams = 0;
  #probeStreams = 0;
  #goingAway = false;

  constructor(options: PeerRequestsOptions) {
    this.#options = options;
  }

  get announcements(): number {
    return this.#announcements.size;
  }

  get served(): readonly ServedSubscription[] {
    return [...this.#served.values()];
  }

  /** Takes a stream that the peer opened. */
  accept(bidi: BidiStream): void {
    const { context } = this.#options;
    if (this.#pending.size >= context.limits.maxPendingRequests) {
      context.fail(CloseCode.LIMIT, 'too many requests are open');
      return;
    }
    // What the peer opened has no priority of ours yet: an answer would wait behind all media.
    bidi.send.setPriority(Priority.CONTROL);
    this.#streams += 1;
    const stream: RequestStream = new RequestStream(bidi, {
      serial: this.#streams,
      context,
      events: {
        onMessage: (message) => this.#first(stream, message),
        onFinished: () => this.#gone(stream),
        onAborted: () => this.#gone(stream),
      },
    });
    this.#pending.add(stream);
  }

  /** Requests are answered from now on, those first that waited. */
  open(port: LinkPort): void {
    this.#port = port;
    const held = [...this.#held];
    this.#held.clear();
    for (const stream of held) stream.release();
  }

  /** New announcements and subscriptions are refused from now on; those that stand go on. */
  refuseNew(): void {
    this.#goingAway = true;
  }

  /** The connection is gone. Tells nobody. */
  drop(): void {
    for (const subscription of this.#served.values()) subscription.drop();
    this.#served.clear();
    this.#announcements.clear();
  }

  #gone(stream: RequestStream): void {
    this.#pending.delete(stream);
    this.#held.delete(stream);
    stream.finish();
  }

  #first(stream: RequestStream, message: ControlMessage | UnknownMessage): void {
    if (message.kind === 'hello') {
      this.#pending.delete(stream);
      this.#options.onHello(stream, message);
      return;
    }
    if (this.#port === undefined) {
      stream.hold(message);
      this.#held.add(stream);
      return;
    }
    this.#pending.delete(stream);
    switch (message.kind) {
      case 'announce':
        this.#handleAnnounce(stream, message, this.#port);
        break;
      case 'probe':
        this.#handleProbe(stream, message);
        break;
      case 'subscribe':
        this.#handleSubscribe(stream, message, this.#port);
        break;
      case 'unknown':
        this.#refuse(stream, RequestErrorCode.UNSUPPORTED, `message type ${message.type}`);
        break;
      default:
        this.#options.context.violated(`${message.kind} begins a request`);
    }
  }

  #handleAnnounce(stream: RequestStream, announce: Announce, port: LinkPort): void {
    const { context, onServed: _, ...rules } = this.#options;
    const path = Announcements.check(announce, rules);
    if (typeof path !== 'string') {
      Announcements.refuse({ stream, context, path: announce.path, code: path.code });
      stream.listen(undefined);
      return;
    }
    const before = this.#announcements.get(path);
    const full = before === undefined && this.#announcements.size >= context.limits.maxAnnouncements;
    if (full || this.#goingAway) {
      const code = full ? RequestErrorCode.LIMIT : RequestErrorCode.GOING_AWAY;
      Announcements.refuse({ stream, context, path, code });
      stream.listen(undefined);
      return;
    }
    const announcement = new Announcements.PeerAnnouncement({
      path,
      stream,
      context,
      port,
      onOver: () => this.#announcements.delete(path),
    });
    if (before !== undefined && before.serial > announcement.serial) {
      announcement.superseded();
      return;
    }
    before?.superseded();
    this.#announcements.set(path, announcement);
    announcement.offer(announce);
  }

  #handleProbe(stream: RequestStream, probe: ControlMessage & { kind: 'probe' }): void {
    const { context } = this.#options;
    if (this.#probeStreams >= context.limits.maxProbeStreams) {
      this.#refuse(stream, RequestErrorCode.LIMIT, 'too many probe streams');
      return;
    }
    this.#probeStreams += 1;
    Prober.answer(stream, probe, context);
    Prober.answerProbes(stream, context, () => {
      this.#probeStreams -= 1;
    });
  }

  #handleSubscribe(stream: RequestStream, request: Subscribe, port: LinkPort): void {
    const { context } = this.#options;
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) {
      this.#refuse(stream, refusal.code, refusal.reason);
      return;
    }
    const subscription = new ServedSubscription({
      path: Path.parse(request.path),
      request,
      stream,
      context,
      onServing: (served) => this.#supersede(served),
      onOver: (served) => {
        this.#served.delete(served.id);
        this.#options.onServed();
      },
    });
    this.#served.set(subscription.id, subscription);
    subscription.start(port);
  }

  #refusalOf({ subscriptionId, path }: Subscribe): { code: number; reason: string } | undefined {
    if (this.#goingAway) return { code: RequestErrorCode.GOING_AWAY, reason: 'this relay goes away' };
    if (this.#served.has(subscriptionId)) {
      return { code: RequestErrorCode.DUPLICATE, reason: `subscription ${subscriptionId} is running` };
    }
    if (this.#served.size >= this.#options.context.limits.maxSubscriptions) {
      return { code: RequestErrorCode.LIMIT, reason: 'too many subscriptions' };
    }
    if (Announcements.parsePath(path) !== undefined) return undefined;
    return { code: RequestErrorCode.MALFORMED, reason: 'the path is malformed' };
  }

  /** One subscription per path and epoch, the one with the highest id: the others end. False when that is `served`. */
  #supersede(served: ServedSubscription): boolean {
    for (const other of this.served) {
      if (other === served || other.path !== served.path || other.epoch !== served.epoch) continue;
      if (other.id > served.id) return false;
      other.end(EndCode.SUPERSEDED);
    }
    return true;
  }

  #refuse(stream: RequestStream, code: number, reason: string): void {
    stream.send({ kind: 'request-error', code, reason });
    stream.finish();
    stream.listen(undefined);
  }
}
