/** Where a publisher's frames go. */
import type { BroadcastPath, IngestFrame, WriteOutcome } from '@longhaul/core';

/** One publication, as an ingest protocol sees it. */
export interface Ingest {
  readonly path: BroadcastPath;
  readonly epoch: number;
  /** Frames that were not taken, by outcome. */
  readonly refused: Readonly<Record<string, number>>;
  write(frame: IngestFrame, nowMs: number): WriteOutcome;
  /** Idempotent. */
  end(nowMs: number): void;
}
