/** Receives one unidirectional stream of the peer into a broadcast. */
import assert from 'node:assert';
import type { ReceiveStream, StreamChunk } from '@longhaul/transport';
import {
  type Dropped,
  type FrameRecord,
  type GroupHeader,
  type InitRecord,
  StreamCode,
  type TrackHeader,
  type Truncated,
  UniDecoder,
  type UniItem,
  WireError,
} from '@longhaul/wire';
import type { Broadcast } from '../broadcast.js';
import { CoreError } from '../errors.js';
import type { Frame, TrackMedia } from '../frame.js';
import type { Group } from '../group.js';
import { Reassembly } from '../reassembly.js';
import { ArrivalLine } from '../trace/arrival-line.js';
import type { Track } from '../track.js';
import type { LinkContext } from './context.js';
import type { Traffic } from './counters.js';
import { type Deferred, RECORD_COST } from './turn-budget.js';

/** Where the frames of a stream go: the subscription that its header names. */
export interface ReceiverTarget {
  /** Undefined until the peer accepted the subscription. */
  readonly accepted: { readonly epoch: number; readonly broadcast: Broadcast } | undefined;
  /** Counts of the track. */
  trafficOf(track: Track): Traffic;
  /** The stream is one of this subscription's; `accept` it when the subscription is accepted. */
  joined(receiver: UniReceiver): void;
  /** Whether `receiver` alone fills `group`; false when another stream of the subscription does. */
  claim(group: Group, receiver: UniReceiver): boolean;
  /** Bytes came or the stream ended. */
  progressed(): void;
  /** The stream is over. */
  left(receiver: UniReceiver): void;
}

/** What a receiver needs of its session. */
export interface ReceiverOptions {
  readonly stream: ReceiveStream;
  readonly context: LinkContext;
  /** The running subscription with this id, if there is one. */
  readonly target: (subscriptionId: number) => ReceiverTarget | undefined;
  /** Adds to the bytes that all receivers of the link hold and returns the sum. */
  readonly buffered: (delta: number) => number;
  /** The stream is over. */
  readonly onOver: (receiver: UniReceiver) => void;
}

/**
 * `header`: whose stream it is is not known. `early`: its subscription is not accepted yet; the header, and
 * the bytes behind it, wait and the stream is paused. `joined`: it is known, its track or group is not open yet. `track`, `group`: records go into the broadcast. `over`: nothing more happens.
 */
type State =
  | { readonly at: 'header' }
  | { readonly at: 'early'; readonly target: ReceiverTarget; readonly header: Header }
  | { readonly at: 'joined'; readonly target: ReceiverTarget }
  | { readonly at: 'track'; readonly target: ReceiverTarget; readonly track: Track }
  | { readonly at: 'group'; readonly target: ReceiverTarget; readonly group: Group }
  | { readonly at: 'over' };

/**
 * Inputs: pieces of the stream, in any order; `proceed` when the link's budget allows more. Outputs: init data and
 * frames in the broadcast of its subscription. What the budget does not allow yet waits as bytes: the stream is paused.
 */
