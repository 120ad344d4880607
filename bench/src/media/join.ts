/** One run's two records as one. */
import { readJson } from '../records/file.js';
import { type FrameColumns, merge, type Session } from '../records/index.js';
import type { ReceivedRecord } from './receiver.js';
import type { SentRecord } from './source.js';

/** What the two processes contribute to a `RunRecord`. */
export interface JoinedRun {
  readonly session: Session | undefined;
  readonly frames: FrameColumns | undefined;
  /** Why the run must not be compared, as far as source and viewer know. */
  readonly invalid: readonly string[];
}

/** A source or viewer that was held up longer than this measured itself, ms. */
export const MAX_LATE_MS = 20;

/** Joins what was sent with what came; either is undefined when its process left no record. */
export function joinRun({
  sent,
  received,
}: {
  sent: SentRecord | undefined;
  received: ReceivedRecord | undefined;
}): JoinedRun {
  const session = received?.session;
  if (sent === undefined || sent.frames.sequence.length === 0) {
    return { session, frames: undefined, invalid: ['the source sent nothing'] };
  }
  if (received === undefined) return { session, frames: undefined, invalid: ['the viewer left no record'] };
  const invalid = [...sourceFaults(sent), ...viewerFaults(received, sent)];
  try {
    return { session, frames: merge(sent.frames, received.frames), invalid };
  } catch (error) {
    return { session, frames: undefined, invalid: [...invalid, (error as Error).message] };
  }
}

/** What a source process wrote. Rejects with `LH_CLI_FILE`. */
export async function readSent(path: string): Promise<SentRecord> {
  return (await readJson(path)) as SentRecord;
}

/** What a receiver process wrote. Rejects with `LH_CLI_FILE`. */
export async function readReceived(path: string): Promise<ReceivedRecord> {
  return (await readJson(path)) as ReceivedRecord;
}

function sourceFaults({ reason, lateUs }: SentRecord): string[] {
  const faults: string[] = [];
  if (reason !== 'complete') faults.push(`the source ended early: ${reason}`);
  const lateMs = (lateUs?.p99 ?? 0) / 1e3;
  if (lateMs > MAX_LATE_MS) faults.push(`the source was late by ${lateMs.toFixed(1)} ms (p99)`);
  return faults;
}

function viewerFaults({ session, loopLagUs }: ReceivedRecord, sent: SentRecord): string[] {
  const faults: string[] = [];
  if (session.corrupt > 0) faults.push(`${session.corrupt} frames came with another content`);
  if (session.endUs < (sent.frames.captureUs.at(-1) as number)) {
    if (session.endReason === 'signal' || session.endReason === 'duration') {
      faults.push('the viewer was stopped before the source had ended');
    }
  }
  const lagMs = loopLagUs.p99 / 1e3;
  if (lagMs > MAX_LATE_MS) faults.push(`the viewer's process was late by ${lagMs.toFixed(1)} ms (p99)`);
  return faults;
}
