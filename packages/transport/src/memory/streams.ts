import type { BidiStream, ConnectionEvents, ReceiveStream, SendStream, Side } from '../connection.js';
import type { MemoryLimits } from './limits.js';
import { type Direction, directionOf, FRAME_OVERHEAD_BYTES, type Frame, ordinalOf } from './packet.js';
import { ReceiveHalf, type ReceiveHost } from './receive-half.js';
import { Rounds } from './rounds.js';
import { SendHalf, type SendHost } from './send-half.js';
import { Slots } from './slots.js';

/** What the streams of one end are made of. */
export interface StreamsOptions {
  readonly side: Side;
  readonly limits: MemoryLimits;
  readonly peerLimits: MemoryLimits;
  /** Something may be there to send or to deliver. */
  readonly onWork: () => void;
}

type Accepted =
  | { readonly direction: 'uni'; readonly stream: ReceiveStream }
  | { readonly direction: 'bidi'; readonly stream: BidiStream };

/**
 * All streams of one end of a memory connection.
 *
 * Inputs: the owner's calls by way of the halves, the peer's frames (`handle`, `handleAcknowledged`). Outputs:
 * frames by `fill`, events by `deliver`.
 */
export class Streams implements SendHost, ReceiveHost {
  readonly sendBufferBytes: number;
  readonly #options: StreamsOptions;
  readonly #slots: Readonly<Record<Direction, Slots<SendHalf>>>;
  /** Halves that have a number and are not over, by number. */
  readonly #sends = new Map<number, SendHalf>();
  readonly #receives = new Map<number, ReceiveHalf>();
  /** The receiving halves of our bidirectional streams that wait for stream credit. */
  readonly #partners = new Map<SendHalf, ReceiveHalf>();
  /** Codes of halves that were abandoned while they waited: said when they start. */
  readonly #abandoned = new Map<SendHalf | ReceiveHalf, number>();
  /** Halves with bytes that the stream window lets go. */
  readonly #ready = new Rounds<SendHalf>();
  #control: Frame[] = [];
  readonly #granting = new Set<ReceiveHalf>();
  #accepted: Accepted[] = [];
  readonly #eventful = new Set<SendHalf | ReceiveHalf>();
  #nextId = 0;
  #sentBytes = 0;
  #windowEnd: number;
  #consumedBytes = 0;
  #grantedEnd: number;
  #state: 'open' | 'closed' | 'silent' = 'open';