export class UniReceiver implements Deferred {
  readonly #options: ReceiverOptions;
  readonly #reassembly: Reassembly;
  readonly #decoder = new UniDecoder();
  readonly #arrivals = new ArrivalLine();
  /** Where the next record begins in the stream. */
  #recordStart = 0;
  #state: State = { at: 'header' };
  #held = 0;
  #truncated = false;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    const { limits } = options.context;
    this.#reassembly = new Reassembly({ maxBytes: limits.maxBufferedBytes, maxPieces: limits.maxPieces });
    options.stream.read({
      onData: (chunks) => this.#receive(chunks),
      onFinished: () => this.#finished(),
      onReset: (code) => this.#reset(code),
    });
    // What comes while others wait for their turn stays in the transport: its windows bound it.
    if (options.context.budget.spent) this.#defer();
  }

  /** The subscription was accepted: what waited goes on. */
  accept(): void {
    const state = this.#state;
    if (state.at !== 'early') return;
    this.#handleHeader(state.header);
    this.proceed();
  }

  proceed(): void {
    if (this.#state.at === 'over' || this.#state.at === 'early') return;
    this.#work();
    if (!this.#blocked) this.#options.stream.resume();
  }

  /** Stops the stream: nothing more of it is wanted. Idempotent. */
  stop(code: number, reason: string): void {
    if (this.#state.at === 'over') return;
    this.#options.stream.stop(code);
    this.#options.context.streamEndedEarly('local', code, reason);
    if (this.#state.at === 'group' && code !== StreamCode.UNSUBSCRIBED) {
      this.#state.group.close('truncated', this.#options.context.now());
    }
    this.#over();
  }

  #receive(chunks: readonly StreamChunk[]): void {
    const nowMs = this.#options.context.now();
    for (const { offset, bytes } of chunks) {
      this.#arrivals.reached(offset + bytes.length, nowMs);
      const ready = this.#reassembly.push(offset, bytes);
      if (ready === undefined) this.stop(StreamCode.LIMIT, 'too much waits for a gap in the stream');
      else for (const part of ready) this.#decoder.add(part);
      if (this.#state.at === 'over') return;
    }
    this.#work();
  }

  #work(): void {
    this.#decode();
    if (!this.#isOver()) this.#account();
    const state = this.#state;
    if (state.at !== 'header' && state.at !== 'over') state.target.progressed();
  }

  /** What has come may have ended it. */
  #isOver(): boolean {
    return this.#state.at === 'over';
  }

  /** Nothing may be decoded now: the stream is over, early, or its turn is not yet. */
  get #blocked(): boolean {
    return this.#state.at === 'early' || this.#state.at === 'over' || this.#options.context.budget.spent;
  }

  /** One item after the other: those of some MiB of empty frames would be hundreds of MiB at once, and seconds of work. */
  #decode(): void {
    while (!this.#blocked) {
      const item = this.#guarded(() => this.#decoder.next());
      if (item === undefined) return;
      this.#options.context.budget.spend(RECORD_COST);
      if (item !== 'skipped') this.#handle(item);
      this.#recordStart = this.#reassembly.delivered - this.#decoder.bufferedBytes;
    }
    if (this.#state.at !== 'early' && this.#state.at !== 'over') this.#defer();
  }

  #defer(): void {
    this.#options.stream.pause();
    this.#options.context.budget.defer(this);
  }

  #handle(item: UniItem): void {
    const state = this.#state;
    switch (item.kind) {
      case 'track-header':
      case 'group-header':
        this.#handleHeader(item);
        return;
      default:
        if (state.at === 'track') this.#handleInit(item as InitRecord, state);
        else if (state.at === 'group') this.#handleRecord(item as FrameRecord | Dropped | Truncated, state);
    }
  }

  #handleHeader(header: Header): void {
    const target = this.#options.target(header.subscriptionId);
    if (target === undefined) {
      this.stop(StreamCode.UNKNOWN_SUBSCRIPTION, `no subscription ${header.subscriptionId}`);
      return;
    }
    if (this.#state.at === 'header') target.joined(this);
    const { accepted } = target;
    if (accepted === undefined) {
      this.#state = { at: 'early', target, header };
      this.#options.stream.pause();
      return;
    }
    this.#state = { at: 'joined', target };
    if (accepted.epoch === header.epoch) this.#open(header, target, accepted.broadcast);
    else this.stop(StreamCode.STALE_EPOCH, `epoch ${header.epoch} is not ${accepted.epoch}`);
  }

  #open(header: Header, target: ReceiverTarget, broadcast: Broadcast): void {
    const nowMs = this.#options.context.now();
    const track = this.#openTrack(header, broadcast, nowMs);
    if (track === undefined) return;
    if (header.kind === 'track-header') {
      this.#state = { at: 'track', target, track };
      return;
    }
    const { sequence, initVersion } = header;
    const group = track.openGroup({ sequence, initVersion }, nowMs);
    if (group === undefined) this.stop(StreamCode.EXPIRED, `group ${sequence} is not kept any more`);
    else if (!target.claim(group, this)) this.stop(StreamCode.DUPLICATE, `group ${sequence} comes already`);
    else this.#state = { at: 'group', target, group };
  }

  #openTrack({ track }: Header, broadcast: Broadcast, nowMs: number): Track | undefined {
    try {
      return broadcast.openTrack(track.media, track.index, nowMs);
    } catch (error) {
      assert(error instanceof CoreError, error as Error);
      const limit = error.code === 'LH_CORE_TRACK_LIMIT';
      this.stop(limit ? StreamCode.LIMIT : StreamCode.STALE_EPOCH, error.message);
      return undefined;
    }
  }

  #handleInit({ version, ordinal, timestamp, payload }: InitRecord, { target, track }: TrackState): void {
    const traffic = target.trafficOf(track);
    const frame: Frame = { kind: 'init', ordinal, timestamp, payload };
    if (track.setInit(version, frame, this.#options.context.now())) traffic.passed(payload.length);
    else traffic.dropped('duplicate', 'init');
  }

  #handleRecord(item: FrameRecord | Dropped | Truncated, state: GroupState): void {
    if (item.kind === 'truncated') {
      this.#truncated = true;
    } else if (item.kind === 'dropped') {
      const { frameKind: kind, ordinal, timestamp } = item;
      this.#handleFrame({ kind, ordinal, timestamp, payload: NO_BYTES, dropped: true }, state);
    } else {
      this.#noteArrival(item, state.target);
      this.#handleFrame(item, state);
    }
  }

  #handleFrame(item: FrameRecord & Pick<Frame, 'dropped'>, { target, group }: GroupState): void {
    const traffic = target.trafficOf(group.track);
    if (!fits(item.kind, group.track.media)) {
      traffic.dropped('malformed', item.kind);
      this.stop(StreamCode.MALFORMED, `a frame of kind ${item.kind} in ${group.track.name}`);
    } else if (group.append(item, this.#options.context.now())) {
      if (item.dropped === true) traffic.dropped('by-peer', item.kind);
      else traffic.passed(item.payload.length);
    } else if (group.state === 'open') {
      traffic.dropped('duplicate', item.kind);
    } else {
      // The cache gave the group up while it came: the rest would take the link from newer ones.
      traffic.dropped('late', item.kind);
      this.stop(StreamCode.EXPIRED, `group ${group.sequence} is not kept any more`);
    }
  }

  /** Tells when the frame's bytes came. */
  #noteArrival({ ordinal }: FrameRecord, { accepted }: ReceiverTarget): void {
    const end = this.#reassembly.delivered - this.#decoder.bufferedBytes;
    const arrival = this.#arrivals.of(this.#recordStart, end);
    const link = this.#options.context.delays.received;
    if (arrival !== undefined) accepted?.broadcast.delays.arriving(ordinal, { ...arrival, link });
  }

  #finished(): void {
    this.#guarded(() => this.#decoder.finish());
    if (this.#state.at === 'group') {
      this.#state.group.close(this.#truncated ? 'truncated' : 'complete', this.#options.context.now());
    }
    this.#over();
  }

  #reset(code: number | undefined): void {
    // Without a code the connection is gone: another one may continue the group.
    if (code !== undefined) {
      this.#options.context.streamEndedEarly('peer', code, 'reset by the sender');
      if (this.#state.at === 'group') this.#state.group.close('truncated', this.#options.context.now());
    }
    this.#over();
  }

  /** What `step` of the decoder gives; undefined when the peer broke a rule in it, which stops this stream and nothing else. */
  #guarded<Result>(step: () => Result): Result | undefined {
    try {
      return step();
    } catch (error) {
      assert(error instanceof WireError, error as Error);
      const unknown = error.code === 'LH_WIRE_UNKNOWN_STREAM';
      this.stop(unknown ? StreamCode.UNKNOWN_STREAM : StreamCode.MALFORMED, error.message);
      return undefined;
    }
  }

  /** Keeps the link's sum of held bytes true and stops this stream when it goes over the limit. */
  #account(): void {
    const pieces = this.#reassembly.pieces + (this.#blocked ? this.#decoder.buffers : 0);
    const held = this.#reassembly.bufferedBytes + this.#decoder.bufferedBytes + pieces * PIECE_OVERHEAD_BYTES;
    const sum = this.#options.buffered(held - this.#held);
    this.#held = held;
    if (sum > this.#options.context.limits.maxBufferedBytes) {
      this.stop(StreamCode.LIMIT, 'too much is held for incomplete frames');
    }
  }

  #over(): void {
    if (this.#state.at === 'over') return;
    const state = this.#state;
    this.#state = { at: 'over' };
    this.#options.context.budget.forget(this);
    this.#options.buffered(-this.#held);
    if (state.at !== 'header') state.target.left(this);
    this.#options.onOver(this);
  }
}

/** What a waiting piece costs beyond its bytes: a sender of single bytes is bounded as one of large pieces is. */
const PIECE_OVERHEAD_BYTES = 256;

const NO_BYTES = new Uint8Array(0);

type Header = TrackHeader | GroupHeader;
type TrackState = State & { at: 'track' };
type GroupState = State & { at: 'group' };

function fits(kind: FrameRecord['kind'], media: TrackMedia): boolean {
  return kind === 'audio' || kind === 'data' ? kind === media : media === 'video';
}
