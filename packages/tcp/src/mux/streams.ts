/**
 * All streams of one end of a multiplexed connection, without I/O.
 *
 * Inputs: the owner's calls by way of the halves, the peer's frames (`handle*`). Outputs: bytes by `fill`, events by
 * `deliver`. What the peer may not send throws LH_TRANSPORT_PROTOCOL.
 */
import type { BidiStream, ConnectionEvents, SendStream } from '@longhaul/transport';
import { Arrivals } from './arrivals.js';
import { ControlQueue } from './control-queue.js';
import { dataHeadSize, encodeHead, type Settings, TYPE } from './frame.js';
import { breach } from './frame-decoder.js';
import { FIRST_WINDOW_BYTES } from './limits.js';
import { type Opening, Openings } from './openings.js';
import type { DataPlane } from './plane.js';
import { Ready } from './ready.js';
import { ReceiveHalf, type ReceiveHost } from './receive-half.js';
import { SendBudget } from './send-budget.js';
import { SendHalf, type SendHost } from './send-half.js';
import { type Direction, directionOf, openerOf, Slots } from './slots.js';
import type { StreamFrame, StreamsOptions } from './streams-options.js';
import { Window } from './window.js';

const EMPTY = Buffer.alloc(0);

/** See the head of the file. */
export class Streams implements SendHost, ReceiveHost {
  readonly sendBufferBytes: number;
  readonly budget: SendBudget;
  readonly #options: StreamsOptions;
  readonly #slots: Readonly<Record<Direction, Slots<SendHalf>>>;
  /** Halves that have a number and are not over, by number. */
  readonly #sends = new Map<number, SendHalf>();
  readonly #receives = new Map<number, ReceiveHalf>();
  readonly #openings: Openings;
  readonly #ready: Ready;
  readonly #control = new ControlQueue();
  readonly #window: Window;
  readonly #granting = new Set<ReceiveHalf>();
  readonly #arrivals = new Arrivals();
  readonly #eventful = new Set<SendHalf | ReceiveHalf>();
  #nextId = 0;
  #sequence = 0;
  #streamWindowBytes = FIRST_WINDOW_BYTES;
  #state: 'open' | 'closed' | 'silent' = 'open';

