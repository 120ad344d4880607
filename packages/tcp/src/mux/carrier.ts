/** What the multiplexer needs of that which carries its bytes: a TLS socket, a QUIC stream, something in memory. */
import type { TransportError } from '@longhaul/transport';

/** What a carrier tells. Never from within a call. */
export interface CarrierEvents {
  /** Bytes came, in order. The buffer is the taker's. */
  onBytes(bytes: Buffer): void;
  /** `credit` was used up and is above 0 again. */
  onCredit(): void;
  /** Nothing comes or goes any more. Once, the last event; undefined: it ended in order. */
  onClosed(error: TransportError | undefined): void;
}

/** Figures of a carrier; those it has not are 0. */
export interface CarrierStats {
  readonly rttMs: number;
  readonly minRttMs: number;
  readonly cwndBytes: number;
  readonly bytesInFlight: number;
  readonly pacingRateBps: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly packetsSent: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly mtuBytes: number;
  /** Newest sample of goodput. */
  readonly deliveryRateBps?: number;
  /** Given to the kernel and not sent. */
  readonly notSentBytes?: number;
}

/** An ordered, reliable way for bytes, both ways. */
export interface Carrier {
  /** `host:port` the peer's bytes come from. */
  readonly address: string;
  /** Bytes that `write` takes now. 0 until what was written last is out of our hands, so that the next choice is made as late as can be. */
  readonly credit: number;
  listen(events: CarrierEvents): void;
  /** Takes all of `bytes`, at most `credit`; the buffer belongs to the carrier from then on. */
  write(bytes: Buffer): void;
  /** Nothing more is written; what was taken is delivered, then `onClosed` comes. */
  end(): void;
  /** Gives up at once. Idempotent. */
  destroy(): void;
  stats(): CarrierStats;
}
