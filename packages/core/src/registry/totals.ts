/** What a registry has done since it began, ended broadcasts and viewers included: for metrics. */
import type { Broadcast } from '../broadcast.js';
import type { Feed, FeedCounters } from '../feed.js';
import * as KindCounts from '../kind-counts.js';
import { type GateCounters, gateCounters } from '../track-gate.js';
import type { Viewer } from '../viewer.js';

/** Counters that only grow. */
export interface RegistryTotals {
  broadcasts: number;
  /** Frames and payload bytes that came in, from publishers and links. */
  readonly frames: KindCounts.KindCounts;
  bytes: number;
  /** Whole groups, and frames of groups that went on, that the cache bounds released. */
  releasedGroups: number;
  trimmedFrames: number;
  /** Frames that no viewer of a path got, by reason and kind. */
  readonly refused: GateCounters;
  /** Frames that waited for an earlier one, came after they were given up; gaps given up for time and for bytes. */
  held: number;
  late: number;
  expiredGaps: number;
  overflownGaps: number;
  viewers: number;
  stalledViewers: number;
  readonly taken: KindCounts.KindCounts;
  takenBytes: number;
  readonly dropped: KindCounts.KindCounts;
  skips: number;
}

/** All zero. */
export function zero(): RegistryTotals {
  return {
    broadcasts: 0,
    frames: KindCounts.zero(),
    bytes: 0,
    releasedGroups: 0,
    trimmedFrames: 0,
    refused: gateCounters(),
    held: 0,
    late: 0,
    expiredGaps: 0,
    overflownGaps: 0,
    viewers: 0,
    stalledViewers: 0,
    taken: KindCounts.zero(),
    takenBytes: 0,
    dropped: KindCounts.zero(),
    skips: 0,
  };
}

/** Adds what came in by one broadcast. */
export function addBroadcast(totals: RegistryTotals, broadcast: Broadcast): void {
  totals.broadcasts += 1;
  KindCounts.add(totals.frames, broadcast.totals.frames);
  totals.bytes += broadcast.totals.bytes;
  totals.releasedGroups += broadcast.cache.releasedGroups;
  totals.trimmedFrames += broadcast.cache.trimmedFrames;
}

/** Adds what one feed did. */
export function addFeed(totals: RegistryTotals, feed: Feed): void {
  const { refused, merge }: FeedCounters = feed.counters;
  KindCounts.add(totals.refused.late, refused.late);
  KindCounts.add(totals.refused['no-key-frame'], refused['no-key-frame']);
  KindCounts.add(totals.refused['no-init'], refused['no-init']);
  totals.held += merge.held;
  totals.late += merge.late;
  totals.expiredGaps += merge.expiredGaps;
  totals.overflownGaps += merge.overflownGaps;
}

/** Adds what one viewer took and lost. */
export function addViewer(totals: RegistryTotals, viewer: Viewer): void {
  const { taken, takenBytes, dropped, skips } = viewer.stats;
  totals.viewers += 1;
  if (viewer.state.kind === 'stalled') totals.stalledViewers += 1;
  KindCounts.add(totals.taken, taken);
  totals.takenBytes += takenBytes;
  KindCounts.add(totals.dropped, dropped);
  totals.skips += skips;
}
