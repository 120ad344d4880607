/** What one end of a memory connection grants and bounds. */

/** Limits of one end. All sizes in bytes. */
export interface MemoryLimits {
  /** Unidirectional streams the peer may have open at a time. */
  readonly maxConcurrentUni: number;
  /** Bidirectional streams the peer may have open at a time. */
  readonly maxConcurrentBidi: number;
  /** Bytes of one stream the peer may send ahead of what was delivered here. */
  readonly streamWindowBytes: number;
  /** The same over all streams. */
  readonly connectionWindowBytes: number;
  /** Bytes of one stream that `write` accepts ahead of what has left: its credit. */
  readonly sendBufferBytes: number;
  /** Silence after which the connection is given up. */
  readonly idleTimeoutMs: number;
  /** Largest datagram taken from the peer; 0 refuses datagrams. The path's MTU bounds it too. */
  readonly maxDatagramBytes: number;
  /** Datagrams held at most, each way: outgoing ones that have not left, incoming ones before `attach`. */
  readonly datagramQueueBytes: number;
}

/** Limits where nothing else is asked for: windows like those of the QUIC transport, so that what fits here fits there. */
export const DEFAULT_MEMORY_LIMITS: MemoryLimits = {
  maxConcurrentUni: 256,
  maxConcurrentBidi: 64,
  streamWindowBytes: 1024 * 1024,
  connectionWindowBytes: 8 * 1024 * 1024,
  sendBufferBytes: 256 * 1024,
  idleTimeoutMs: 10_000,
  maxDatagramBytes: 1200,
  datagramQueueBytes: 64 * 1024,
};
