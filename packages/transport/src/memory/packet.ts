/**
 * Packets and frames of the memory transport: those of QUIC (RFC 9000 §19) that matter to streams and credit,
 * as objects instead of bytes. Sizes are counted as if they were encoded.
 */

/** Stream numbers follow RFC 9000 §2.1: bit 0 is set for the acceptor's, bit 1 for unidirectional ones. */
export type Frame =
  | {
      readonly type: 'stream';
      readonly stream: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
      readonly fin: boolean;
    }
  | { readonly type: 'reset'; readonly stream: number; readonly code: number; readonly size: number }
  | { readonly type: 'stop'; readonly stream: number; readonly code: number }
  | { readonly type: 'max-stream-data'; readonly stream: number; readonly limit: number }
  | { readonly type: 'max-data'; readonly limit: number }
  | { readonly type: 'max-streams'; readonly direction: Direction; readonly limit: number }
  | { readonly type: 'ack'; readonly numbers: readonly number[] }
  | { readonly type: 'datagram'; readonly bytes: Uint8Array }
  | { readonly type: 'close'; readonly code: number; readonly reason: string };

/** Whether bytes go one way or both ways in a stream. */
export type Direction = 'uni' | 'bidi';

/** What crosses at once. */
export interface Packet {
  readonly number: number;
  readonly frames: readonly Frame[];
  readonly sizeBytes: number;
  /** False for packets with a datagram: they may be lost. */
  readonly reliable: boolean;
  /** An acknowledgement alone is not acknowledged. */
  readonly ackEliciting: boolean;
}

/** Header and tag of a packet. */
export const PACKET_OVERHEAD_BYTES = 28;

/** Frame header in front of stream bytes or a datagram, and the whole of a small frame, with room to spare. */
export const FRAME_OVERHEAD_BYTES = 16;

/** Which way the bytes of stream `stream` go. */
export function directionOf(stream: number): Direction {
  return (stream & 2) === 0 ? 'bidi' : 'uni';
}

/** The n-th stream of its kind, counted from 0. */
export function ordinalOf(stream: number): number {
  return Math.floor(stream / 4);
}
