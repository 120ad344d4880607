/** Entries of a feed's log for viewers that stand at the same place. */
import type { FeedEntry, FeedLog } from './feed-log.js';
import * as KindCounts from './kind-counts.js';
import { FRAME_OVERHEAD_BYTES } from './limits.js';
import type { Batch } from './viewer.js';

/** A batch and who may share it: those that asked for as much and started at or before its oldest key frame. */
export interface SharedBatch extends Batch {
  readonly maxBytes: number;
  readonly oldestKey: number;
}

/** What a viewer asks for: from this sequence on, of key frames that are no older than `since`. */
export interface BatchRange {
  readonly from: number;
  readonly since: number;
  readonly maxBytes: number;
}

/** The entries of `log` from `from` on, about `maxBytes` of them, without what depends on key frames before `since`. */
export function collect(log: FeedLog, { from, since, maxBytes }: BatchRange): SharedBatch {
  const entries: FeedEntry[] = [];
  const passed = KindCounts.zero();
  const skipped = KindCounts.zero();
  let bytes = 0;
  let oldestKey = Number.POSITIVE_INFINITY;
  let inits: readonly FeedEntry[] | undefined;
  let to = from;
  for (let entry = log.entry(to); entry !== undefined; entry = log.entry(to)) {
    const { kind, payload } = entry.frame;
    const isUndecodable = entry.keySequence >= 0 && entry.keySequence < since;
    const size = payload.length + FRAME_OVERHEAD_BYTES;
    if (!isUndecodable && entries.length > 0 && bytes + size > maxBytes) break;
    to += 1;
    passed[kind] += 1;
    if (kind === 'init') inits = log.initsAt(entry.sequence);
    if (isUndecodable) {
      skipped[kind] += 1;
      continue;
    }
    entries.push(entry);
    bytes += size;
    if (entry.keySequence >= 0) oldestKey = Math.min(oldestKey, entry.keySequence);
  }
  const taken = KindCounts.total(skipped) === 0 ? passed : KindCounts.difference(passed, skipped);
  return { entries, to, bytes, taken, passed, inits, maxBytes, oldestKey };
}
