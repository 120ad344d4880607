/** The state of a registry for the API: plain data. */
import type { Broadcast } from '../broadcast.js';
import type { FeedCounters } from '../feed.js';
import type { CacheCounters } from '../group-cache.js';
import type { KindCounts } from '../kind-counts.js';
import type { BroadcastPath } from '../path.js';
import type { Track } from '../track.js';

/** Where a path's frames come from. `none`: nobody has it, or nobody asked for it yet. */
export type SourceSnapshot =
  | { readonly kind: 'publisher'; readonly publisher: { readonly kind: string; readonly address: string } }
  | {
      readonly kind: 'link';
      readonly peer: string;
      readonly state: 'opening' | 'open';
      readonly hops: readonly string[];
    }
  | { readonly kind: 'none' };

/** One track. */
export interface TrackSnapshot {
  readonly name: string;
  readonly groups: number;
  readonly newestGroup: number | undefined;
  readonly initVersion: number | undefined;
}

/** One path. */
export interface PathSnapshot {
  readonly path: BroadcastPath;
  readonly source: SourceSnapshot;
  /** Of the broadcast that is here; undefined while there is none. */
  readonly epoch: number | undefined;
  /** Media time that came in this epoch, ms. */
  readonly mediaMs: number;
  readonly tracks: readonly TrackSnapshot[];
  /** Came in this epoch. */
  readonly frames: Readonly<KindCounts> | undefined;
  readonly bytes: number;
  readonly cache: Readonly<CacheCounters> | undefined;
  readonly viewers: number;
  /** What the present feed did; undefined while there is none. */
  readonly egress: FeedCounters | undefined;
  /** Peers that are served. */
  readonly downstreams: readonly string[];
  /** Peers that announce the path. */
  readonly announcedBy: readonly string[];
}

/** Describes a track. */
export function track({ name, groups, newestGroup, newestInit }: Track): TrackSnapshot {
  return {
    name,
    groups: groups.length,
    newestGroup: newestGroup?.sequence,
    initVersion: newestInit?.version,
  };
}

/** Describes the broadcast of a path. */
export function broadcast(
  current: Broadcast | undefined,
): Pick<PathSnapshot, 'epoch' | 'mediaMs' | 'tracks' | 'frames' | 'bytes' | 'cache'> {
  return {
    epoch: current?.epoch,
    mediaMs: current?.mediaMs ?? 0,
    tracks: current === undefined ? [] : [...current.tracks.values()].map(track),
    frames: current === undefined ? undefined : { ...current.totals.frames },
    bytes: current?.totals.bytes ?? 0,
    cache: current === undefined ? undefined : { ...current.cache },
  };
}