  constructor(options: StreamsOptions) {
    const { limits, peerLimits, side } = options;
    this.#options = options;
    this.sendBufferBytes = limits.sendBufferBytes;
    this.#windowEnd = peerLimits.connectionWindowBytes;
    this.#grantedEnd = limits.connectionWindowBytes;
    const slots = (direction: Direction, maxConcurrent: number, peerMaxConcurrent: number) =>
      new Slots<SendHalf>({ side, direction, maxConcurrent, peerMaxConcurrent });
    this.#slots = {
      uni: slots('uni', limits.maxConcurrentUni, peerLimits.maxConcurrentUni),
      bidi: slots('bidi', limits.maxConcurrentBidi, peerLimits.maxConcurrentBidi),
    };
  }

  /** Bytes accepted by `write` that have not left. */
  get queuedBytes(): number {
    let bytes = 0;
    for (const half of this.#sends.values()) bytes += half.queuedBytes;
    for (const { waiting } of [this.#slots.uni, this.#slots.bidi]) {
      for (const half of waiting) bytes += half.queuedBytes;
    }
    return bytes;
  }

  /** Streams of the peer wait to be told to the owner. */
  get hasAccepted(): boolean {
    return this.#accepted.length > 0;
  }

  /** A stream's listener has something to hear. */
  get hasStreamEvent(): boolean {
    return this.#eventful.size > 0;
  }

  get hasFrame(): boolean {
    return (
      this.#control.length > 0 ||
      this.#granting.size > 0 ||
      this.#dataGrantDue ||
      this.#slots.uni.grantDue ||
      this.#slots.bidi.grantDue ||
      (this.#ready.size > 0 && this.#sentBytes < this.#windowEnd)
    );
  }

  openUni(priority: number): SendStream {
    const half = this.#newSendHalf(this.#nextId++, priority);
    this.#open(half, 'uni');
    return half;
  }

  openBidi(priority: number): BidiStream {
    const id = this.#nextId++;
    const send = this.#newSendHalf(id, priority);
    const receive = this.#newReceiveHalf(id, 'bidi');
    this.#partners.set(send, receive);
    this.#open(send, 'bidi');
    return { id, send, receive };
  }

  /** Appends what fits into `room` bytes of a packet: resets and other control first, then stream bytes by priority. */
  fill(frames: Frame[], room: number): void {
    this.#queueGrants();
    const control = this.#control.splice(0, Math.floor(room / FRAME_OVERHEAD_BYTES));
    frames.push(...control);
    let left = room - control.length * FRAME_OVERHEAD_BYTES;
    while (left > FRAME_OVERHEAD_BYTES && this.#sentBytes < this.#windowEnd) {
      const half = this.#ready.first();
      if (!half) return;
      const taken = half.take(Math.min(left - FRAME_OVERHEAD_BYTES, this.#windowEnd - this.#sentBytes));
      frames.push({ type: 'stream', stream: half.stream as number, ...taken });
      this.#sentBytes += taken.bytes.length;
      left -= FRAME_OVERHEAD_BYTES + taken.bytes.length;
      if (half.hasBytes) this.#ready.rotate(half);
      else this.#ready.delete(half);
    }
  }

  /** A frame of the peer that is about streams or windows. */
  handle(frame: Exclude<Frame, { type: 'ack' | 'close' | 'datagram' }>): void {
    if ('stream' in frame) this.#accept(frame.stream);
    switch (frame.type) {
      case 'stream':
        this.#receives.get(frame.stream)?.handleBytes(frame.offset, frame.bytes, frame.fin);
        return;
      case 'reset':
        this.#receives.get(frame.stream)?.handleReset(frame.code, frame.size);
        return;
      case 'stop':
        this.#sends.get(frame.stream)?.handleStop(frame.code);
        return;
      case 'max-stream-data':
        this.#sends.get(frame.stream)?.handleWindow(frame.limit);
        return;
      case 'max-data':
        this.#windowEnd = Math.max(this.#windowEnd, frame.limit);
        return;
      case 'max-streams':
        this.#slots[frame.direction].handleLimit(frame.limit);
        this.#startWaiting(frame.direction);
    }
  }

  /** A frame of ours arrived. */
  handleAcknowledged(frame: Frame): void {
    if (frame.type !== 'stream' && frame.type !== 'reset') return;
    const half = this.#sends.get(frame.stream);
    if (!half) return;
    const over = frame.type === 'reset' || half.handleAcknowledged(frame.bytes.length + (frame.fin ? 1 : 0));
    if (!over) return;
    this.#sends.delete(frame.stream);
    this.#releaseWhenOver(frame.stream);
  }

  /** The connection is over: readers hear of it, senders do not. */
  handleConnectionClosed(): void {
    this.#state = 'closed';
    for (const half of this.#sends.values()) half.handleConnectionClosed();
    for (const { waiting } of [this.#slots.uni, this.#slots.bidi]) {
      for (const half of waiting) half.handleConnectionClosed();
      waiting.clear();
    }
    for (const half of this.#receives.values()) half.handleConnectionClosed();
    for (const half of this.#partners.values()) half.handleConnectionClosed();
    this.#accepted = [];
    this.#control = [];
    this.#granting.clear();
    this.#ready.clear();
  }

  /** Nothing is delivered from now on: the owner hears of the close. */
  silence(): void {
    this.#state = 'silent';
    this.#eventful.clear();
  }

  /** Fires what waits. Without an owner the peer's streams wait on. */
  deliver(owner: ConnectionEvents | undefined): void {
    if (owner) this.#deliverAccepted(owner);
    // Taken one by one: a listener that throws takes nothing from the others.
    for (const half of this.#eventful) {
      this.#eventful.delete(half);
      half.deliver();
    }
  }

  sendChanged(half: SendHalf): void {
    if (half.stream === undefined) {
      if (this.#state === 'open') this.#wait(half);
      return;
    }
    if (half.hasFinOnly) this.#control.push({ type: 'stream', stream: half.stream, ...half.take(0) });
    if (half.hasBytes) this.#ready.add(half, half.priority);
    this.#options.onWork();
  }

  sendReset(half: SendHalf, code: number): void {
    if (half.stream !== undefined) {
      this.#ready.delete(half);
      this.#control.push({ type: 'reset', stream: half.stream, code, size: half.sentBytes });
    } else if (this.#partners.has(half)) this.#abandoned.set(half, code);
    else this.#slots.uni.waiting.delete(half);
    this.#options.onWork();
  }

  sendHasEvent(half: SendHalf): void {
    this.#eventful.add(half);
    this.#options.onWork();
  }

  receiveConsumed(half: ReceiveHalf, bytes: number): void {
    this.#consumedBytes += bytes;
    if (half.grantDue) this.#granting.add(half);
    this.#options.onWork();
  }

  receiveStopped(half: ReceiveHalf, code: number): void {
    if (half.stream === undefined) this.#abandoned.set(half, code);
    else this.#control.push({ type: 'stop', stream: half.stream, code });
    this.#options.onWork();
  }

  receiveOver(half: ReceiveHalf): void {
    const stream = half.stream as number;
    this.#receives.delete(stream);
    this.#granting.delete(half);
    this.#releaseWhenOver(stream);
    this.#options.onWork();
  }

  receiveHasEvent(half: ReceiveHalf): void {
    if (this.#state === 'silent') return;
    this.#eventful.add(half);
    this.#options.onWork();
  }

  get #dataGrantDue(): boolean {
    const { connectionWindowBytes } = this.#options.limits;
    const gained = this.#consumedBytes + connectionWindowBytes - this.#grantedEnd;
    return gained >= Math.max(1, connectionWindowBytes / 8);
  }

  #newSendHalf(id: number, priority: number): SendHalf {
    const windowBytes = this.#options.peerLimits.streamWindowBytes;
    return new SendHalf(this, { id, priority, windowBytes });
  }

  #newReceiveHalf(id: number, direction: Direction): ReceiveHalf {
    const windowBytes = this.#options.limits.streamWindowBytes;
    return new ReceiveHalf(this, { id, direction, windowBytes });
  }

  #open(half: SendHalf, direction: Direction): void {
    if (this.#state !== 'open') {
      half.handleConnectionClosed();
      this.#partners.get(half)?.handleConnectionClosed();
      return;
    }
    this.#slots[direction].waiting.add(half, half.priority);
    this.#startWaiting(direction);
  }

  /** Its priority may have changed. A reset one does not wait any more. */
  #wait(half: SendHalf): void {
    const { waiting } = this.#slots[this.#partners.has(half) ? 'bidi' : 'uni'];
    if (waiting.has(half)) waiting.add(half, half.priority);
  }

  #startWaiting(direction: Direction): void {
    const slots = this.#slots[direction];
    for (let half = slots.waiting.first(); half; half = slots.waiting.first()) {
      const stream = slots.start();
      if (stream === undefined) return;
      slots.waiting.delete(half);
      this.#start(half, stream);
    }
  }

  #start(half: SendHalf, stream: number): void {
    half.stream = stream;
    this.#sends.set(stream, half);
    const partner = this.#partners.get(half);
    this.#partners.delete(half);
    if (partner) {
      partner.stream = stream;
      this.#receives.set(stream, partner);
      const code = this.#takeAbandoned(partner);
      if (code !== undefined) this.#control.push({ type: 'stop', stream, code });
    }
    const code = this.#takeAbandoned(half);
    if (code !== undefined) this.#control.push({ type: 'reset', stream, code, size: 0 });
    this.sendChanged(half);
  }

  #takeAbandoned(half: SendHalf | ReceiveHalf): number | undefined {
    const code = this.#abandoned.get(half);
    this.#abandoned.delete(half);
    return code;
  }

  /** Opens the peer's stream, and all lower ones, when this is the first that is heard of it. */
  #accept(stream: number): void {
    const ours = (stream & 1) === (this.#options.side === 'acceptor' ? 1 : 0);
    if (ours) return;
    const direction = directionOf(stream);
    for (const number of this.#slots[direction].accept(ordinalOf(stream))) {
      const id = this.#nextId++;
      const receive = this.#newReceiveHalf(id, direction);
      receive.stream = number;
      this.#receives.set(number, receive);
      if (direction === 'uni') {
        this.#accepted.push({ direction, stream: receive });
        continue;
      }
      const send = this.#newSendHalf(id, 0);
      send.stream = number;
      this.#sends.set(number, send);
      this.#accepted.push({ direction, stream: { id, send, receive } });
    }
  }

  #deliverAccepted(owner: ConnectionEvents): void {
    for (let next = this.#accepted.shift(); next; next = this.#accepted.shift()) {
      if (next.direction === 'uni') owner.onUniStream(next.stream);
      else owner.onBidiStream(next.stream);
    }
  }

  #releaseWhenOver(stream: number): void {
    const ours = (stream & 1) === (this.#options.side === 'acceptor' ? 1 : 0);
    if (ours || this.#sends.has(stream) || this.#receives.has(stream)) return;
    this.#slots[directionOf(stream)].release();
  }

  #queueGrants(): void {
    if (this.#dataGrantDue) {
      this.#grantedEnd = this.#consumedBytes + this.#options.limits.connectionWindowBytes;
      this.#control.push({ type: 'max-data', limit: this.#grantedEnd });
    }
    for (const slots of [this.#slots.uni, this.#slots.bidi]) {
      if (slots.grantDue) {
        this.#control.push({ type: 'max-streams', direction: slots.direction, limit: slots.takeGrant() });
      }
    }
    for (const half of this.#granting) {
      const stream = half.stream as number;
      this.#control.push({ type: 'max-stream-data', stream, limit: half.takeGrant() });
    }
    this.#granting.clear();
  }
}
