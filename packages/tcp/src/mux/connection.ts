/**
 * Streams over one ordered way of bytes: a `Connection` on any `Carrier`.
 *
 * Inputs: the owner's calls, the carrier's events, two timers (silence, pings). Outputs: the owner's events, bytes to
 * the carrier. What waits is chosen when the carrier takes it and not before.
 */
import {
  type BidiStream,
  type CloseInfo,
  type Connection,
  type ConnectionEvents,
  type ConnectionStats,
  type Peer,
  type SendStream,
  type Side,
  TransportError,
} from '@longhaul/transport';
import type { Carrier } from './carrier.js';
import * as Check from './check.js';
import { Datagrams } from './datagrams.js';
import {
  cutReason,
  encodeAbort,
  encodeClose,
  encodeHead,
  encodeSettings,
  type Frame,
  MAX_HEAD_BYTES,
  type Settings,
  TYPE,
  VERSION,
} from './frame.js';
import { breach, FrameDecoder } from './frame-decoder.js';
import { FIRST_WINDOW_BYTES, MAX_DATAGRAM_BYTES, type MuxLimits } from './limits.js';
import type { DataPlane } from './plane.js';
import { checkLimits, settingsOf } from './settings.js';
import { Streams } from './streams.js';

/** What a multiplexed connection is made of. */
export interface MuxOptions {
  readonly side: Side;
  /** Relay id that the peer has proven. */
  readonly peerName: string;
  readonly carrier: Carrier;
  readonly limits: MuxLimits;
  /** Carries the bytes of streams, if the carrier is for frames only. */
  readonly plane?: DataPlane | undefined;
}

type MuxState =
  | { readonly name: 'open' }
  /** Over; `told` once the owner knows. */
  | { readonly name: 'closed'; readonly info: CloseInfo; readonly told: boolean };

/** See the head of the file. */
export class MuxConnection implements Connection {
  readonly side: Side;
  readonly peer: Peer;
  /** Resolves when the peer's limits are known or the connection is over. Never rejects. */
  readonly established: Promise<void>;
  readonly #carrier: Carrier;
  readonly #limits: MuxLimits;
  readonly #plane: DataPlane | undefined;
  readonly #streams: Streams;
  readonly #decoder: FrameDecoder;
  /** Whole frames that leave before everything else. */
  #first: Buffer[] = [];
  readonly #datagrams: Datagrams;
  #pong: number | undefined;
  #ping: 'none' | 'due' = 'none';
  #settings: Settings | undefined;
  #establish: () => void = () => {};
  #state: MuxState = { name: 'open' };
  #carrierOver = false;
  #events: ConnectionEvents | undefined;
  #flushWanted = false;
  #turnWanted = false;
  #heardMs = performance.now();
  #idleTimer: NodeJS.Timeout | undefined;
  #pingTimer: NodeJS.Timeout | undefined;
  #lingerTimer: NodeJS.Timeout | undefined;

