/** A carrier whose far end is the test: what is written is kept, what is fed arrives. */
import type { TransportError } from '@longhaul/transport';
import type { Carrier, CarrierEvents, CarrierStats } from '../../src/mux/carrier.js';

export class FakeCarrier implements Carrier {
  readonly address = '192.0.2.1:1';
  readonly written: Buffer[] = [];
  ended = false;
  destroyed = false;
  /** Nothing is taken while it is 0. */
  credit = 1 << 20;
  #events: CarrierEvents | undefined;

  listen(events: CarrierEvents): void {
    this.#events = events;
  }

  write(bytes: Buffer): void {
    this.written.push(Buffer.from(bytes));
  }

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
  }

  stats(): CarrierStats {
    const zero = { rttMs: 0, minRttMs: 0, cwndBytes: 0, bytesInFlight: 0, pacingRateBps: 0, mtuBytes: 0 };
    return { ...zero, bytesSent: 0, bytesReceived: 0, packetsSent: 0, packetsReceived: 0, packetsLost: 0 };
  }

  feed(bytes: Buffer): void {
    this.#events?.onBytes(bytes);
  }

  give(credit: number): void {
    this.credit = credit;
    this.#events?.onCredit();
  }

  close(error?: TransportError): void {
    this.#events?.onClosed(error);
  }
}
