import assert from 'node:assert';
import type {
  BidiStream,
  CloseInfo,
  Connection,
  ConnectionEvents,
  ConnectionStats,
  Peer,
  SendStream,
  Side,
} from '../connection.js';
import { TransportError } from '../errors.js';
import { DatagramQueue } from './datagram-queue.js';
import { Flight } from './flight.js';
import type { MemoryLimits } from './limits.js';
import { Meter } from './meter.js';
import { FRAME_OVERHEAD_BYTES, type Frame, PACKET_OVERHEAD_BYTES, type Packet } from './packet.js';
import { truncateReason } from './reason.js';
import { Streams } from './streams.js';

type ConnectionState =
  | { readonly name: 'open' }
  /** Over; `announced` once the owner was told. */
  | { readonly name: 'closed'; readonly info: CloseInfo; readonly announced: boolean };

/** What one end of a memory connection is made of. */
export interface MemoryConnectionOptions {
  readonly side: Side;
  readonly peer: Peer;
  readonly limits: MemoryLimits;
  readonly peerLimits: MemoryLimits;
  readonly mtuBytes: number;
  /** What its path passes, bit/s; 0: everything at once. */
  readonly rateBps: number;
  /** Something may be there to send or to deliver: called from within the owner's calls. */
  readonly onWork: () => void;
}

/**
 * One end of a memory connection: a transport engine without I/O or clock.
 *
 * Inputs: the owner's calls, `handle` (a packet came), `handleTimeout`. Outputs: `poll` (a packet to send),
 * events by `deliver`. `MemoryLink` drives it.
 */
export class MemoryConnection implements Connection {
  readonly side: Side;
  readonly peer: Peer;
  readonly #options: MemoryConnectionOptions;
  readonly #streams: Streams;
  readonly #meter: Meter;
  readonly #flight = new Flight();
  readonly #outgoing: DatagramQueue;
  readonly #incoming: DatagramQueue;
  #state: ConnectionState = { name: 'open' };
  #events: ConnectionEvents | undefined;
  #closeFrame: Frame | undefined;