  constructor({ side, peerName, carrier, limits, plane }: MuxOptions) {
    checkLimits(limits);
    this.side = side;
    this.peer = { name: peerName, address: carrier.address };
    this.#carrier = carrier;
    this.#limits = limits;
    this.#plane = plane;
    this.#datagrams = new Datagrams(limits.datagramQueueBytes);
    this.established = new Promise((resolve) => {
      this.#establish = resolve;
    });
    const [onSend, onEvent] = [() => this.#wantFlush(), () => this.#wantTurn()];
    this.#streams = new Streams({ side, limits, onSend, onEvent, plane });
    this.#decoder = new FrameDecoder({
      handleData: (stream, bytes, end) => this.#whenHeard(() => this.#streams.handleData(stream, bytes, end)),
      handleFrame: (frame) => this.#handleFrame(frame),
    });
    this.#first.push(encodeSettings(settingsOf(limits)));
    carrier.listen({
      onBytes: (bytes) => this.#handleBytes(bytes),
      onCredit: () => this.#flush(),
      onClosed: (error) => this.#handleCarrierClosed(error),
    });
    this.#idleTimer = setTimeout(() => this.#checkSilence(), limits.idleTimeoutMs);
    if (limits.keepAliveMs > 0) this.#pingTimer = setInterval(() => this.#pingNow(), limits.keepAliveMs);
    this.#wantFlush();
  }

  get maxDatagramSize(): number {
    return this.#limits.datagramQueueBytes === 0 ? 0 : (this.#settings?.maxDatagramBytes ?? 0);
  }

  get closed(): boolean {
    return this.#state.name === 'closed';
  }

  attach(events: ConnectionEvents): void {
    if (this.#events !== undefined) throw new TypeError('attach() was called before');
    this.#events = events;
    this.#wantTurn();
  }

  openUni(options: { readonly priority: number }): SendStream {
    Check.priority(options.priority);
    return this.#streams.openUni(options.priority);
  }

  openBidi(options: { readonly priority: number }): BidiStream {
    Check.priority(options.priority);
    return this.#streams.openBidi(options.priority);
  }

  sendDatagram(bytes: Uint8Array): boolean {
    if (this.closed || !this.#datagrams.send(bytes, this.maxDatagramSize)) return false;
    this.#wantFlush();
    return true;
  }

  /** Not metered: the carrier takes one piece at a time, the rest waits here in the order of priorities. */
  get wantedBytes(): number {
    return this.closed ? 0 : Number.POSITIVE_INFINITY;
  }

  meterUnsent = () => false;

  stats(): ConnectionStats {
    const { deliveryRateBps: _rate, notSentBytes: _notSent, ...carrier } = this.#carrier.stats();
    return {
      ...carrier,
      datagramsDropped: this.#datagrams.dropped,
      bytesQueued: this.#streams.queuedBytes,
    };
  }

  close(code: number, reason: string): void {
    Check.code(code);
    if (this.closed) return;
    const cut = cutReason(reason);
    this.#leave(encodeClose(code, cut), { by: 'local', code, reason: cut });
  }

  /** The plane takes more. */
  handlePlaneCredit(): void {
    this.#wantFlush();
  }

  /** Bytes that the plane brought. Called from the plane's own turn. */
  handlePlaneData(stream: number, bytes: Buffer): void {
    this.#hear(() => this.#whenHeard(() => this.#streams.handleData(stream, bytes, false)));
  }

  #handleBytes(bytes: Buffer): void {
    this.#hear(() => this.#decoder.push(bytes));
  }

  #hear(handle: () => void): void {
    if (this.closed) return;
    this.#heardMs = performance.now();
    try {
      handle();
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      this.#leave(encodeAbort('protocol', error.message), { by: 'transport', error });
    }
    this.#takeTurn();
  }

  #handleFrame(frame: Frame): void {
    if (frame.type === 'settings') this.#handleSettings(frame.settings);
    else if (frame.type === 'abort') this.#dispatch(frame);
    else this.#whenHeard(() => this.#dispatch(frame));
  }

  #handleSettings(settings: Settings): void {
    if (this.#settings !== undefined) throw breach('its settings a second time');
    if (settings.version !== VERSION) throw breach(`version ${settings.version}; this is version ${VERSION}`);
    if (Math.min(settings.streamWindowBytes, settings.connectionWindowBytes) < FIRST_WINDOW_BYTES)
      throw breach(`a window below ${FIRST_WINDOW_BYTES} bytes`);
    this.#settings = {
      ...settings,
      maxDatagramBytes: Math.min(settings.maxDatagramBytes, MAX_DATAGRAM_BYTES),
    };
    this.#streams.handleSettings(settings);
    this.#establish();
  }

  #dispatch(frame: Exclude<Frame, { type: 'settings' }>): void {
    switch (frame.type) {
      case 'ping':
        this.#pong = frame.id;
        this.#wantFlush();
        return;
      case 'pong':
        return;
      case 'datagram':
        this.#datagrams.receive(frame.bytes);
        this.#wantTurn();
        return;
      case 'close':
        // What came before the close is told before it.
        this.#deliver();
        this.#end({ by: 'peer', code: frame.code, reason: frame.reason });
        this.#carrier.end();
        return;
      case 'abort':
        this.#end({ by: 'transport', error: refusalOf(frame) });
        this.#carrier.end();
        return;
      default:
        this.#streams.handle(frame);
    }
  }

  /** The peer says its limits before anything else; after the end nothing counts. */
  #whenHeard(handle: () => void): void {
    if (this.closed) return;
    if (this.#settings === undefined) throw breach('a frame before its settings');
    handle();
  }

  #handleCarrierClosed(error: TransportError | undefined): void {
    this.#carrierOver = true;
    clearTimeout(this.#lingerTimer);
    const lost = error ?? new TransportError('LH_TRANSPORT_IO', `${this.#who()} ended without a word`);
    this.#end({ by: 'transport', error: lost });
  }

  #who(): string {
    return `relay "${this.peer.name}" at ${this.peer.address}`;
  }

  #checkSilence(): void {
    const left = this.#heardMs + this.#limits.idleTimeoutMs - performance.now();
    if (left > 0) {
      this.#idleTimer = setTimeout(() => this.#checkSilence(), Math.ceil(left));
      return;
    }
    const silence = `nothing heard from ${this.#who()} for ${this.#limits.idleTimeoutMs} ms`;
    this.#end({ by: 'transport', error: new TransportError('LH_TRANSPORT_TIMEOUT', silence) });
    this.#carrier.destroy();
  }

  #pingNow(): void {
    this.#ping = 'due';
    this.#wantFlush();
  }

  /** One write for what a turn of the owner has asked for. */
  #wantFlush(): void {
    if (this.#flushWanted || this.#carrierOver) return;
    this.#flushWanted = true;
    queueMicrotask(() => {
      this.#flushWanted = false;
      this.#flush();
    });
  }

  #flush(): void {
    for (let credit = this.#carrier.credit; credit > 0 && this.#hasBytes; credit = this.#carrier.credit) {
      const waiting = this.#streams.queuedBytes + this.#datagrams.outgoingBytes + SPARE_BYTES;
      const into = Buffer.allocUnsafe(Math.min(credit, waiting));
      const end = this.#fill(into);
      if (end === 0) return;
      this.#carrier.write(into.subarray(0, end));
    }
    if (this.#plane !== undefined && !this.closed) this.#streams.feed(this.#plane);
    if (this.closed && this.#first.length === 0 && !this.#carrierOver) this.#carrier.end();
  }

  get #hasBytes(): boolean {
    if (this.#first.length > 0) return true;
    if (this.closed) return false;
    return (
      this.#datagrams.outgoing.length > 0 ||
      this.#pong !== undefined ||
      this.#ping === 'due' ||
      this.#streams.hasBytes
    );
  }

  #fill(into: Buffer): number {
    let end = moveFrames(this.#first, into, 0);
    if (this.closed || this.#first.length > 0) return end;
    end = moveFrames(this.#datagrams.outgoing, into, end);
    if (into.byteLength - end < 2 * MAX_HEAD_BYTES) return end;
    if (this.#pong !== undefined) end = encodeHead(into, end, TYPE.pong, [this.#pong]);
    this.#pong = undefined;
    if (this.#ping === 'due') end = encodeHead(into, end, TYPE.ping, [0]);
    this.#ping = 'none';
    return this.#streams.fill(into, end);
  }

  #wantTurn(): void {
    if (this.#turnWanted) return;
    this.#turnWanted = true;
    queueMicrotask(() => this.#takeTurn());
  }

  #takeTurn(): void {
    this.#turnWanted = false;
    this.#deliver();
    this.#finish();
  }

  #deliver(): void {
    this.#streams.deliver(this.#events, (call) => this.#run(call));
    const events = this.#events;
    if (events === undefined || this.closed) return;
    for (const bytes of this.#datagrams.take()) this.#run(() => events.onDatagram(bytes));
  }

  /** After the last event of every stream. */
  #finish(): void {
    const [state, events] = [this.#state, this.#events];
    if (state.name !== 'closed' || state.told || events === undefined) return;
    this.#state = { ...state, told: true };
    this.#streams.silence();
    this.#run(() => events.onClosed(state.info));
  }

  /** Says a last word and ends. */
  #leave(word: Buffer, info: CloseInfo): void {
    this.#end(info);
    if (this.#carrierOver) return;
    this.#first.push(word);
    this.#wantFlush();
  }

  #end(info: CloseInfo): void {
    if (this.closed) return;
    this.#state = { name: 'closed', info, told: false };
    this.#datagrams.clear();
    clearTimeout(this.#idleTimer);
    clearInterval(this.#pingTimer);
    // A peer that says goodbye may never close its end.
    if (!this.#carrierOver) this.#lingerTimer ??= setTimeout(() => this.#carrier.destroy(), LINGER_MS);
    this.#streams.handleClosed();
    this.#establish();
    this.#wantTurn();
  }

  /** An owner's exception is its own affair: the events after it are delivered all the same. */
  #run(call: () => void): void {
    try {
      call();
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  }
}

/** Moves the frames that fit to `at` and returns where they end. */
function moveFrames(frames: Buffer[], into: Buffer, at: number): number {
  let end = at;
  let used = 0;
  for (const frame of frames) {
    if (into.byteLength - end < frame.byteLength) break;
    end += frame.copy(into, end);
    used += 1;
  }
  frames.splice(0, used);
  return end;
}

/** For control frames beside what was written. */
const SPARE_BYTES = 4_096;

/** How long the last word may take to leave. */
const LINGER_MS = 3_000;

function refusalOf(frame: Extract<Frame, { type: 'abort' }>): TransportError {
  const code = frame.why === 'identity' ? 'LH_TRANSPORT_TLS' : 'LH_TRANSPORT_PROTOCOL';
  return new TransportError(code, `the peer gave the connection up: ${frame.reason}`);
}
