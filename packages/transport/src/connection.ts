/**
 * A connection between two relays: streams with priority, credit and reset, and datagrams.
 *
 * Every call is synchronous and cheap; results arrive through the events objects, never from within a call.
 * Implementations batch what crosses to an engine, so a caller writes frame by frame without thinking about system
 * calls. `@longhaul/transport/compliance` holds the rules as tests.
 */
import type { TransportError } from './errors.js';

/** Which end opened the connection. */
export type Side = 'dialer' | 'acceptor';

/** Who is at the far end, as the transport authenticated it. */
export interface Peer {
  /** The relay id: the name in the peer's certificate. */
  readonly name: string;
  /** `host:port` the peer's packets come from now. */
  readonly address: string;
}

/** Why a connection ended. `code` is the application's code (0 to 2^32-1) for `local` and `peer`. */
export type CloseInfo =
  | { readonly by: 'local' | 'peer'; readonly code: number; readonly reason: string }
  | { readonly by: 'transport'; readonly error: TransportError };

/** A piece of a stream: `bytes` stand at `offset` in it. Owned by the receiver from delivery on. */
export interface StreamChunk {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What a sender hears about its stream. All are optional; none fires after `reset()` or the connection's close. */
export interface SendEvents {
  /** A write used `credit` up and it is above 0 again: once for each time. */
  onCredit?(): void;
  /** The peer asked to stop with `code`; the stream is already reset with the same code. */
  onStopped?(code: number): void;
  /** Everything up to the finish is acknowledged. */
  onAcknowledged?(): void;
}

/** The sending half of a stream. */
export interface SendStream {
  /** Names the stream at this end, for maps and logs; the peer may know it by another. */
  readonly id: number;
  /** Bytes that `write` takes now. Bounded by the transport's per-stream send buffer; 0 once the stream is finished, reset or closed. */
  readonly credit: number;
  /** Sets the listener; the last one set wins. */
  listen(events: SendEvents): void;
  /**
   * Takes bytes from the front of `chunks` up to `credit` and returns how many it took. The buffers belong to the
   * transport until they are sent: do not change them. Returns 0 once the stream is finished, reset or closed.
   */
  write(chunks: readonly Uint8Array[]): number;
  /** Nothing more will be written; what was taken is still delivered. */
  finish(): void;
  /** Abandons the stream, delivered or not. Overtakes waiting writes. Idempotent; does nothing once all is acknowledged. */
  reset(code: number): void;
  /** Higher goes first. Takes effect for bytes not yet handed to the engine. */
  setPriority(priority: number): void;
}

/** What a reader hears of its stream. Nothing is delivered before `read()`; while paused at most `onReset`. */
export interface ReceiveEvents {
  /** Bytes arrived. Unidirectional streams deliver in order of arrival, bidirectional ones in order of offset. Never empty. */
  onData(chunks: readonly StreamChunk[]): void;
  /** Every byte has been delivered; `size` is the stream's length. */
  onFinished(size: number): void;
  /** The sender abandoned the stream. Undelivered bytes are gone. Also fired (code undefined) when the connection ends first. */
  onReset(code: number | undefined): void;
}

/** The receiving half of a stream. */
export interface ReceiveStream {
  readonly id: number;
  /** Starts delivery. Call once. */
  read(events: ReceiveEvents): void;
  /** Stops delivery: the windows fill and the sender blocks. */
  pause(): void;
  resume(): void;
  /** Tells the sender to stop; nothing more is delivered, no event follows. */
  stop(code: number): void;
}

/** Both halves of a bidirectional stream. */
export interface BidiStream {
  readonly id: number;
  readonly send: SendStream;
  readonly receive: ReceiveStream;
}

/** What the owner of a connection hears. */
export interface ConnectionEvents {
  /** The peer opened a unidirectional stream. Call `read` or `stop` before returning or keep it for later: it holds its window. */
  onUniStream(stream: ReceiveStream): void;
  onBidiStream(stream: BidiStream): void;
  onDatagram(bytes: Uint8Array): void;
  /** A write left `wantedBytes` at 0 or below and it is above 0 again: once for each time. */
  onWanted?(): void;
  /** Fired once, after the last event of every stream. */
  onClosed(info: CloseInfo): void;
}

/** Counters since the connection opened and gauges of now. Bytes and packets are UDP payload where the transport has packets. */
export interface ConnectionStats {
  readonly rttMs: number;
  readonly minRttMs: number;
  /** Congestion window and bytes in flight; 0 where the transport has none. */
  readonly cwndBytes: number;
  readonly bytesInFlight: number;
  /** What the congestion controller asks the pacer for, bit/s; 0 means unpaced. */
  readonly pacingRateBps: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly packetsSent: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly datagramsDropped: number;
  readonly mtuBytes: number;
  /** Accepted by `write` and not yet handed to the engine. */
  readonly bytesQueued: number;
}

/** How a unidirectional stream is opened. */
export interface UniOptions {
  /** Higher goes first. */
  readonly priority: number;
  /**
   * So many bytes at its front are worth protecting before any of them is lost, where the transport can: those that a
   * player cannot do without or has no time to wait for. None if absent.
   */
  readonly protectBytes?: number;
}

/** One connection. */
export interface Connection {
  readonly side: Side;
  readonly peer: Peer;
  /** Largest datagram that fits now, bytes; 0 when the peer takes none. */
  readonly maxDatagramSize: number;
  readonly closed: boolean;
  /** Sets the owner, before or after the close. Streams and datagrams that came earlier are held (bounded by the windows) and delivered first. Call once. */
  attach(events: ConnectionEvents): void;
  /**
   * Never fails for lack of stream credit: the stream waits, its writes count against its own credit. Of those that
   * wait the highest priority starts first, then the oldest. A waiting one that is reset need not reach the peer.
   */
  openUni(options: UniOptions): SendStream;
  openBidi(options: { readonly priority: number }): BidiStream;
  /**
   * Copies and sends `bytes`, or drops them: false when they are larger than `maxDatagramSize`, the bounded queue is
   * full (both counted in `datagramsDropped`) or the connection is closed. Unreliable in any case.
   */
  sendDatagram(bytes: Uint8Array): boolean;
  /**
   * How many bytes of streams should be written now: what waits below can no longer be reordered or dropped. 0 or less
   * while enough waits; Infinity while nothing is metered; 0 once closed. It refuses nothing: `credit` alone does.
   */
  readonly wantedBytes: number;
  /**
   * Meters from now on: about as much may wait unsent as leaves in `maxUnsentMs` at the rate of now, some packets at the
   * least. 0: no more. False when this transport cannot: `wantedBytes` then stays Infinity.
   */
  meterUnsent(maxUnsentMs: number): boolean;
  stats(): ConnectionStats;
  /**
   * Idempotent. What was not sent is discarded; streams end without further events but `onReset(undefined)` for
   * readers, then `onClosed` comes. The peer hears code and reason (cut to 256 bytes of UTF-8). Throws RangeError for
   * a code that is not an integer from 0 to 2^32-1.
   */
  close(code: number, reason: string): void;
}

/** Something that accepts connections. */
export interface Listener {
  /** `host:port` really bound. */
  readonly address: string;
  /** Stops accepting; connections go on. Idempotent. */
  close(): Promise<void>;
}
