/** Bounds of what the core holds, with their defaults. Each is reached in a test. */

/** What a frame costs beyond its payload, bytes: bounds in bytes must also bound empty frames. */
export const FRAME_OVERHEAD_BYTES = 128;

/** What a group costs beyond its frames, bytes. */
export const GROUP_OVERHEAD_BYTES = 512;

/** Key frames of several video tracks this close belong together, ms of media time. */
export const ALIGNED_MS = 100;

/** A track this far behind the newest frame is no place to start, ms of media time: nobody wants what came meanwhile. */
export const STALE_TRACK_MS = 10_000;

/** Bounds of the group cache of one broadcast. */
export interface CacheLimits {
  /** Most bytes of all groups, overhead counted. */
  readonly maxBytes: number;
  /** Most media time from the oldest frame to the newest, ms. Only reached by a group that does not end. */
  readonly maxMediaMs: number;
  /** How long closed groups stay that a new viewer does not need, ms of media time: for slow links and resuming. */
  readonly historyMs: number;
  /** Most tracks of one broadcast. */
  readonly maxTracks: number;
}

/** Enough for a group of 10 s at 25 Mbit/s, and for encoders with a key frame a minute. */
export const DEFAULT_CACHE_LIMITS: CacheLimits = {
  maxBytes: 32 * 1024 * 1024,
  maxMediaMs: 60_000,
  historyMs: 5_000,
  maxTracks: 32,
};

/** Bounds of the log that the viewers of one path share. */
export interface FeedLimits {
  /** How long a missing ordinal is waited for once a later frame of any track is there, ms. */
  readonly mergeHoldMs: number;
  /** How long the frames of a newer group wait for the rest of an older one of their track, ms. */
  readonly groupHoldMs: number;
  /** How long the frames of a track wait for the init data they need, ms. */
  readonly initHoldMs: number;
  /** Most bytes held for a missing ordinal, and most bytes of a track held for its init data. */
  readonly maxHeldBytes: number;
  /** Most bytes in the log, overhead counted. */
  readonly maxLogBytes: number;
  /** Most media time in the log, ms. */
  readonly maxLogMs: number;
}

/** See `FeedLimits`. */
export const DEFAULT_FEED_LIMITS: FeedLimits = {
  mergeHoldMs: 20,
  groupHoldMs: 500,
  initHoldMs: 2_000,
  maxHeldBytes: 8 * 1024 * 1024,
  maxLogBytes: 32 * 1024 * 1024,
  maxLogMs: 60_000,
};

/** How far a viewer may fall behind. */
export interface ViewerLimits {
  /** Most bytes behind the newest frame; then it skips to the newest join point. */
  readonly maxLagBytes: number;
  /** Most media time behind the newest frame, ms; then it skips to the newest join point. */
  readonly maxLagMs: number;
  /** How far beyond its latency target a viewer that has one may fall behind, ms of media time; then it skips as well. */
  readonly toleranceMs: number;
  /** How long it may take nothing while something waits for it, ms; then it is stalled. */
  readonly stallMs: number;
}

/** See `ViewerLimits`. */
export const DEFAULT_VIEWER_LIMITS: ViewerLimits = {
  maxLagBytes: 8 * 1024 * 1024,
  maxLagMs: 5_000,
  toleranceMs: 500,
  stallMs: 10_000,
};
