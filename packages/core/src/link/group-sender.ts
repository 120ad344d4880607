/** Sends one group of a broadcast on a stream of its own, straight from the cache. */
import type { SendStream } from '@longhaul/transport';
import {
  encodeFrameHead,
  encodeGroupHeader,
  encodeTruncated,
  type FrameRecord,
  type Position,
  StreamCode,
} from '@longhaul/wire';
import type { Frame, FrameKind } from '../frame.js';
import type { Group } from '../group.js';
import * as Chunks from './chunks.js';
import type { DropReason, Traffic } from './counters.js';
import * as Priority from './priority.js';

/** What a group sender is made of. */
export interface GroupSenderOptions {
  readonly group: Group;
  /** The first frame to send; it may still have to come. */
  readonly index: number;
  readonly subscriptionId: number;
  readonly epoch: number;
  readonly traffic: Traffic;
  /** Opens the stream, when the first frame is there. */
  readonly open: (priority: number) => SendStream;
  /** The last byte of a frame was handed to the stream, where it stands from `start` to `end`. */
  readonly onHanded?: (frame: Frame, place: HandedPlace) => void;
  /** The stream is finished or given up and the group is over: fired once, never inside the constructor. */
  readonly onDone: () => void;
  /** The stream ended before the group did: reset here (`local`) or stopped by the peer. */
  readonly onEndedEarly: (by: 'local' | 'peer', code: number) => void;
}

/** Where a frame stands in its stream. */
export interface HandedPlace {
  readonly streamId: number;
  readonly start: number;
  readonly end: number;
}

/**
 * `waiting`: no frame yet. `streaming`: frames go out as they come; `rest` is what the last write left over, parts of
 * `partial` at most. `abandoned`: the stream was reset, frames that still come are counted. `done`: nothing more happens.
 */
type State =
  | { readonly at: 'waiting' }
  | { readonly at: 'streaming'; readonly stream: SendStream; rest: Uint8Array[]; partial: Frame | undefined }
  | { readonly at: 'abandoned'; readonly reason: DropReason }
  | { readonly at: 'done' };

/**
 * Inputs: `frameAdded`, `groupClosed`, `groupReleased` as the group changes; `stepBack`; `cancel`; credit from the
 * stream. Output: the stream. It holds an index into the group: frames wait in the cache and nowhere else, so what a
 * slow link loses is decided by the bounds of the cache alone.
 */
export class GroupSender {
  readonly #options: GroupSenderOptions;
  readonly #group: Group;
  #state: State = { at: 'waiting' };
  /** The next frame to gather for a write. */
  #index: number;
  /** What the next frame is written relative to. */
  #previous: Position = { ordinal: 0, timestamp: 0 };
  #truncationTold = false;
  /** Where the gathered frames end that were not handed over yet, and where the last one ended that was. */
  readonly #ends: number[] = [];
  #gathered = 0;
  #handed = 0;
  #behind = 0;
  #constructed = false;
  /** Frames that came and are not wholly handed over, by kind: known even after the cache let go of them. */
  readonly #waiting = new Map<FrameKind, number>();

  constructor(options: GroupSenderOptions) {
    this.#options = options;
    this.#group = options.group;
    this.#index = options.index;
    for (let at = options.index; at < this.#group.frameCount; at += 1) {
      const frame = this.#group.frame(at);
      if (frame !== undefined) this.#count(frame.kind, 1);
    }
    this.#advance();
    this.#constructed = true;
  }

  /** Whether nothing more will happen. */
  get over(): boolean {
    return this.#state.at === 'done';
  }

  frameAdded(frame: Frame): void {
    this.#count(frame.kind, 1);
    this.#advance();
  }

  groupClosed(): void {
    this.#advance();
  }

