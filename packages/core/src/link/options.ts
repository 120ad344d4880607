/** Options of a link session and their defaults. */
import type { CloseInfo } from '@longhaul/transport';
import type { Goaway, Hello } from '@longhaul/wire';
import type { BroadcastPath } from '../path.js';
import type { LinkPort, RegistryLink } from '../registry/link-port.js';
import type { DeliveryOptions } from './delivery.js';

/** Bounds of what a peer can make a session hold. What happens at each is in docs/wire.md §8. */
export interface LinkLimits {
  /** Announcements of the peer that stand. One more is refused with LIMIT. */
  readonly maxAnnouncements: number;
  /** Subscriptions of the peer that run. One more is refused with LIMIT. */
  readonly maxSubscriptions: number;
  /** Request streams of the peer whose first message did not come or waits for its Hello. One more closes the link with LIMIT. */
  readonly maxPendingRequests: number;
  /** Probe streams of the peer. One more is refused with LIMIT. */
  readonly maxProbeStreams: number;
  /** Unidirectional streams of the peer open at once. One more is stopped with LIMIT. */
  readonly maxOpenStreams: number;
  /** Bytes held for all incomplete frames and gaps of the link. The stream that would exceed it is stopped with LIMIT. */
  readonly maxBufferedBytes: number;
  /** Pieces of one stream that wait for a gap. The stream that would exceed it is stopped with LIMIT. */
  readonly maxPieces: number;
  /** Control bytes that wait because the peer does not read. More closes the link with LIMIT. */
  readonly maxQueuedControlBytes: number;
  /** Init bytes of one track that wait because the peer does not read. More ends the subscription with LIMIT. */
  readonly maxQueuedInitBytes: number;
  /** Records of media streams handled between two polls; a control message counts as 16. The rest waits, its streams paused. */
  readonly maxRecordsPerTurn: number;
}

/** See `LinkLimits`. */
export const DEFAULT_LINK_LIMITS: LinkLimits = {
  maxAnnouncements: 10_000,
  maxSubscriptions: 10_000,
  maxPendingRequests: 1_024,
  maxProbeStreams: 4,
  maxOpenStreams: 20_000,
  maxBufferedBytes: 128 * 1024 * 1024,
  maxPieces: 16_384,
  maxQueuedControlBytes: 256 * 1024,
  maxQueuedInitBytes: 4 * 1024 * 1024,
  maxRecordsPerTurn: 4_096,
};

/** When a session does something by itself, milliseconds. */
export interface LinkTiming {
  /** The peer's Hello has to come within this. */
  readonly helloTimeoutMs: number;
  /** Between probes of the round trip; 0 sends none. */
  readonly probeIntervalMs: number;
  /** A subscription whose end was told waits for its last streams until nothing came for this long. */
  readonly endHoldMs: number;
  /** Until a draining session closes, unless `drain` says otherwise. */
  readonly drainMs: number;
}

/** See `LinkTiming`. */
export const DEFAULT_LINK_TIMING: LinkTiming = {
  helloTimeoutMs: 10_000,
  probeIntervalMs: 1_000,
  endHoldMs: 2_000,
  drainMs: 10_000,
};

/** Something on a link that an operator may want to read of. */
export type LinkNotice =
  | {
      readonly kind: 'announce-refused';
      readonly path: string;
      readonly code: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'subscribe-refused';
      readonly path: string;
      readonly code: string;
      readonly reason: string;
    }
  | { readonly kind: 'peer-announce-refused'; readonly path: string; readonly code: string }
  | {
      /** Video was too late for the peer; see `DeliveryOptions`. Once a second at the most. */
      readonly kind: 'frames-dropped';
      readonly frames: number;
      /** How many broadcasts lost some, and the one that lost most. */
      readonly broadcasts: number;
      readonly path: string;
    }
  | {
      readonly kind: 'stream-ended-early';
      /** Who stopped or reset it. */
      readonly by: 'local' | 'peer';
      readonly code: string;
      readonly reason: string;
    };

/** What a session needs and whom it tells. */
export interface LinkOptions {
  /** Our relay id, as in our certificate. */
  readonly relayId: string;
  /** Monotonic milliseconds. Connection events carry no time: this is where a session reads it. */
  readonly now: () => number;
  /** Called once, when requests may flow: at the dialer in `start`, at the acceptor when the peer's Hello came. */
  readonly port: (link: RegistryLink) => LinkPort;
  /** Whether this peer may announce `path`, as configured. All, when absent. */
  readonly mayAnnounce?: (path: BroadcastPath) => boolean;
  /** For people, in Hello: program and version, region. */
  readonly software?: string;
  readonly region?: string;
  readonly limits?: Partial<LinkLimits>;
  readonly timing?: Partial<LinkTiming>;
  readonly delivery?: Partial<DeliveryOptions>;
  /** Both Hellos were exchanged. */
  readonly onOpen?: (peer: Hello) => void;
  /** A broadcast is announced to the peer, which may soon ask for it; not before both Hellos were exchanged. */
  readonly onAnnounce?: () => void;
  /** The peer will close the link. */
  readonly onGoaway?: (goaway: Goaway) => void;
  /** The link is over; fired once, after `LinkPort.closed`. */
  readonly onClosed?: (info: CloseInfo) => void;
  readonly onNotice?: (notice: LinkNotice) => void;
  /** More came than one turn handles: call `poll` from the next turn, or what waits does so until `poll` is called anyway. */
  readonly onBacklog?: () => void;
}
