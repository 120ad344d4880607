/** What a registry is configured with. */
import type { JitterLimits } from '../jitter-buffer.js';
import type { CacheLimits, FeedLimits, ViewerLimits } from '../limits.js';
import type { FaultHandler } from '../observers.js';
import type { BroadcastPath } from '../path.js';

/** Options of a registry; all but `relayId` have defaults. The functions are asked anew each time, so a reload needs no new registry. */
export interface RegistryOptions {
  /** The id of this relay: the last hop of what it announces. */
  readonly relayId: string;
  readonly cacheLimits?: Partial<CacheLimits>;
  readonly feedLimits?: Partial<FeedLimits>;
  readonly viewerLimits?: Partial<ViewerLimits>;
  /** How long an upstream subscription stays after the last viewer or downstream relay left, ms. */
  readonly lingerMs?: number;
  /** How long viewers and downstream relays stay after the publisher or the link to it has gone, ms. */
  readonly publisherLingerMs?: number;
  /** How long peers may still ask for a broadcast that has ended: their request and its end may cross. ms; 0 not at all. */
  readonly endedLingerMs?: number;
  /**
   * Seconds since 1970. With it epochs of peers that are more than `maxEpochAheadS` beyond are not taken; without it all
   * are.
   */
  readonly unixSeconds?: () => number;
  /** A publisher's epoch is about the time it began: how far the clocks of relays and quick returns may take it beyond now, s. */
  readonly maxEpochAheadS?: number;
  /** How long a viewer waits for a broadcast that nobody has, and a downstream relay for one that does not start, ms. */
  readonly unknownWaitMs?: number;
  /** Most paths that one peer may announce at a time. */
  readonly maxAnnouncedPerLink?: number;
  /** Whether to subscribe to this path as soon as a peer announces it. */
  readonly subscribeAlways?: (path: BroadcastPath) => boolean;
  /** Whether timestamps leave as they came over a change of publisher. */
  readonly passthrough?: (path: BroadcastPath) => boolean;
  /** The jitter buffer between a broadcast that comes over a link and its viewers; undefined: none. Asked for each. */
  readonly jitter?: () => JitterLimits | undefined;
  /** Whether this peer may announce this path. */
  readonly mayAnnounce?: (peerName: string, path: BroadcastPath) => boolean;
  /** Hears what callbacks of viewers and observers threw. Without it they are thrown to the caller that caused them. */
  readonly onFault?: FaultHandler;
}

/** The defaults. */
export const DEFAULT_REGISTRY_OPTIONS = {
  lingerMs: 10_000,
  publisherLingerMs: 10_000,
  endedLingerMs: 5_000,
  maxEpochAheadS: 86_400,
  unknownWaitMs: 10_000,
  maxAnnouncedPerLink: 10_000,
  subscribeAlways: () => false,
  passthrough: () => false,
  jitter: () => undefined,
  mayAnnounce: () => true,
} as const;

/** Options with every default filled in but `onFault`. */
export type CompleteOptions = Required<
  Omit<RegistryOptions, 'onFault' | 'unixSeconds' | 'cacheLimits' | 'feedLimits' | 'viewerLimits'>
> & {
  readonly cacheLimits: CacheLimits;
  readonly feedLimits: FeedLimits;
  readonly viewerLimits: ViewerLimits;
  readonly onFault: FaultHandler | undefined;
  readonly unixSeconds: (() => number) | undefined;
};