  constructor(options: StreamsOptions) {
    const { limits, side } = options;
    this.#options = options;
    this.sendBufferBytes = limits.sendBufferBytes;
    this.#window = new Window(limits.connectionWindowBytes, FIRST_WINDOW_BYTES);
    this.budget = new SendBudget(limits.totalBufferBytes);
    this.#ready = new Ready(limits.schedule);
    this.#slots = {
      uni: new Slots({ side, direction: 'uni', maxConcurrent: limits.maxConcurrentUni }),
      bidi: new Slots({ side, direction: 'bidi', maxConcurrent: limits.maxConcurrentBidi }),
    };
    this.#openings = new Openings(this.#slots, (opening) => this.#start(opening));
  }

  /** Bytes accepted by `write` that have not left. */
  get queuedBytes(): number {
    return this.budget.queuedBytes;
  }

  /** `fill` would give something. */
  get hasBytes(): boolean {
    return (
      this.#control.size > 0 ||
      this.#granting.size > 0 ||
      this.#window.grantDue ||
      this.#slots.uni.grantDue ||
      this.#slots.bidi.grantDue ||
      (this.#options.plane === undefined && this.#ready.size > 0 && this.#window.sendableBytes > 0)
    );
  }

  openUni(priority: number): SendStream {
    const half = this.#newSendHalf(this.#nextId++, priority);
    this.#open(half);
    return half;
  }

  openBidi(priority: number): BidiStream {
    const id = this.#nextId++;
    const send = this.#newSendHalf(id, priority);
    const receive = this.#newReceiveHalf(id);
    this.#open(send, receive);
    return { id, send, receive };
  }

  /** Writes frames from `at` on and returns where they end: what is about streams first, then their bytes in the order of the schedule. */
  fill(into: Buffer, at: number): number {
    this.#queueGrants();
    const end = this.#control.fill(into, at);
    return this.#control.size > 0 || this.#options.plane !== undefined ? end : this.#fillData(into, end);
  }

  /** Gives the plane what it takes. */
  feed(plane: DataPlane): void {
    while (plane.credit > 0 && this.#window.sendableBytes > 0) {
      const half = this.#ready.first();
      if (half?.stream === undefined) return;
      const length = this.#ready.share(half, Math.min(plane.credit, this.#window.sendableBytes));
      const bytes = Buffer.allocUnsafe(length);
      const end = half.take(bytes, 0, length);
      this.#window.send(length);
      this.#ready.rotate(half);
      plane.write(half.stream, bytes);
      if (end) this.#endPlane(plane, half, half.stream);
    }
  }

  /** What the peer grants at the beginning. */
  handleSettings(settings: Settings): void {
    this.#window.handleLimit(settings.connectionWindowBytes);
    this.#streamWindowBytes = Math.max(this.#streamWindowBytes, settings.streamWindowBytes);
    for (const half of [...this.#sends.values(), ...this.#openings.waiting]) {
      half.handleWindow(this.#streamWindowBytes);
    }
    this.#slots.uni.handleFirstLimit(settings.maxUni);
    this.#slots.bidi.handleFirstLimit(settings.maxBidi);
    this.#openings.startWaiting('uni');
    this.#openings.startWaiting('bidi');
    this.#options.onSend();
  }

  /** Bytes of a stream of the peer. */
  handleData(stream: number, bytes: Buffer, end: boolean): void {
    this.#accept(stream);
    const half = this.#receives.get(stream);
    // A reset overtakes what a plane carries, and has counted it.
    if (this.#options.plane !== undefined && (half === undefined || half.abandoned)) return;
    const last = end || half?.endsWith(bytes.byteLength) === true;
    if (!this.#window.receive(bytes.byteLength) || !half?.handleBytes(bytes, last)) {
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
        this.#window.handleLimit(frame.limit);
        this.#options.onSend();
        return;
      case 'max-uni':
      case 'max-bidi': {
        const direction = frame.type === 'max-uni' ? 'uni' : 'bidi';
        this.#slots[direction].handleLimit(frame.limit);
        this.#openings.startWaiting(direction);
      }
    }
  }

  /** The connection is over: readers hear of it, senders do not. */
  handleClosed(): void {
    this.#state = 'closed';
    for (const half of this.#sends.values()) half.handleClosed();
    this.#openings.handleClosed();
    for (const half of this.#receives.values()) half.handleClosed();
    this.#sends.clear();
    this.#arrivals.clear();
    this.#control.clear();
    this.#granting.clear();
    this.#ready.clear();
    this.budget.clear();
  }

  /** Fires what waits, by `run`, which keeps what a listener throws from the others. Without an owner the peer's streams wait on. */
  deliver(owner: ConnectionEvents | undefined, run: (call: () => void) => void): void {
    if (owner !== undefined) this.#arrivals.deliver(owner, run);
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

  sendChanged(half: SendHalf): void {
    if (this.#state !== 'open') return;
    if (half.stream === undefined) {
      this.#openings.update(half);
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
    } else this.#openings.reset(half, code);
  }

  sendHasEvent(half: SendHalf): void {
    this.#tell(half);
  }

  receiveConsumed(half: ReceiveHalf, bytes: number): void {
    this.#window.consume(bytes);
    if (half.grantDue && half.stream !== undefined && this.#state === 'open') this.#granting.add(half);
    this.#options.onSend();
  }

  receiveStopped(half: ReceiveHalf, code: number): void {
    if (half.stream === undefined) this.#openings.stop(half, code);
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

  #tell(half: SendHalf | ReceiveHalf): void {
    this.#eventful.add(half);
    this.#options.onEvent();
  }

  #say(type: number, ...fields: number[]): void {
    if (this.#state !== 'open') return;
    this.#control.push(type, ...fields);
    this.#options.onSend();
  }

  #fillData(into: Buffer, at: number): number {
    let end = at;
    while (this.#window.sendableBytes > 0) {
      const half = this.#ready.first();
      const stream = half?.stream;
      if (half === undefined || stream === undefined) break;
      const room = into.byteLength - end - dataHeadSize(stream, into.byteLength);
      if (room <= 0) break;
      const length = this.#ready.share(half, Math.min(room, this.#window.sendableBytes));
      const payloadAt = encodeHead(into, end, TYPE.data, [stream, length]);
      if (half.take(into, payloadAt, length)) into.writeUInt8(TYPE.dataEnd, end);
      end = payloadAt + length;
      this.#window.send(length);
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

  #open(send: SendHalf, receive?: ReceiveHalf): void {
    if (this.#state === 'open') {
      this.#openings.open(send, receive);
      return;
    }
    send.handleClosed();
    receive?.handleClosed();
  }

  #start({ stream, send, receive, resetCode, stopCode }: Opening): void {
    send.stream = stream;
    this.#sends.set(stream, send);
    if (receive !== undefined) {
      receive.stream = stream;
      this.#receives.set(stream, receive);
      if (stopCode !== undefined) this.#say(TYPE.stop, stream, stopCode);
    }
    if (resetCode === undefined) {
      this.sendChanged(send);
      return;
    }
    this.#say(TYPE.reset, stream, resetCode, 0);
    this.#sendOver(stream);
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
    if (missing === undefined || !this.#window.receive(missing))
      throw breach(`a reset of stream ${stream} after ${sizeBytes} bytes, which cannot be`);
    this.#window.consume(missing);
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
    if (directionOf(stream) === 'uni') this.#arrivals.addUni(receive);
    else {
      const send = this.#newSendHalf(id, 0);
      send.stream = stream;
      this.#sends.set(stream, send);
      this.#arrivals.addBidi({ id, send, receive });
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
    if (this.#window.grantDue) this.#say(TYPE.window, this.#window.takeGrant());
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
