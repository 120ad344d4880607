/** Sends one track of a broadcast to one subscriber: init data on one stream, each group on its own. */
import type { SendStream } from '@longhaul/transport';
import type { Frame } from '../frame.js';
import type { Group } from '../group.js';
import type { Sending } from '../trace/link-delays.js';
import type { Init, Track } from '../track.js';
import type { LinkContext } from './context.js';
import { type DropReason, Traffic } from './counters.js';
import { GroupSender } from './group-sender.js';
import { InitSender } from './init-sender.js';
import { CatchUp, Lateness } from './lateness.js';
import * as Priority from './priority.js';
import { type Lane, Rank } from './send-queue.js';

/** A frame whose turn it is. */
interface Turn {
  readonly group: Group;
  readonly index: number;
  readonly catchUp: CatchUp;
}

/** What a track sender is made of. */
export interface TrackSenderOptions {
  readonly track: Track;
  readonly subscriptionId: number;
  readonly epoch: number;
  /** Groups that begin with a lower ordinal are not for this subscriber, unless they are among its starting groups. */
  readonly firstOrdinal: number;
  readonly context: LinkContext;
  /** How long a frame may wait and still be of use, ms; 0: for ever. */
  readonly latencyBudgetMs: () => number;
  /** Traffic of the subscription, and where its frames are delayed. */
  readonly traffic: Traffic;
  readonly sending: Sending;
  /** A unidirectional stream was opened. */
  readonly onStream: () => void;
  /** A stream was sent to its end or given up. */
  readonly onStreamDone: () => void;
  /** Whether the key frame that the subscriber starts at has to leave before anything of this track. */
  readonly isHeld: () => boolean;
  /** A key frame was handed over, or its group given up. */
  readonly onKeyOver: () => void;
  /** Init data waits beyond its bound. */
  readonly onOverflow: () => void;
}

/**
 * Inputs: the events of its track, its turn in the link's send queue. Outputs: streams. Groups are sent in their order:
 * a newer one goes first when the older one's subscriber has stopped waiting for it, and then drops that.
 */
export class TrackSender implements Lane {
  readonly traffic: Traffic;
  readonly #options: TrackSenderOptions;
  readonly #lateness: Lateness;
  readonly #groups = new Map<Group, GroupSender>();
  /** The same, ascending in sequence. */
  #senders: GroupSender[] = [];
  #init: InitSender | undefined;

  constructor(options: TrackSenderOptions) {
    this.#options = options;
    this.traffic = new Traffic(options.traffic);
    this.#lateness = new Lateness(options.track, options.context.now());
  }

  /** Streams that are not sent to their end yet, that of the init data included. */
  get openStreams(): number {
    return this.#groups.size + (this.#init?.done === false ? 1 : 0);
  }

