/**
 * Broadcasts, tracks, groups and frames, and how they reach viewers and links. Pure: the time is an argument, timers
 * are polled; no socket, no codec, no logger.
 */
export * from './broadcast.js';
export * from './broadcast-writer.js';
export * from './errors.js';
export * from './frame.js';
export type { Group, GroupOutcome, GroupState } from './group.js';
export type { CacheCounters } from './group-cache.js';
export * from './limits.js';
export * from './link/index.js';
export type { BroadcastPath } from './path.js';
export * as Path from './path.js';
export * from './registry/link-port.js';
export type { GroupCursor, StartingGroups, StartPosition } from './start.js';
export { type Init, type Track, trackName } from './track.js';