  /** The cache gave up the whole group. */
  groupReleased(): void {
    if (this.#index < this.#group.frameCount) this.#abandon('evicted', StreamCode.EVICTED);
    this.#advance();
  }

  /** Nobody wants the group any more. */
  cancel(): void {
    this.#abandon('unsubscribed', StreamCode.UNSUBSCRIBED);
    this.#done();
  }

  /** A newer group of the track is being sent: this one steps back. */
  stepBack(): void {
    this.#behind += 1;
    if (this.#state.at === 'streaming') this.#state.stream.setPriority(this.#priority());
  }

  /** Does what can be done now in whatever state this is. */
  #advance(): void {
    if (this.#state.at === 'waiting' && this.#index < this.#group.frameCount) this.#openStream();
    if (this.#state.at === 'streaming') this.#pump();
    if (this.#state.at === 'abandoned') this.#dropWaiting(this.#state.reason);
    const over = this.#group.state !== 'open';
    if (over && (this.#state.at === 'waiting' || this.#state.at === 'abandoned')) this.#done();
  }

  #openStream(): void {
    const { group, index, subscriptionId, epoch, open, onEndedEarly } = this.#options;
    const first = group.frame(index);
    if (first === undefined) {
      this.#state = { at: 'abandoned', reason: 'evicted' };
      return;
    }
    const { media, index: trackIndex } = group.track;
    const header = encodeGroupHeader({
      subscriptionId,
      track: { media, index: trackIndex },
      epoch,
      sequence: group.sequence,
      initVersion: group.initVersion,
      skippedFrames: index,
      baseOrdinal: first.ordinal,
      baseTimestamp: first.timestamp,
    });
    this.#previous = first;
    this.#gathered = header.length;
    this.#handed = header.length;
    const stream = open(this.#priority());
    this.#state = { at: 'streaming', stream, rest: [header], partial: undefined };
    stream.listen({
      onCredit: () => this.#advance(),
      onStopped: (code) => {
        onEndedEarly('peer', code);
        // All may have been handed over by now.
        if (this.over) return;
        this.#state = { at: 'abandoned', reason: 'stopped' };
        this.#advance();
      },
    });
  }

  /** Writes until nothing is left to write or the stream is full. */
  #pump(): void {
    while (this.#state.at === 'streaming') {
      const { stream } = this.#state;
      if (this.#index < this.#group.firstRetained) this.#abandon('evicted', StreamCode.EVICTED);
      else if (stream.credit === 0 || !this.#write(this.#state)) return;
    }
  }

  /** One write of everything that is there, as far as there is credit. False when there is nothing to do. */
  #write(state: State & { at: 'streaming' }): boolean {
    const { chunks, frames } = this.#gather(state);
    if (chunks.length === 0) {
      if (this.#group.state === 'open') return false;
      state.stream.finish();
      this.#done();
      return false;
    }
    const taken = state.stream.write(chunks);
    state.rest = Chunks.after(chunks, taken);
    // Frames are gathered only while they fit: when anything is left over, it is of the last one.
    state.partial = state.rest.length > 0 ? frames.pop() : undefined;
    for (const frame of frames) this.#sent(frame, state.stream.id);
    return state.rest.length === 0;
  }

  #gather({ stream, rest, partial }: State & { at: 'streaming' }): { chunks: Uint8Array[]; frames: Frame[] } {
    const chunks = rest;
    const frames = partial === undefined ? [] : [partial];
    let room = stream.credit - Chunks.size(chunks);
    for (; room > 0; this.#index += 1) {
      const frame = this.#group.frame(this.#index);
      if (frame === undefined) break;
      // Groups hold no init data.
      const head = encodeFrameHead(frame as FrameRecord, this.#previous);
      chunks.push(head, frame.payload);
      frames.push(frame);
      this.#previous = frame;
      room -= head.length + frame.payload.length;
      this.#gathered += head.length + frame.payload.length;
      this.#ends.push(this.#gathered);
    }
    const atEnd = this.#index === this.#group.frameCount && room > 0;
    if (atEnd && this.#group.state === 'truncated' && !this.#truncationTold) {
      this.#truncationTold = true;
      chunks.push(encodeTruncated());
    }
    return { chunks, frames };
  }

  #abandon(reason: DropReason, code: number): void {
    if (this.#state.at === 'abandoned') return;
    if (this.#state.at === 'streaming') {
      this.#state.stream.reset(code);
      this.#options.onEndedEarly('local', code);
    }
    this.#state = { at: 'abandoned', reason };
    this.#dropWaiting(reason);
  }

  #done(): void {
    this.#state = { at: 'done' };
    if (this.#constructed) this.#options.onDone();
  }

  #priority(): number {
    return Priority.ofGroup(this.#group.track.media, this.#behind);
  }

  #sent(frame: Frame, streamId: number): void {
    this.#count(frame.kind, -1);
    this.#options.traffic.passed(frame.payload.length);
    const [start, end] = [this.#handed, this.#ends.shift() ?? this.#gathered];
    this.#handed = end;
    this.#options.onHanded?.(frame, { streamId, start, end });
  }

  #count(kind: FrameKind, by: number): void {
    this.#waiting.set(kind, (this.#waiting.get(kind) ?? 0) + by);
  }

  #dropWaiting(reason: DropReason): void {
    for (const [kind, count] of this.#waiting) {
      if (count > 0) this.#options.traffic.dropped(reason, kind, count);
    }
    this.#waiting.clear();
  }
}
