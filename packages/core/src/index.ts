/**
 * Broadcasts, tracks, groups and frames, and how they reach viewers and links. Pure: the time is an argument, timers
 * are polled; no socket, no codec, no logger.
 */
export * from './broadcast.js';
export * from './broadcast-writer.js';
export * from './errors.js';
export { Feed, type FeedCounters, type FeedOptions, type ViewerOptions, type ViewerStart } from './feed.js';
export { FeedEntry } from './feed-log.js';
export * from './frame.js';
export type { Group, GroupOutcome, GroupState } from './group.js';
export type { CacheCounters } from './group-cache.js';
export type { JitterCounters, JitterLimits } from './jitter-buffer.js';
export type { KindCounts } from './kind-counts.js';
export * from './limits.js';
export * from './link/index.js';
export type { BroadcastPath } from './path.js';
export * as Path from './path.js';
export { Reassembly, type ReassemblyLimits } from './reassembly.js';
export * from './registry/link-port.js';
export type { RegistryOptions } from './registry/options.js';
export type { Publication, PublisherInfo } from './registry/publication.js';
export * from './registry/registry.js';
export type { PathSnapshot, SourceSnapshot, TrackSnapshot } from './registry/snapshot.js';
export type { RegistryTotals } from './registry/totals.js';
export type { GroupCursor, StartingGroups, StartPosition } from './start.js';
export { type Timer, Timers } from './timers.js';
export * from './trace/index.js';
export { type Init, type Track, trackName } from './track.js';
export type { GateCounters, GateRefusal } from './track-gate.js';
export {
  type LatencyTarget,
  Viewer,
  type ViewerEnd,
  type ViewerLoss,
  type ViewerState,
  type ViewerStats,
} from './viewer.js';
