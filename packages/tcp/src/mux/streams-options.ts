/** What the streams of one end are made of, and what concerns them. */
import type { Side } from '@longhaul/transport';
import type { Frame } from './frame.js';
import type { MuxLimits } from './limits.js';
import type { DataPlane } from './plane.js';

/** What the streams of one end are made of. */
export interface StreamsOptions {
  readonly side: Side;
  readonly limits: MuxLimits;
  /** Something may be there to send. */
  readonly onSend: () => void;
  /** Something may be there to tell. */
  readonly onEvent: () => void;
  /** Carries the bytes of streams beside the frames; absent: they go in frames too. */
  readonly plane?: DataPlane | undefined;
}

/** Frames that are about streams and windows. */
export type StreamFrame = Exclude<
  Frame,
  { type: 'settings' | 'ping' | 'pong' | 'datagram' | 'close' | 'abort' }
>;
