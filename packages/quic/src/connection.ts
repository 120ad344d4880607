/** A connection over QUIC. */
import type {
  BidiStream,
  CloseInfo,
  ConnectionEvents,
  ConnectionStats,
  Peer,
  SendStream,
  Side,
  UniOptions,
} from '@longhaul/transport';
import * as Address from './address.js';
import * as Check from './check.js';
import * as Close from './close.js';
import { CongestionControl } from './congestion.js';
import { dispatch, type EventHandlers, endsConnection } from './events.js';
import type { NativeConnection, NativeLinkOptions } from './native.generated.js';
import * as Native from './native.js';
import { Outbox } from './outbox.js';
import type { EarlyData, QuicConnection, SocketBuffers } from './quic-connection.js';
import { ReceiveHalf, type ReceiveHost } from './receive-half.js';
import { Repair } from './repair.js';
import { SendHalf, type SendHost } from './send-half.js';
import { StreamNews } from './stream-news.js';

type Arrival =
  | { readonly kind: 'uni'; readonly stream: ReceiveHalf }
  | { readonly kind: 'bidi'; readonly stream: BidiStream }
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array };

/** Inputs: the owner's calls and batches of the addon's events. Outputs: the owner's events and requests in the outbox. */
export class QuicLink implements QuicConnection, ReceiveHost, SendHost, EventHandlers {
  readonly side: Side;
  readonly outbox: Outbox;
  readonly congestion: CongestionControl;
  readonly repair: Repair;
  readonly streamNews: StreamNews;
  readonly established: Promise<void>;
  readonly #native: NativeConnection;
  readonly #options: NativeLinkOptions;
  readonly #sends = new Map<number, SendHalf>();
  readonly #receives = new Map<number, ReceiveHalf>();
  readonly #touched = new Set<ReceiveHalf>();
  #establish: () => void = () => {};
  #ready: { resolve(): void; reject(error: unknown): void } | undefined;
  #events: ConnectionEvents | undefined;
  #arrivals: Arrival[] = [];
  #arrivedDatagramBytes = 0;
  #turnWanted = false;
  #nextId = 0;
  #datagramCredit: number;
  #datagramsDropped = 0;
  /** Up to this count of stream bytes should be written. */
  #wantedEnd = Number.POSITIVE_INFINITY;
  #closed = false;
  #closeInfo: CloseInfo | undefined;
  #closedTold = false;

