/** Sends one group of a broadcast on a stream of its own, straight from the cache. */
import type { SendStream } from '@longhaul/transport';
import {
  encodeDropped,
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
  /** The subscriber starts at this group: it goes before audio until the next one comes. */
  readonly leads: boolean;
  readonly traffic: Traffic;
  /** Opens the stream, when the first frame is there. */
  readonly open: (priority: number, protectBytes: number) => SendStream;
  /** There is more for `send`, or less. */
  readonly onWork: () => void;
  /** Why the frame at `index` is not worth sending any more; undefined when it is. Asked when its turn has come. */
  readonly verdict: (frame: Frame, index: number) => DropReason | undefined;
  /** The last byte of a frame was handed to the stream, where it stands from `start` to `end`. */
  readonly onHanded?: (frame: Frame, place: HandedPlace) => void;
  /** The stream is finished or given up and the group is over: fired once. */
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
 * `waiting`: no frame yet. `streaming`: frames go out when it is their turn; `rest` is what the last write left over, parts
 * of `partial` at most. `abandoned`: the stream was reset, frames that still come are counted. `done`: nothing more happens.
 */
type State =
  | { readonly at: 'waiting' }
  | { readonly at: 'streaming'; readonly stream: SendStream; rest: Uint8Array[]; partial: Frame | undefined }
  | { readonly at: 'abandoned'; readonly reason: DropReason }
  | { readonly at: 'done' };

/**
 * Inputs: `begin` once, then `frameAdded`, `groupClosed`, `groupReleased` as the group changes; `send` when it is its turn;
 * `dropRest`; `stepBack`; `cancel`; credit from the stream. Output: the stream. It holds an index into the group:
 * frames wait in the cache and nowhere else.
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
  /** Why no further frame of the group is sent: those that wait or come are told as dropped. */
  #restDropped: DropReason | undefined;
  /** Where the gathered frames end that were not handed over yet, and where the last one ended that was. */
  readonly #ends: number[] = [];
  #gathered = 0;
  #handed = 0;
  #behind = 0;
  /** Frames that came and are not wholly handed over, by kind: known even after the cache let go of them. */
  readonly #waiting = new Map<FrameKind, number>();

  constructor(options: GroupSenderOptions) {
    this.#options = options;
    this.#group = options.group;
    this.#index = options.index;
  }

  /** Takes what the group has already. */
  begin(): void {
    for (let at = this.#index; at < this.#group.frameCount; at += 1) {
      const frame = this.#group.frame(at);
      if (frame !== undefined) this.#count(frame, 1);
    }
    this.#advance();
  }

  get group(): Group {
    return this.#group;
  }

  /** Index of the first frame of which nothing was written; `frameCount` when all were. */
  get nextIndex(): number {
    return this.#index;
  }

  /** Whether frames wait that may still be dropped. */
  get hasWaiting(): boolean {
    const { at } = this.#state;
    return at === 'streaming' && this.#restDropped === undefined && this.#index < this.#group.frameCount;
  }

  /** Whether `send` would write something. */
  get hasWork(): boolean {
    const state = this.#state;
    if (state.at !== 'streaming' || state.stream.credit === 0) return false;
    return state.rest.length > 0 || this.#index < this.#group.frameCount || this.#owesTruncation;
  }

  /** Whether a key frame is next, or a part of one. */
  get isAtKey(): boolean {
    return this.#restDropped === undefined && this.nextKind === 'key';
  }

  /** Kind of the frame that `send` would write; undefined while there is none, or no stream. */
  get nextKind(): FrameKind | undefined {
    if (this.#state.at !== 'streaming') return undefined;
    return (this.#state.partial ?? this.#group.frame(this.#index))?.kind;
  }

  frameAdded(frame: Frame): void {
    this.#count(frame, 1);
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

  /** Newer groups of the track go before this one from now on. */
  stepBack(): void {
    this.#behind += 1;
    if (this.#state.at === 'streaming') this.#state.stream.setPriority(this.#priority());
  }

  /** Writes at most `maxBytes`, one frame of it if `single`. Returns the bytes and whether a frame is begun and not whole. */
  send(maxBytes: number, single: boolean): { readonly bytes: number; readonly isWithin: boolean } {
    let bytes = 0;
    while (this.#state.at === 'streaming') {
      if (this.#index < this.#group.firstRetained) this.#abandon('evicted', StreamCode.EVICTED);
      else {
        const taken = this.#write(this.#state, { maxBytes: maxBytes - bytes, single });
        bytes += taken;
        if (taken === 0 || bytes >= maxBytes || single) break;
      }
    }
    this.#settle();
    return { bytes, isWithin: this.#state.at === 'streaming' && this.#state.rest.length > 0 };
  }

  /**
   * Sends no further frame of the group: those that wait and those that come are told as dropped. When only a part of
   * the key frame has left, nothing of the stream is of use: it is reset.
   */
  dropRest(reason: DropReason): void {
    const state = this.#state;
    if (state.at === 'streaming' && state.partial?.kind === 'key') this.#abandon(reason, StreamCode.EXPIRED);
    else this.#restDropped ??= reason;
    this.#advance();
  }

  /** Does what needs nobody's turn in whatever state this is. */
  #advance(): void {
    if (this.#state.at === 'waiting' && this.#index < this.#group.frameCount) this.#openStream();
    if (this.#state.at === 'streaming') {
      if (this.#index < this.#group.firstRetained) this.#abandon('evicted', StreamCode.EVICTED);
      // Records of dropped frames are a few bytes, and the sooner they are there the sooner nobody waits.
      else if (this.#restDropped !== undefined && this.#state.rest.length === 0)
        this.#write(this.#state, { maxBytes: Number.POSITIVE_INFINITY, single: false });
    }
    if (this.#state.at === 'abandoned') this.#dropWaiting(this.#state.reason);
    this.#settle();
    if (this.#state.at === 'streaming') this.#options.onWork();
  }

  /** Ends what has nothing left to send. */
  #settle(): void {
    const state = this.#state;
    if (this.#group.state === 'open' || state.at === 'done') return;
    if (state.at === 'streaming') {
      const isLeft = state.rest.length > 0 || this.#index < this.#group.frameCount || this.#owesTruncation;
      if (isLeft && !this.#tellTruncation(state)) return;
      state.stream.finish();
    }
    this.#done();
  }

  get #owesTruncation(): boolean {
    return this.#group.state === 'truncated' && !this.#truncationTold;
  }

  /** The end of a truncated group waits for nobody's turn. True when all is told. */
  #tellTruncation(state: Streaming): boolean {
    if (state.rest.length > 0 || this.#index < this.#group.frameCount) return false;
    this.#write(state, { maxBytes: Number.POSITIVE_INFINITY, single: false });
    return !this.#owesTruncation && state.rest.length === 0;
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
    const stream = open(this.#priority(), protectedBytes(first, header.length));
    this.#state = { at: 'streaming', stream, rest: [header], partial: undefined };
    stream.listen({
      onCredit: () => this.#advance(),
      onStopped: (code) => {
        onEndedEarly('peer', code);
        // All may have been handed over by now.
        if (this.#state.at === 'done') return;
        this.#state = { at: 'abandoned', reason: 'stopped' };
        this.#advance();
        this.#options.onWork();
      },
    });
  }

  /** One write, within the credit. Returns its bytes. */
  #write(state: Streaming, limit: { readonly maxBytes: number; readonly single: boolean }): number {
    const room = Math.min(state.stream.credit, limit.maxBytes);
    if (room <= 0) return 0;
    const { chunks, frames, tailBytes } = this.#gather(state, { room, single: limit.single });
    if (chunks.length === 0) return 0;
    const taken = state.stream.write(Chunks.front(chunks, room));
    state.rest = Chunks.after(chunks, taken);
    // Frames are gathered only while they fit: when more is left over than the records behind the last one, it is of that.
    state.partial = Chunks.size(state.rest) > tailBytes ? frames.pop() : undefined;
    for (const frame of frames) this.#sent(frame, state.stream.id);
    return taken;
  }

  #gather(
    { rest, partial }: Streaming,
    limit: { readonly room: number; readonly single: boolean },
  ): { chunks: Uint8Array[]; frames: Frame[]; tailBytes: number } {
    const chunks = rest;
    const frames = partial === undefined ? [] : [partial];
    /** What stands behind the last frame. */
    let tailBytes = 0;
    let room = limit.room - Chunks.size(chunks);
    for (; room > 0 && !(limit.single && frames.length > 0); this.#index += 1) {
      const frame = this.#group.frame(this.#index);
      if (frame === undefined) break;
      const bytes = this.#encode(frame, chunks, frames);
      room -= bytes;
      this.#gathered += bytes;
      if (frames.at(-1) === frame) this.#ends.push(this.#gathered);
      tailBytes = frames.at(-1) === frame ? 0 : tailBytes + bytes;
      this.#previous = frame;
    }
    const atEnd = this.#index === this.#group.frameCount && room > 0;
    if (atEnd && this.#owesTruncation) {
      this.#truncationTold = true;
      const told = encodeTruncated();
      tailBytes += told.length;
      chunks.push(told);
    }
    return { chunks, frames, tailBytes };
  }

  /** Adds a frame to a write, or the record that it was dropped. Returns the bytes. */
  #encode(frame: Frame, chunks: Uint8Array[], frames: Frame[]): number {
    // Groups hold no init data.
    const record = frame as FrameRecord;
    const reason = this.#verdict(frame);
    if (reason === undefined && frame.dropped !== true) {
      const head = encodeFrameHead(record, this.#previous);
      chunks.push(head, frame.payload);
      frames.push(frame);
      return head.length + frame.payload.length;
    }
    this.#count(frame, -1);
    if (reason !== undefined && frame.dropped !== true) this.#options.traffic.dropped(reason, frame.kind);
    const told = encodeDropped(record, this.#previous);
    chunks.push(told);
    return told.length;
  }

  /** A frame that others refer to takes the rest of its group with it. */
  #verdict(frame: Frame): DropReason | undefined {
    if (this.#restDropped !== undefined) return this.#restDropped;
    const reason = this.#options.verdict(frame, this.#index);
    if (frame.kind !== 'discardable') this.#restDropped = reason;
    return reason;
  }

  #abandon(reason: DropReason, code: number): void {
    if (this.#state.at === 'abandoned') return;
    if (this.#state.at === 'streaming') {
      this.#state.stream.reset(code);
      this.#options.onEndedEarly('local', code);
    }
    this.#state = { at: 'abandoned', reason };
    this.#dropWaiting(reason);
    this.#options.onWork();
  }

  #done(): void {
    this.#state = { at: 'done' };
    this.#options.onDone();
  }

  #priority(): number {
    if (this.#options.leads && this.#behind === 0) return Priority.LEAD;
    return Priority.ofGroup(this.#group.track.media, this.#behind);
  }

  #sent(frame: Frame, streamId: number): void {
    this.#count(frame, -1);
    this.#options.traffic.passed(frame.payload.length);
    const [start, end] = [this.#handed, this.#ends.shift() as number];
    this.#handed = end;
    this.#options.onHanded?.(frame, { streamId, start, end });
  }

  #count({ kind }: Frame, by: 1 | -1): void {
    this.#waiting.set(kind, (this.#waiting.get(kind) ?? 0) + by);
  }

  #dropWaiting(reason: DropReason): void {
    for (const [kind, count] of this.#waiting) {
      if (count > 0) this.#options.traffic.dropped(reason, kind, count);
    }
    this.#waiting.clear();
  }
}

type Streaming = State & { at: 'streaming' };

/** What of a group is worth protecting ahead of loss: all audio, and a key frame, which everything behind it waits for. */
function protectedBytes({ kind, payload }: Frame, headerBytes: number): number {
  if (kind === 'audio') return Number.MAX_SAFE_INTEGER;
  return kind === 'key' ? headerBytes + RECORD_HEAD_BYTES + payload.length : 0;
}

/** A frame's record before its payload, about. */
const RECORD_HEAD_BYTES = 12;
