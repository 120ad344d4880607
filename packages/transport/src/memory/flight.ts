import type { ConnectionStats } from '../connection.js';
import { FRAME_OVERHEAD_BYTES, type Frame, PACKET_OVERHEAD_BYTES, type Packet } from './packet.js';

interface Sent {
  readonly packet: Packet;
  readonly sentMs: number;
}

/** Packets between their sending and their acknowledgement, and what is counted of them. */
export class Flight {
  #nextNumber = 0;
  readonly #sent = new Map<number, Sent>();
  #owed: number[] = [];
  #rttMs = 0;
  #minRttMs = 0;
  #bytesInFlight = 0;
  #bytesSent = 0;
  #bytesReceived = 0;
  #packetsSent = 0;
  #packetsReceived = 0;
  #packetsLost = 0;

  /** Packets came that want an acknowledgement. */
  get owesAcknowledgement(): boolean {
    return this.#owed.length > 0;
  }

  takeAcknowledgement(): Frame | undefined {
    if (this.#owed.length === 0) return undefined;
    const numbers = this.#owed;
    this.#owed = [];
    return { type: 'ack', numbers };
  }

  /** Numbers, sizes and remembers a packet of `frames`. */
  send(frames: readonly Frame[], nowMs: number): Packet {
    let sizeBytes = PACKET_OVERHEAD_BYTES;
    for (const frame of frames) sizeBytes += FRAME_OVERHEAD_BYTES + payloadBytes(frame);
    const packet: Packet = {
      number: this.#nextNumber++,
      frames,
      sizeBytes,
      reliable: frames.every((frame) => frame.type !== 'datagram'),
      ackEliciting: frames.some((frame) => frame.type !== 'ack' && frame.type !== 'close'),
    };
    this.#packetsSent++;
    this.#bytesSent += sizeBytes;
    if (packet.ackEliciting) {
      this.#bytesInFlight += sizeBytes;
      this.#sent.set(packet.number, { packet, sentMs: nowMs });
    }
    return packet;
  }

  receive(packet: Packet): void {
    this.#packetsReceived++;
    this.#bytesReceived += packet.sizeBytes;
    if (packet.ackEliciting) this.#owed.push(packet.number);
  }

  handleLoss(packet: Packet, loss: { readonly lostPackets: number; readonly gone: boolean }): void {
    this.#packetsLost += loss.lostPackets;
    if (!loss.gone) return;
    this.#sent.delete(packet.number);
    this.#bytesInFlight -= packet.sizeBytes;
  }

  /** `onFrame` hears of every frame that arrived. */
  handleAcknowledgement(numbers: readonly number[], nowMs: number, onFrame: (frame: Frame) => void): void {
    for (const number of numbers) {
      const sent = this.#sent.get(number) as Sent;
      this.#sent.delete(number);
      this.#bytesInFlight -= sent.packet.sizeBytes;
      this.#sampleRtt(nowMs - sent.sentMs);
      for (const frame of sent.packet.frames) onFrame(frame);
    }
  }

  stats(): Omit<
    ConnectionStats,
    'cwndBytes' | 'pacingRateBps' | 'datagramsDropped' | 'mtuBytes' | 'bytesQueued'
  > {
    return {
      rttMs: this.#rttMs,
      minRttMs: this.#minRttMs,
      bytesInFlight: this.#bytesInFlight,
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
      packetsSent: this.#packetsSent,
      packetsReceived: this.#packetsReceived,
      packetsLost: this.#packetsLost,
    };
  }

  /** RFC 9002 §5.3 without the acknowledgement delay: there is none. */
  #sampleRtt(sampleMs: number): void {
    const first = this.#rttMs === 0 && this.#minRttMs === 0;
    this.#rttMs = first ? sampleMs : (7 * this.#rttMs + sampleMs) / 8;
    this.#minRttMs = first ? sampleMs : Math.min(this.#minRttMs, sampleMs);
  }
}

function payloadBytes(frame: Frame): number {
  return frame.type === 'stream' || frame.type === 'datagram' ? frame.bytes.length : 0;
}
