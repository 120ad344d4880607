/** What a link session shows of itself. */
import type { CloseInfo, Side } from '@longhaul/transport';
import type { Hello } from '@longhaul/wire';
import type { TrafficSnapshot } from './counters.js';
import type { ProbeResult } from './prober.js';
import type { SubscriptionSnapshot } from './served-subscription.js';

/**
 * `greeting`: the peer's Hello is awaited. `open`: requests flow. `draining`: one end said Goaway; what runs goes on.
 * `closed`: over.
 */
export type LinkState =
  | { readonly at: 'greeting'; readonly deadlineMs: number }
  | { readonly at: 'open' }
  | { readonly at: 'draining'; readonly by: 'local' | 'peer'; readonly deadlineMs: number }
  | { readonly at: 'closed'; readonly info: CloseInfo };

/** Counts and gauges of a link, all of them measured. */
export interface LinkSnapshot {
  readonly peer: string;
  readonly side: Side;
  readonly state: LinkState['at'];
  /** The peer's Hello, once it came. */
  readonly hello: Hello | undefined;
  /** Announcements that stand, ours and the peer's. */
  readonly announced: { readonly own: number; readonly peer: number };
  /** Subscriptions of the peer, served here. */
  readonly served: readonly SubscriptionSnapshot[];
  /** Subscriptions of ours at the peer. */
  readonly requested: readonly SubscriptionSnapshot[];
  readonly sent: TrafficSnapshot;
  readonly received: TrafficSnapshot;
  /** Unidirectional streams open now. */
  readonly openStreams: { readonly sending: number; readonly receiving: number };
  /** Streams stopped or reset by this end or the peer, by the name of the code (docs/wire.md §9). */
  readonly endedEarly: {
    readonly local: Readonly<Record<string, number>>;
    readonly peer: Readonly<Record<string, number>>;
  };
  /** Bytes held for incomplete frames and gaps. */
  readonly bufferedBytes: number;
  readonly probe: ProbeResult | undefined;
}
