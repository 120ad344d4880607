/** What one end of a multiplexed connection grants and bounds. */

/**
 * In which order bytes that wait leave. `priority`: highest priority first, equals in turn, so that what waits is still
 * ours to reorder and to drop. `arrival`: as they were written, across all streams: what a relay does that writes one
 * FLV stream into a socket.
 */
export type Schedule = 'priority' | 'arrival';

/** Limits of one end; sizes in bytes. */
export interface MuxLimits {
  readonly maxConcurrentUni: number;
  readonly maxConcurrentBidi: number;
  /** At least `FIRST_WINDOW_BYTES`, as the next one. */
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  readonly sendBufferBytes: number;
  /** What the send buffers of all streams hold together at most. */
  readonly totalBufferBytes: number;
  /** Datagrams that wait, each way; 0 offers none. Those that are taken are carried in order and none is lost. */
  readonly datagramQueueBytes: number;
  readonly idleTimeoutMs: number;
  /** 0: no pings. */
  readonly keepAliveMs: number;
  readonly schedule: Schedule;
}

/** What a dialler may send of one stream, and of all, before it has heard the acceptor's settings. */
export const FIRST_WINDOW_BYTES = 64 * 1024;

/** Streams of each kind that a dialler may open before it has heard the acceptor's settings. */
export const FIRST_STREAMS = 8;

/** Largest datagram that is taken. */
export const MAX_DATAGRAM_BYTES = 1_200;

/** Most bytes of one stream in one frame: others of the same priority come after so much. */
export const MAX_DATA_BYTES = 16 * 1024;