  constructor(options: MemoryConnectionOptions) {
    this.side = options.side;
    this.peer = options.peer;
    this.#options = options;
    const { limits } = options;
    this.#outgoing = new DatagramQueue(limits.datagramQueueBytes);
    this.#incoming = new DatagramQueue(limits.datagramQueueBytes);
    this.#streams = new Streams({
      side: options.side,
      limits,
      peerLimits: options.peerLimits,
      onWork: options.onWork,
    });
    this.#meter = new Meter({ rateBps: options.rateBps, queuedBytes: () => this.#streams.queuedBytes });
  }

  get maxDatagramSize(): number {
    const room = this.#options.mtuBytes - PACKET_OVERHEAD_BYTES - FRAME_OVERHEAD_BYTES;
    return Math.min(room, this.#options.peerLimits.maxDatagramBytes);
  }

  get closed(): boolean {
    return this.#state.name === 'closed';
  }

  attach(events: ConnectionEvents): void {
    if (this.#events) throw new TypeError('attach() was called before: it is called once');
    this.#events = events;
    this.#options.onWork();
  }

  openUni(options: { readonly priority: number }): SendStream {
    return this.#streams.openUni(options.priority);
  }

  openBidi(options: { readonly priority: number }): BidiStream {
    return this.#streams.openBidi(options.priority);
  }

  sendDatagram(bytes: Uint8Array): boolean {
    if (this.closed) return false;
    if (bytes.length > this.maxDatagramSize) {
      this.#outgoing.drop();
      return false;
    }
    const taken = this.#outgoing.push(bytes.slice());
    this.#options.onWork();
    return taken;
  }

  get wantedBytes(): number {
    return this.closed ? 0 : this.#meter.wantedBytes;
  }

  meterUnsent(maxUnsentMs: number): boolean {
    this.#meter.set(maxUnsentMs);
    this.#options.onWork();
    return true;
  }

  stats(): ConnectionStats {
    return {
      ...this.#flight.stats(),
      cwndBytes: 0,
      pacingRateBps: this.#options.rateBps,
      datagramsDropped: this.#outgoing.dropped + this.#incoming.dropped,
      mtuBytes: this.#options.mtuBytes,
      bytesQueued: this.#streams.queuedBytes,
    };
  }

  close(code: number, reason: string): void {
    if (!Number.isInteger(code) || code < 0 || code > 0xffffffff) {
      throw new RangeError(`close code ${code}: it is an integer from 0 to 2^32-1`);
    }
    if (this.closed) return;
    const cut = truncateReason(reason);
    this.#closeFrame = { type: 'close', code, reason: cut };
    this.#end({ by: 'local', code, reason: cut });
  }

  /** Something waits to be sent. */
  get hasPacket(): boolean {
    if (this.#closeFrame) return true;
    if (this.closed) return false;
    return this.#flight.owesAcknowledgement || this.#outgoing.size > 0 || this.#streams.hasFrame;
  }

  /** Something waits to be told to the owner. */
  get hasEvent(): boolean {
    if (this.#streams.hasStreamEvent) return true;
    if (!this.#events) return false;
    if (this.#state.name === 'closed' && !this.#state.announced) return true;
    if (!this.closed && this.#meter.isDue) return true;
    return this.#incoming.size > 0 || this.#streams.hasAccepted;
  }

  /** The next packet: asked for while `hasPacket` only. Datagrams go first, then control, then stream bytes. */
  poll(nowMs: number): Packet {
    if (this.#closeFrame) {
      const frame = this.#closeFrame;
      this.#closeFrame = undefined;
      return this.#flight.send([frame], nowMs);
    }
    const datagram = this.#outgoing.shift();
    // A datagram travels alone: its packet may be lost, and nothing else may.
    if (datagram) return this.#flight.send([{ type: 'datagram', bytes: datagram }], nowMs);
    const frames: Frame[] = [];
    let room = this.#options.mtuBytes - PACKET_OVERHEAD_BYTES;
    const acknowledgement = this.#flight.takeAcknowledgement();
    if (acknowledgement) {
      frames.push(acknowledgement);
      room -= FRAME_OVERHEAD_BYTES;
    }
    this.#streams.fill(frames, room);
    // One that carries nothing would be followed by others for ever.
    assert(frames.length > 0, `nothing of what waits fits into a packet of ${this.#options.mtuBytes} bytes`);
    return this.#flight.send(frames, nowMs);
  }

  /** The path lost `lost` copies of a packet; `gone` when it will not arrive at all. */
  handleLoss(packet: Packet, loss: { readonly lostPackets: number; readonly gone: boolean }): void {
    this.#flight.handleLoss(packet, loss);
  }

  /** A packet came from the peer. */
  handle(packet: Packet, nowMs: number): void {
    if (this.closed) return;
    this.#flight.receive(packet);
    for (const frame of packet.frames) this.#handleFrame(frame, nowMs);
  }

  /** Nothing was heard from the peer for `idleTimeoutMs`. */
  handleTimeout(): void {
    const error = new TransportError(
      'LH_TRANSPORT_TIMEOUT',
      `nothing heard from ${this.peer.name} for ${this.#options.limits.idleTimeoutMs} ms`,
    );
    this.#end({ by: 'transport', error });
  }

  /** Tells the owner what happened since the last time. */
  deliver(): void {
    this.#streams.deliver(this.#events);
    if (!this.#events) return;
    for (let bytes = this.#incoming.shift(); bytes; bytes = this.#incoming.shift()) {
      this.#events.onDatagram(bytes);
    }
    if (!this.closed && this.#meter.takeDue()) this.#events.onWanted?.();
    if (this.#state.name === 'closed' && !this.#state.announced && !this.#streams.hasStreamEvent) {
      this.#state = { ...this.#state, announced: true };
      this.#streams.silence();
      this.#events.onClosed(this.#state.info);
    }
  }

  #handleFrame(frame: Frame, nowMs: number): void {
    switch (frame.type) {
      case 'ack':
        this.#flight.handleAcknowledgement(frame.numbers, nowMs, (sent) =>
          this.#streams.handleAcknowledged(sent),
        );
        return;
      case 'close':
        // What came before the close is delivered before it.
        this.deliver();
        if (!this.closed) this.#end({ by: 'peer', code: frame.code, reason: frame.reason });
        return;
      case 'datagram':
        this.#incoming.push(frame.bytes);
        return;
      default:
        this.#streams.handle(frame);
    }
  }

  #end(info: CloseInfo): void {
    this.#state = { name: 'closed', info, announced: false };
    this.#outgoing.clear();
    this.#incoming.clear();
    this.#streams.handleConnectionClosed();
    this.#options.onWork();
  }
}