  constructor(native: NativeConnection, side: Side, options: NativeLinkOptions) {
    this.#native = native;
    this.side = side;
    this.#options = options;
    this.#datagramCredit = options.datagramQueueBytes;
    this.outbox = new Outbox(native);
    this.congestion = new CongestionControl(native);
    this.repair = new Repair(native);
    this.streamNews = new StreamNews(native);
    this.established = new Promise((resolve) => {
      this.#establish = resolve;
    });
    native.start(() => this.#takeTurn());
  }

  /** Resolves when data may be sent, rejects when the connection ends before. For `dial`. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#ready = { resolve, reject };
    });
  }

  get peer(): Peer {
    const native = this.#native;
    return {
      name: native.peerName,
      get address() {
        return Address.plain(native.remoteAddress);
      },
    };
  }

  get maxDatagramSize(): number {
    return this.#native.maxDatagramSize;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get earlyData(): EarlyData {
    return EARLY_DATA[this.#native.earlyData] ?? 'none';
  }

  get connectMs(): number | undefined {
    return this.#native.connectUs === 0 ? undefined : this.#native.connectUs / 1_000;
  }

  get peerFingerprint(): string | undefined {
    return this.#native.peerFingerprint ?? undefined;
  }

  get localAddress(): string {
    return this.#native.localAddress;
  }

  get socket(): SocketBuffers {
    return this.#native.socketBuffers;
  }

  attach(events: ConnectionEvents): void {
    if (this.#events !== undefined) throw new TypeError('attach() was called before');
    this.#events = events;
    this.#wantTurn();
  }

  openUni(options: UniOptions): SendStream {
    Check.priority(options.priority);
    const send = this.#addSend(this.#newId());
    if (!this.#closed) this.outbox.openUni(send.id, options.priority, options.protectBytes ?? 0);
    return send;
  }

  openBidi(options: { readonly priority: number }): BidiStream {
    Check.priority(options.priority);
    const id = this.#newId();
    const send = this.#addSend(id);
    const receive = this.#addReceive(id);
    if (!this.#closed) this.outbox.openBidi(id, options.priority);
    return { id, send, receive };
  }

  sendDatagram(bytes: Uint8Array): boolean {
    if (this.#closed) return false;
    if (bytes.byteLength > this.maxDatagramSize || bytes.byteLength > this.#datagramCredit) {
      this.#datagramsDropped += 1;
      return false;
    }
    this.#datagramCredit -= bytes.byteLength;
    // The caller may use its buffer again: unlike a stream's chunks it was not given away.
    this.outbox.datagram(bytes.slice());
    return true;
  }

  get wantedBytes(): number {
    return this.#closed ? 0 : this.#wantedEnd - this.outbox.writtenBytes;
  }

  meterUnsent(maxUnsentMs: number): boolean {
    this.outbox.meter(maxUnsentMs);
    if (maxUnsentMs === 0) this.#wantedEnd = Number.POSITIVE_INFINITY;
    else if (this.#wantedEnd === Number.POSITIVE_INFINITY)
      this.#wantedEnd = this.outbox.writtenBytes + FIRST_WANTED_BYTES;
    return true;
  }

  stats(): ConnectionStats {
    const native = this.#native.stats();
    return {
      rttMs: native.rttUs / 1_000,
      minRttMs: native.minRttUs / 1_000,
      cwndBytes: native.windowBytes,
      bytesInFlight: native.bytesInFlight,
      pacingRateBps: native.pacingRate * 8,
      bytesSent: native.bytesSent,
      bytesReceived: native.bytesReceived,
      packetsSent: native.packetsSent,
      packetsReceived: native.packetsReceived,
      packetsLost: native.packetsLost,
      datagramsDropped: native.datagramsDropped + this.#datagramsDropped,
      mtuBytes: native.mtuBytes,
      bytesQueued: native.bytesQueued + this.outbox.pendingBytes,
    };
  }

  close(code: number, reason: string): void {
    Check.code(code);
    if (this.#closed) return;
    this.#markClosed();
    this.#native.close(code, Check.reason(reason));
  }

  /** @internal Panics in the addon, for tests; does nothing unless the process runs with LONGHAUL_QUIC_FAULTS=1. */
  injectFault(place: 'task' | 'controller' | 'driver' | 'call'): void {
    Native.call(() => this.#native.injectFault(place));
  }

  wantTurn(half: ReceiveHalf): void {
    this.#touched.add(half);
    this.#wantTurn();
  }

  forget(half: ReceiveHalf | SendHalf): void {
    if (half instanceof SendHalf) this.#sends.delete(half.id);
    else this.#receives.delete(half.id);
  }

  handleEstablished(): void {
    this.#establish();
    this.#ready?.resolve();
  }

  handleEarlyReady(): void {
    this.#ready?.resolve();
  }

  handleUniOpened(id: number): void {
    this.#arrivals.push({ kind: 'uni', stream: this.#addReceive(id) });
    this.#admit();
  }

  handleBidiOpened(id: number): void {
    const stream = { id, send: this.#addSend(id), receive: this.#addReceive(id) };
    this.#arrivals.push({ kind: 'bidi', stream });
    this.#admit();
  }

  handleData(id: number, offset: number, bytes: Uint8Array): void {
    const half = this.#receives.get(id);
    // Of a stream that was stopped: read and thrown away.
    if (half === undefined) {
      this.outbox.consumed(id, bytes.byteLength);
      return;
    }
    half.handleData({ offset, bytes });
    this.#touched.add(half);
  }

  handleFinished(id: number, size: number): void {
    this.#touch(id)?.handleFinished(size);
  }

  handleReset(id: number, code: number): void {
    this.#touch(id)?.handleReset(code);
  }

  handleStopped(id: number, code: number): void {
    const send = this.#sends.get(id);
    this.#sends.delete(id);
    this.#run(() => send?.handleStopped(code));
  }

  handleCredit(id: number, bytes: number): void {
    const send = this.#sends.get(id);
    this.#run(() => send?.handleCredit(bytes));
  }

  handleAcknowledged(id: number): void {
    const send = this.#sends.get(id);
    this.#sends.delete(id);
    this.#run(() => send?.handleAcknowledged());
  }

  handleDatagram(bytes: Uint8Array): void {
    if (this.#arrivedDatagramBytes + bytes.byteLength > this.#options.datagramQueueBytes) {
      this.#datagramsDropped += 1;
      return;
    }
    this.#arrivedDatagramBytes += bytes.byteLength;
    this.#arrivals.push({ kind: 'datagram', bytes });
    this.#admit();
  }

  handleDatagramCredit(bytes: number): void {
    this.#datagramCredit += bytes;
  }

  handleWanted(limitBytes: number): void {
    // Told before the meter was switched off.
    if (this.#wantedEnd === Number.POSITIVE_INFINITY) return;
    const wasUsedUp = this.wantedBytes <= 0;
    this.#wantedEnd = limitBytes;
    if (wasUsedUp && this.wantedBytes > 0) this.#run(() => this.#events?.onWanted?.());
  }

  handleReported(): void {
    this.congestion.handleReported();
  }

  handleClosed(): void {
    this.#closeInfo = Close.info(this.#native.closeReport());
    this.#markClosed();
    this.#ready?.reject(Close.dialError(this.#closeInfo));
    this.#establish();
    this.#native.release();
    this.#wantTurn();
  }

  /** The connection's own turn: the addon woke it, or the owner asked for something it has here. */
  #takeTurn(): void {
    this.#turnWanted = false;
    const batch = this.#native.drain();
    if (!this.#closed || this.#closeInfo !== undefined) {
      dispatch(batch, this);
    } else if (endsConnection(batch)) {
      this.handleClosed();
    }
    this.#admit();
    this.#deliver();
    this.#finish();
  }

  #wantTurn(): void {
    if (this.#turnWanted) return;
    this.#turnWanted = true;
    queueMicrotask(() => this.#takeTurn());
  }

  /** Hands over what came, once there is an owner. */
  #admit(): void {
    const events = this.#events;
    if (events === undefined || this.#arrivals.length === 0) return;
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    this.#arrivedDatagramBytes = 0;
    for (const arrival of arrivals) {
      this.#run(() => {
        if (arrival.kind === 'uni') events.onUniStream(arrival.stream);
        else if (arrival.kind === 'bidi') events.onBidiStream(arrival.stream);
        else events.onDatagram(arrival.bytes);
      });
    }
  }

  #deliver(): void {
    for (const half of this.#touched) {
      this.#touched.delete(half);
      this.#run(() => half.deliver());
    }
  }

  /** After the last event of every stream. */
  #finish(): void {
    const [info, events] = [this.#closeInfo, this.#events];
    if (info === undefined || events === undefined || this.#closedTold) return;
    this.#closedTold = true;
    for (const half of [...this.#receives.values()]) {
      half.handleReset(undefined);
      this.#run(() => half.deliver());
    }
    this.#receives.clear();
    this.#run(() => events.onClosed(info));
  }

  #markClosed(): void {
    this.#closed = true;
    this.outbox.close();
    for (const send of this.#sends.values()) send.handleClosed();
    this.#sends.clear();
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

  #touch(id: number): ReceiveHalf | undefined {
    const half = this.#receives.get(id);
    if (half !== undefined) this.#touched.add(half);
    return half;
  }

  /** Ids of ours are even, those of the peer's streams odd. */
  #newId(): number {
    this.#nextId += 2;
    return this.#nextId - 2;
  }

  #addSend(id: number): SendHalf {
    const send = new SendHalf(id, this, this.#options.sendBufferBytes);
    if (this.#closed) send.handleClosed();
    else this.#sends.set(id, send);
    return send;
  }

  #addReceive(id: number): ReceiveHalf {
    const half = new ReceiveHalf(id, this);
    this.#receives.set(id, half);
    return half;
  }
}

const EARLY_DATA: readonly EarlyData[] = ['none', 'pending', 'accepted', 'rejected'];

/** Written before the addon has told how much it wants: what the engine takes before the first round trip. */
const FIRST_WANTED_BYTES = 64 * 1024;
