/** What a link is, in numbers: the form that every backend understands. */

/** How packets vanish. `share` is 0 to below 1; `burst` the mean length of a bad time. */
export type Loss =
  | { readonly kind: 'none' }
  /** A Gilbert chain: it steps each millisecond (`time`: every transport meets the same bad ones) or each packet. */
  | {
      readonly kind: 'gilbert';
      readonly mode: 'time' | 'packet';
      readonly share: number;
      readonly burst: number;
    }
  /** Exactly these packets, counted from 0 in the order they reach the loss stage. */
  | { readonly kind: 'list'; readonly positions: readonly number[] };

/** What the queue drains into. */
export type Bottleneck =
  | { readonly kind: 'rate'; readonly bps: number }
  /** Milliseconds at which up to 1,500 bytes may leave, ascending, repeated with the last as period (mahimahi's form). */
  | { readonly kind: 'trace'; readonly name: string; readonly ms: readonly number[] };

/** A change at a moment after `start()`. */
export type Step = { readonly atMs: number } & (
  | { readonly kind: 'oneWay'; readonly oneWayMs: number }
  | { readonly kind: 'rate'; readonly bps: number }
  | { readonly kind: 'blackhole'; readonly lengthMs: number }
);

/** One direction of a link. */
export interface Path {
  /** Delay without queueing, ms. */
  readonly oneWayMs: number;
  /** Standard deviation of the delay, ms; packets keep their order. */
  readonly jitterSigmaMs: number;
  readonly bottleneck: Bottleneck;
  /** Droptail limit, bytes of IP packets. */
  readonly queueBytes: number;
  readonly loss: Loss;
  /** Drops what exceeds a token bucket, in front of everything. */
  readonly policer?: { readonly rateBps: number; readonly burstBytes: number };
  /** Share of packets that come `extraMs` later than their turn. */
  readonly reorder?: { readonly share: number; readonly extraMs: number };
  /** Share of packets that come twice. */
  readonly duplicateShare?: number;
  /** Ascending by time. */
  readonly steps: readonly Step[];
}

/** Where a value comes from: somebody's measurement, or our own reasoning. */
export type Origin = { readonly source: string } | { readonly derived: string };

/** A profile with every value in place. `forward` is the way the media goes: from the sender to the receiver. */
export interface ResolvedProfile {
  readonly name: string;
  readonly summary: string;
  /** The profile that this is a variant of. */
  readonly variantOf?: string;
  /** Round trip without queueing at time zero, ms. */
  readonly rttMs: number;
  readonly forward: Path;
  readonly reverse: Path;
  /** Origin of each field by its place in the file: `forward.loss`. */
  readonly origins: Readonly<Record<string, Origin>>;
}

/** Which way packets go. */
export type Direction = 'forward' | 'reverse';

/** Both, in the order of reports. */
export const DIRECTIONS: readonly Direction[] = ['forward', 'reverse'];
