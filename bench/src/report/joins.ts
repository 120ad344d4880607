/** What runs of the scenario `join` tell: a subscriber dials and waits for its first key frame. */
import { median } from 'simple-statistics';
import type { RunRecord, Series } from '../records/index.js';

/** The median over the attempts; one that never had its key frame counts with the length of the run. */
export function keyFrameMs(series: readonly Series[], lengthMs: number): number | undefined {
  const attempts = series.find(({ name }) => name === 'joins')?.columns.keyFrameUs;
  if (attempts === undefined || attempts.length === 0) return undefined;
  return median(attempts.map((us) => (us === null ? lengthMs : us / 1000)));
}

/** What the key frame's bytes take at the rate of the link alone. */
export function transmissionMs({ arm }: RunRecord['settings']): number | undefined {
  const ms = (arm as { transmissionMs?: unknown } | undefined)?.transmissionMs;
  return typeof ms === 'number' ? ms : undefined;
}
