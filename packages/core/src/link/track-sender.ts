/** Sends one track of a broadcast to one subscriber: init data on one stream, each group on its own. */
import type { SendStream } from '@longhaul/transport';
import type { Frame } from '../frame.js';
import type { Group } from '../group.js';
import type { Sending } from '../trace/link-delays.js';
import type { Init, Track } from '../track.js';
import type { LinkContext } from './context.js';
import { Traffic } from './counters.js';
import { GroupSender } from './group-sender.js';
import { InitSender } from './init-sender.js';
import * as Priority from './priority.js';

/** What a track sender is made of. */
export interface TrackSenderOptions {
  readonly track: Track;
  readonly subscriptionId: number;
  readonly epoch: number;
  /** Groups that begin with a lower ordinal are not for this subscriber, unless they are among its starting groups. */
  readonly firstOrdinal: number;
  readonly context: LinkContext;
  /** Traffic of the subscription, and where its frames are delayed. */
  readonly traffic: Traffic;
  readonly sending: Sending;
  /** A unidirectional stream was opened. */
  readonly onStream: () => void;
  /** A stream was sent to its end or given up. */
  readonly onStreamDone: () => void;
  /** Init data waits beyond its bound. */
  readonly onOverflow: () => void;
}

/** Inputs: the events of its track. Outputs: streams. */
export class TrackSender {
  readonly traffic: Traffic;
  readonly #options: TrackSenderOptions;
  readonly #groups = new Map<Group, GroupSender>();
  #init: InitSender | undefined;

  constructor(options: TrackSenderOptions) {
    this.#options = options;
    this.traffic = new Traffic(options.traffic);
  }

  /** Streams that are not sent to their end yet, that of the init data included. */
  get openStreams(): number {
    return this.#groups.size + (this.#init?.done === false ? 1 : 0);
  }

  initAdded(init: Init): void {
    this.#init ??= this.#openInit();
    this.#init.send(init);
  }

  /** Begins to send `group` from the frame at `index`, now or when it comes. */
  startGroup(group: Group, index: number): void {
    const sender = new GroupSender({
      group,
      index,
      subscriptionId: this.#options.subscriptionId,
      epoch: this.#options.epoch,
      traffic: this.traffic,
      open: (priority) => this.#open(priority),
      onHanded: (frame, place) => {
        const { context, sending } = this.#options;
        context.delays.handed({ sending, frame, ...place, nowMs: context.now() });
      },
      onDone: () => {
        this.#groups.delete(group);
        this.#options.onStreamDone();
      },
      onEndedEarly: (by, code) =>
        this.#endedEarly(by, code, `group ${group.sequence} of ${group.track.name}`),
    });
    if (sender.over) return;
    for (const [other, otherSender] of this.#groups) {
      if (other.sequence < group.sequence) otherSender.stepBack();
      else sender.stepBack();
    }
    this.#groups.set(group, sender);
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

  /** The track is over: what it has is still sent. */
  finish(): void {
    this.#init?.finish();
  }

  /** Nobody wants the track any more. */
  cancel(): void {
    this.#init?.cancel();
    for (const sender of [...this.#groups.values()]) sender.cancel();
  }

  #openInit(): InitSender {
    const { track, subscriptionId, epoch, context, onOverflow } = this.#options;
    return new InitSender({
      track: { media: track.media, index: track.index },
      subscriptionId,
      epoch,
      traffic: this.traffic,
      maxQueuedBytes: context.limits.maxQueuedInitBytes,
      stream: this.#open(Priority.INIT),
      onOverflow,
      onDone: this.#options.onStreamDone,
      onEndedEarly: (by, code) => this.#endedEarly(by, code, `init of ${track.name}`),
    });
  }

  #open(priority: number): SendStream {
    this.#options.onStream();
    return this.#options.context.openUni(priority);
  }

  #endedEarly(by: 'local' | 'peer', code: number, what: string): void {
    this.#options.context.streamEndedEarly(by, code, what);
  }
}