  get rank(): Rank | undefined {
    const sender = this.#next();
    if (sender === undefined) return undefined;
    if (this.#options.track.media !== 'video') return this.#options.isHeld() ? undefined : Rank.AUDIO;
    return sender.nextKind === 'key' ? Rank.KEY : Rank.DELTA;
  }

  /** Whether the key frame of the oldest group has not left whole yet. */
  get isAtFirstKey(): boolean {
    return this.#senders[0]?.isAtKey === true;
  }

  initAdded(init: Init): void {
    this.#init ??= this.#openInit();
    this.#init.send(init);
  }

  /** Begins to send `group` from the frame at `index`, now or when it comes. */
  startGroup(group: Group, index: number, options: { readonly leads: boolean } = ORDINARY): void {
    const sender = this.#makeSender(group, index, options);
    const at = this.#senders.findLastIndex((other) => other.group.sequence < group.sequence) + 1;
    if (this.#isNewestFirst) {
      for (const older of this.#senders.slice(0, at)) older.stepBack();
      for (let newer = at; newer < this.#senders.length; newer += 1) sender.stepBack();
    }
    this.#senders.splice(at, 0, sender);
    this.#groups.set(group, sender);
    sender.begin();
  }

  frameAdded(group: Group, frame: Frame): void {
    const sender = this.#groups.get(group);
    if (sender !== undefined) sender.frameAdded(frame);
    else if (frame.ordinal === group.firstOrdinal && frame.ordinal >= this.#options.firstOrdinal) {
      this.startGroup(group, 0);
    }
  }

  groupClosed(group: Group): void {
    this.#groups.get(group)?.groupClosed();
  }

  groupReleased(group: Group): void {
    this.#groups.get(group)?.groupReleased();
  }

  send(maxBytes: number, single: boolean): { readonly bytes: number; readonly isWithin: boolean } {
    for (let sender = this.#next(); sender !== undefined; ) {
      const sent = sender.send(maxBytes, single);
      // A group that the cache has let go of ends here without a byte: then it is the turn of the one behind it.
      const next = sent.bytes === 0 ? this.#next() : undefined;
      if (next === undefined || next === sender) return sent;
      sender = next;
    }
    return { bytes: 0, isWithin: false };
  }

  /** Video only: when the subscriber is better off with the newest key frame than with what waits before it. */
  judge(nowMs: number): void {
    if (this.#senders.length < 2 || !this.#expires) return;
    for (const [at, sender] of [...this.#senders.entries()]) {
      if (!sender.hasWaiting) continue;
      const newer = this.#senders[at + 1];
      if (newer === undefined || !newer.hasWaiting || !this.#isOvertaken(sender, newer, nowMs)) return;
      // It keeps its priority: the little of it that was written, and what tells of the rest, is wanted at once.
      sender.dropRest('skipped');
    }
  }

  /** The track is over: what it has is still sent. */
  finish(): void {
    this.#init?.finish();
  }

  /** Nobody wants the track any more. */
  cancel(): void {
    this.#init?.cancel();
    for (const sender of [...this.#senders]) sender.cancel();
    this.#options.context.delivery.queue.remove(this);
  }

  /** Whether anything of this track may be dropped. Audio and data never are. */
  get #expires(): boolean {
    const { context, track, latencyBudgetMs } = this.#options;
    return track.media === 'video' && context.delivery.expires && latencyBudgetMs() > 0;
  }

  /** Where nothing is dropped, the newest group goes first: else what is behind would stay behind. */
  get #isNewestFirst(): boolean {
    const { context, track, latencyBudgetMs } = this.#options;
    if (!context.delivery.metered) return true;
    return track.media === 'video' && !(context.delivery.expires && latencyBudgetMs() > 0);
  }

  /** The group whose turn it is. */
  #next(): GroupSender | undefined {
    if (this.#senders.length > 1 && this.#isNewestFirst)
      return this.#senders.findLast((sender) => sender.hasWork);
    return this.#senders.find((sender) => sender.hasWork);
  }

  #makeSender(group: Group, index: number, { leads }: { readonly leads: boolean }): GroupSender {
    const { subscriptionId, epoch, context } = this.#options;
    const catchUp = new CatchUp();
    return new GroupSender({
      group,
      index,
      leads,
      subscriptionId,
      epoch,
      traffic: this.traffic,
      open: (priority, protectBytes) => this.#open(priority, protectBytes),
      onWork: () => context.delivery.queue.update(this),
      verdict: (frame, at) => this.#verdict(frame, { group, index: at, catchUp }),
      onHanded: (frame, place) => {
        const { sending } = this.#options;
        context.delays.handed({ sending, frame, ...place, nowMs: context.now() });
        if (frame.kind === 'key') this.#options.onKeyOver();
      },
      onDone: () => {
        this.#groups.delete(group);
        this.#senders = this.#senders.filter((sender) => sender.group !== group);
        context.delivery.queue.update(this);
        this.#options.onStreamDone();
      },
      onEndedEarly: (by, code) => {
        this.#endedEarly(by, code, `group ${group.sequence} of ${group.track.name}`);
        this.#options.onKeyOver();
      },
    });
  }

  /**
   * Whether what is left of `sender`'s group gives way to that of `newer`. Late pictures are better than none: a viewer
   * that has none stands still until the next key frame. So they are sent until that one is becoming late itself.
   */
  #isOvertaken(sender: GroupSender, newer: GroupSender, nowMs: number): boolean {
    const budgetMs = this.#options.latencyBudgetMs();
    const isLate = ({ group, nextIndex: index }: GroupSender, limitMs: number) =>
      this.#lateness.isLate({ group, index, nowMs, limitMs });
    return isLate(sender, budgetMs) && isLate(newer, budgetMs * KEY_SHARE);
  }

  /** Whether the frame at `index` of `group`, whose turn it is, is still worth sending. */
  #verdict(frame: Frame, { group, index, catchUp }: Turn): DropReason | undefined {
    const { context, latencyBudgetMs } = this.#options;
    if (frame.kind === 'key' || !this.#expires) return undefined;
    const budgetMs = latencyBudgetMs();
    const nowMs = context.now();
    const { isBlocked } = context.delivery.queue;
    const isLate = (limitMs: number) => isBlocked && this.#lateness.isLate({ group, index, nowMs, limitMs });
    if (frame.kind === 'discardable') return isLate(budgetMs * DISCARD_SHARE) ? 'expired' : undefined;
    if (!isLate(hopelessMs(budgetMs))) {
      catchUp.noteTimely();
      return undefined;
    }
    const waitedMs = this.#lateness.waitedMs(group, index, nowMs);
    return catchUp.noteLate(waitedMs, nowMs) > budgetMs * KEY_SHARE ? 'expired' : undefined;
  }

  #openInit(): InitSender {
    const { track, subscriptionId, epoch, context, onOverflow } = this.#options;
    return new InitSender({
      track: { media: track.media, index: track.index },
      subscriptionId,
      epoch,
      traffic: this.traffic,
      maxQueuedBytes: context.limits.maxQueuedInitBytes,
      stream: this.#open(Priority.INIT, Number.MAX_SAFE_INTEGER),
      onOverflow,
      onDone: this.#options.onStreamDone,
      onEndedEarly: (by, code) => this.#endedEarly(by, code, `init of ${track.name}`),
    });
  }

  #open(priority: number, protectBytes: number): SendStream {
    this.#options.onStream();
    return this.#options.context.openUni(priority, protectBytes);
  }

  #endedEarly(by: 'local' | 'peer', code: number, what: string): void {
    this.#options.context.streamEndedEarly(by, code, what);
  }
}

const ORDINARY = { leads: false };

/** Share of the latency budget after which pictures that nothing refers to are dropped: that may be relief enough. */
const DISCARD_SHARE = 0.25;

/**
 * Share of the latency budget that a key frame waits for what is left of the group before it, when that is over the
 * budget; and that the link may take pictures which are too late for anyone without catching up.
 */
const KEY_SHARE = 0.5;

/**
 * A picture that is later than this takes the rest of its group with it though no key frame is there yet, unless the
 * link catches up. Key frames that are a few seconds apart come before that.
 */
function hopelessMs(budgetMs: number): number {
  return Math.max(budgetMs, Math.min(HOPELESS_BUDGETS * budgetMs, MOST_LATE_MS - KEY_SHARE * budgetMs));
}

const HOPELESS_BUDGETS = 4;

/** The far side takes a track that is further behind than `STALE_TRACK_MS` for one that has ended. */
const MOST_LATE_MS = 8_000;
