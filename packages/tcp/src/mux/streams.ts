/**
 * All streams of one end of a multiplexed connection, without I/O.
 *
 * Inputs: the owner's calls by way of the halves, the peer's frames (`handle*`). Outputs: bytes by `fill`, events by
 * `deliver`. What the peer may not send throws LH_TRANSPORT_PROTOCOL.
 */
import type { BidiStream, ConnectionEvents, ReceiveStream, SendStream, Side } from '@longhaul/transport';
import { dataHeadSize, encodeHead, type Frame, MAX_HEAD_BYTES, type Settings, TYPE } from './frame.js';
import { breach } from './frame-decoder.js';
import { FIRST_WINDOW_BYTES, type MuxLimits } from './limits.js';
import { Ready } from './ready.js';
import { ReceiveHalf, type ReceiveHost } from './receive-half.js';
import { SendHalf, type SendHost } from './send-half.js';
import { type Direction, directionOf, openerOf, Slots } from './slots.js';

/** What the streams of one end are made of. */
export interface StreamsOptions {
  readonly side: Side;
  readonly limits: MuxLimits;
  /** Something may be there to send. */
  readonly onSend: () => void;
  /** Something may be there to tell. */
  readonly onEvent: () => void;
  /** Carries the bytes of streams beside the frames; absent: they go in frames too. */
  readonly plane?: DataPlane | undefined;
}

/** Where the bytes of streams go when the carrier is for frames only: each stream has a way of its own. */
export interface DataPlane {
  /** Bytes that it takes now, over all streams. */
  readonly credit: number;
  /** Takes the next bytes of a stream. */
  write(stream: number, bytes: Buffer): void;
  /** No more of the stream is written. A frame has told its size. */
  finish(stream: number): void;
  /** What of the stream has not left need not leave any more. */
  reset(stream: number): void;
}

const EMPTY = Buffer.alloc(0);

type Accepted =
  | { readonly direction: 'uni'; readonly stream: ReceiveStream }
  | { readonly direction: 'bidi'; readonly stream: BidiStream };

/** Frames that are about streams and windows. */
export type StreamFrame = Exclude<
  Frame,
  { type: 'settings' | 'ping' | 'pong' | 'datagram' | 'close' | 'abort' }
>;

/** See the head of the file. */
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
  readonly #ready: Ready;
  /** Frames of numbers that wait. Bounded: a few for each stream there may be. */
  #control: { readonly type: number; readonly fields: readonly number[] }[] = [];
  readonly #granting = new Set<ReceiveHalf>();
  /** Halves that wait for room over all streams. */
  readonly #starved = new Set<SendHalf>();
  #accepted: Accepted[] = [];
  readonly #eventful = new Set<SendHalf | ReceiveHalf>();
  #nextId = 0;
  #sequence = 0;
  #queuedBytes = 0;
  #sentBytes = 0;
  #windowEnd = FIRST_WINDOW_BYTES;
  #streamWindowBytes = FIRST_WINDOW_BYTES;
  #receivedBytes = 0;
  #consumedBytes = 0;
  #grantedEnd: number;
  #state: 'open' | 'closed' | 'silent' = 'open';

  constructor(options: StreamsOptions) {
    const { limits, side } = options;
    this.#options = options;
    this.sendBufferBytes = limits.sendBufferBytes;
    this.#grantedEnd = limits.connectionWindowBytes;
    this.#ready = new Ready(limits.schedule);
    this.#slots = {
      uni: new Slots({ side, direction: 'uni', maxConcurrent: limits.maxConcurrentUni }),
      bidi: new Slots({ side, direction: 'bidi', maxConcurrent: limits.maxConcurrentBidi }),
    };
  }

  /** Bytes accepted by `write` that have not left. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** `fill` would give something. */
  get hasBytes(): boolean {
    return (
      this.#control.length > 0 ||
      this.#granting.size > 0 ||
      this.#windowGrantDue ||
      this.#slots.uni.grantDue ||
      this.#slots.bidi.grantDue ||
      (this.#options.plane === undefined && this.#ready.size > 0 && this.#sentBytes < this.#windowEnd)
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
    const receive = this.#newReceiveHalf(id);
    this.#partners.set(send, receive);
    this.#open(send, 'bidi');
    return { id, send, receive };
  }

  /** Writes frames from `at` on and returns where they end: what is about streams first, then their bytes in the order of the schedule. */
  fill(into: Buffer, at: number): number {
    this.#queueGrants();
    let end = at;
    let used = 0;
    for (const { type, fields } of this.#control) {
      if (into.byteLength - end < MAX_HEAD_BYTES) break;
      end = encodeHead(into, end, type, fields);
      used += 1;
    }
    this.#control.splice(0, used);
    return this.#control.length > 0 || this.#options.plane !== undefined ? end : this.#fillData(into, end);
  }

  /** Gives the plane what it takes. */
  feed(plane: DataPlane): void {
    while (plane.credit > 0 && this.#sentBytes < this.#windowEnd) {
      const half = this.#ready.first();
      if (half?.stream === undefined) return;
      const length = this.#ready.share(half, Math.min(plane.credit, this.#windowEnd - this.#sentBytes));
      const bytes = Buffer.allocUnsafe(length);
      const end = half.take(bytes, 0, length);
      this.#sentBytes += length;
      this.#ready.rotate(half);
      plane.write(half.stream, bytes);
      if (end) this.#endPlane(plane, half, half.stream);
    }
  }

  /** What the peer grants at the beginning. */
  handleSettings(settings: Settings): void {
    this.#windowEnd = Math.max(this.#windowEnd, settings.connectionWindowBytes);
    this.#streamWindowBytes = Math.max(this.#streamWindowBytes, settings.streamWindowBytes);
    const waiting = [this.#slots.uni, this.#slots.bidi].flatMap((slots) => [...slots.waiting]);
    for (const half of [...this.#sends.values(), ...waiting]) half.handleWindow(this.#streamWindowBytes);
    this.#slots.uni.handleFirstLimit(settings.maxUni);
    this.#slots.bidi.handleFirstLimit(settings.maxBidi);
    this.#startWaiting('uni');
    this.#startWaiting('bidi');
    this.#options.onSend();
  }

  /** Bytes of a stream of the peer. */
  handleData(stream: number, bytes: Buffer, end: boolean): void {
    this.#accept(stream);
    const half = this.#receives.get(stream);
    // A reset overtakes what a plane carries, and has counted it.
    if (this.#options.plane !== undefined && (half === undefined || half.abandoned)) return;
    const last = end || half?.endsWith(bytes.byteLength) === true;
    this.#receivedBytes += bytes.byteLength;
    if (this.#receivedBytes > this.#grantedEnd || !half?.handleBytes(bytes, last)) {
      throw breach(`${bytes.byteLength} bytes of stream ${stream} that it may not send`);
    }
    if (last) this.#say(TYPE.received, stream);
  }

  /** A frame of the peer that is about streams or windows. */
  handle(frame: StreamFrame): void {
    if ('stream' in frame) this.#accept(frame.stream);
    switch (frame.type) {
      case 'reset':
        this.#handleReset(frame.stream, frame.code, frame.sizeBytes);
        return;
      case 'end':
        this.#handleEnd(frame.stream, frame.sizeBytes);
        return;
      case 'stop':
        this.#sends.get(frame.stream)?.handleStop(frame.code);
        return;
      case 'received':
        this.#handleReceived(frame.stream);
        return;
      case 'stream-window':
        this.#sends.get(frame.stream)?.handleWindow(frame.limit);
        return;
      case 'window':
        this.#windowEnd = Math.max(this.#windowEnd, frame.limit);
        this.#options.onSend();
        return;
      case 'max-uni':
      case 'max-bidi': {
        const direction = frame.type === 'max-uni' ? 'uni' : 'bidi';
        this.#slots[direction].handleLimit(frame.limit);
        this.#startWaiting(direction);
      }
    }
  }

  /** The connection is over: readers hear of it, senders do not. */
  handleClosed(): void {
    this.#state = 'closed';
    for (const half of this.#sends.values()) half.handleClosed();
    for (const { waiting } of [this.#slots.uni, this.#slots.bidi]) {
      for (const half of waiting) half.handleClosed();
      waiting.clear();
    }
    for (const half of this.#receives.values()) half.handleClosed();
    for (const half of this.#partners.values()) half.handleClosed();
    this.#sends.clear();
    this.#partners.clear();
    this.#accepted = [];
    this.#control = [];
    this.#granting.clear();
    this.#ready.clear();
    this.#starved.clear();
  }

  /** Fires what waits, by `run`, which keeps what a listener throws from the others. Without an owner the peer's streams wait on. */
  deliver(owner: ConnectionEvents | undefined, run: (call: () => void) => void): void {
    while (owner !== undefined && this.#accepted.length > 0) {
      for (const next of this.#accepted.splice(0)) {
        run(() =>
          next.direction === 'uni' ? owner.onUniStream(next.stream) : owner.onBidiStream(next.stream),
        );
      }
    }
    for (const half of this.#eventful) {
      this.#eventful.delete(half);
      run(() => half.deliver());
    }
  }

  /** Nothing is delivered from now on: the owner hears of the close. */
  silence(): void {
    this.#state = 'silent';
    this.#eventful.clear();
    this.#receives.clear();
  }

  nextSequence(): number {
    return this.#sequence++;
  }

  get roomBytes(): number {
    return Math.max(0, this.#options.limits.totalBufferBytes - this.#queuedBytes);
  }

  sendQueued(bytes: number): void {
    this.#queuedBytes += bytes;
    if (this.#starved.size === 0 || this.roomBytes < this.#options.limits.totalBufferBytes / 8) return;
    const starved = [...this.#starved];
    this.#starved.clear();
    for (const half of starved) half.handleRoom();
  }

  sendStarved(half: SendHalf): void {
    this.#starved.add(half);
  }

  sendChanged(half: SendHalf): void {
    if (this.#state !== 'open') return;
    if (half.stream === undefined) {
      this.#wait(half);
      return;
    }
    if (half.hasEndOnly) {
      half.takeEnd();
      if (this.#options.plane === undefined) this.#say(TYPE.dataEnd, half.stream, 0);
      else this.#endPlane(this.#options.plane, half, half.stream);
    }
    this.#ready.update(half);
    this.#options.onSend();
  }

  sendReset(half: SendHalf, code: number): void {
    if (this.#state !== 'open') return;
    if (half.stream !== undefined) {
      this.#ready.delete(half);
      this.#say(TYPE.reset, half.stream, code, half.sentBytes);
      this.#options.plane?.reset(half.stream);
      this.#sendOver(half.stream);
    } else if (this.#partners.has(half)) this.#abandoned.set(half, code);
    else this.#slots.uni.waiting.delete(half);
  }

  sendHasEvent(half: SendHalf): void {
    this.#tell(half);
  }

  receiveConsumed(half: ReceiveHalf, bytes: number): void {
    this.#consumedBytes += bytes;
    if (half.grantDue && half.stream !== undefined && this.#state === 'open') this.#granting.add(half);
    this.#options.onSend();
  }

  receiveStopped(half: ReceiveHalf, code: number): void {
    if (half.stream === undefined) this.#abandoned.set(half, code);
    else this.#say(TYPE.stop, half.stream, code);
  }

  receiveOver(half: ReceiveHalf): void {
    if (half.stream === undefined) return;
    this.#receives.delete(half.stream);
    this.#granting.delete(half);
    this.#releaseWhenOver(half.stream);
  }

  receiveHasEvent(half: ReceiveHalf): void {
    if (this.#state !== 'silent') this.#tell(half);
  }

  get #windowGrantDue(): boolean {
    const { connectionWindowBytes } = this.#options.limits;
    return this.#consumedBytes + connectionWindowBytes - this.#grantedEnd >= connectionWindowBytes / 4;
  }

  #tell(half: SendHalf | ReceiveHalf): void {
    this.#eventful.add(half);
    this.#options.onEvent();
  }

  #say(type: number, ...fields: number[]): void {
    if (this.#state !== 'open') return;
    this.#control.push({ type, fields });
    this.#options.onSend();
  }

  #fillData(into: Buffer, at: number): number {
    let end = at;
    while (this.#sentBytes < this.#windowEnd) {
      const half = this.#ready.first();
      const stream = half?.stream;
      if (half === undefined || stream === undefined) break;
      const room = into.byteLength - end - dataHeadSize(stream, into.byteLength);
      if (room <= 0) break;
      const length = this.#ready.share(half, Math.min(room, this.#windowEnd - this.#sentBytes));
      const payloadAt = encodeHead(into, end, TYPE.data, [stream, length]);
      if (half.take(into, payloadAt, length)) into.writeUInt8(TYPE.dataEnd, end);
      end = payloadAt + length;
      this.#sentBytes += length;
      this.#ready.rotate(half);
    }
    return end;
  }

  #newSendHalf(id: number, priority: number): SendHalf {
    return new SendHalf(this, { id, priority, windowBytes: this.#streamWindowBytes });
  }

  #newReceiveHalf(id: number): ReceiveHalf {
    return new ReceiveHalf(this, { id, windowBytes: this.#options.limits.streamWindowBytes });
  }

  #open(half: SendHalf, direction: Direction): void {
    if (this.#state !== 'open') {
      half.handleClosed();
      this.#partners.get(half)?.handleClosed();
      this.#partners.delete(half);
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
    if (partner !== undefined) {
      partner.stream = stream;
      this.#receives.set(stream, partner);
      const code = this.#takeAbandoned(partner);
      if (code !== undefined) this.#say(TYPE.stop, stream, code);
    }
    const code = this.#takeAbandoned(half);
    if (code === undefined) {
      this.sendChanged(half);
      return;
    }
    this.#say(TYPE.reset, stream, code, 0);
    this.#sendOver(stream);
  }

  #takeAbandoned(half: SendHalf | ReceiveHalf): number | undefined {
    const code = this.#abandoned.get(half);
    this.#abandoned.delete(half);
    return code;
  }

  #endPlane(plane: DataPlane, half: SendHalf, stream: number): void {
    this.#say(TYPE.end, stream, half.sentBytes);
    plane.finish(stream);
  }

  #handleEnd(stream: number, sizeBytes: number): void {
    const half = this.#receives.get(stream);
    if (half === undefined) return;
    if (!half.handleSize(sizeBytes)) throw breach(`an end of stream ${stream} after ${sizeBytes} bytes`);
    if (half.endsWith(0)) this.handleData(stream, EMPTY, true);
  }

  #handleReset(stream: number, code: number, sizeBytes: number): void {
    const half = this.#receives.get(stream);
    if (half === undefined) return;
    const missing = half.handleReset(code, sizeBytes);
    if (missing === undefined || this.#receivedBytes + missing > this.#grantedEnd)
      throw breach(`a reset of stream ${stream} after ${sizeBytes} bytes, which cannot be`);
    this.#receivedBytes += missing;
    this.#consumedBytes += missing;
  }

  #handleReceived(stream: number): void {
    const half = this.#sends.get(stream);
    if (half === undefined) return;
    if (!half.handleReceived()) throw breach(`that it has all of stream ${stream}, which has not ended`);
    this.#sendOver(stream);
  }

  /** Opens the peer's stream, and all lower ones, when this is the first that is heard of it. */
  #accept(stream: number): void {
    const slots = this.#slots[directionOf(stream)];
    if (openerOf(stream) === this.#options.side) {
      if (!slots.isStarted(stream)) throw breach(`a frame of stream ${stream}, which we have not opened`);
      return;
    }
    const numbers = slots.accept(stream);
    if (numbers === undefined) throw breach(`a frame of stream ${stream}, more than are allowed`);
    for (const number of numbers) this.#admit(number);
  }

  #admit(stream: number): void {
    const id = this.#nextId++;
    const receive = this.#newReceiveHalf(id);
    receive.stream = stream;
    this.#receives.set(stream, receive);
    const direction = directionOf(stream);
    if (direction === 'uni') this.#accepted.push({ direction, stream: receive });
    else {
      const send = this.#newSendHalf(id, 0);
      send.stream = stream;
      this.#sends.set(stream, send);
      this.#accepted.push({ direction, stream: { id, send, receive } });
    }
    this.#options.onEvent();
  }

  #sendOver(stream: number): void {
    this.#sends.delete(stream);
    this.#releaseWhenOver(stream);
  }

  #releaseWhenOver(stream: number): void {
    if (openerOf(stream) === this.#options.side) return;
    if (this.#sends.has(stream) || this.#receives.has(stream)) return;
    this.#slots[directionOf(stream)].release();
    this.#options.onSend();
  }

  #queueGrants(): void {
    if (this.#windowGrantDue) {
      this.#grantedEnd = this.#consumedBytes + this.#options.limits.connectionWindowBytes;
      this.#say(TYPE.window, this.#grantedEnd);
    }
    for (const slots of [this.#slots.uni, this.#slots.bidi]) {
      if (slots.grantDue)
        this.#say(slots.direction === 'uni' ? TYPE.maxUni : TYPE.maxBidi, slots.takeGrant());
    }
    for (const half of this.#granting) {
      if (half.stream !== undefined) this.#say(TYPE.streamWindow, half.stream, half.takeGrant());
    }
    this.#granting.clear();
  }
}
