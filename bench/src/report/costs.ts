/** What a run cost in bytes on the wire. */
import type { RunRecord, Series } from '../records/index.js';
import type { Ratio } from '../statistics/index.js';

/** The burst that a joining viewer gets is behind then: what comes in is what goes out. */
const SETTLE_US = 5e6;
/** Media of the last moment may still be under way at the end. */
const TAIL_US = 1e6;

/**
 * Bytes that entered the link forward, over media payload captured in the same time, from 5 s after the viewer came to
 * 1 s before its last frame. The router samples what the link delivered; what it dropped is added in the proportion of the whole
 * run. Undefined without a link's samples.
 */
export function wire(record: RunRecord): Ratio | undefined {
  const { session, frames } = record;
  const link = record.series.find(({ name }) => name === 'link.forward');
  if (session === undefined || frames === undefined || link === undefined) return undefined;
  const lastUs = frames.captureUs.reduce((last, each) => Math.max(last, each), 0);
  const [fromUs, toUs] = [session.connectStartUs + SETTLE_US, Math.min(session.endUs, lastUs) - TAIL_US];
  if (toUs <= fromUs) return undefined;
  const [before, after] = [countAt(link, fromUs), countAt(link, toUs)];
  let media = 0;
  for (const [at, captureUs] of frames.captureUs.entries()) {
    if (captureUs >= fromUs && captureUs < toUs) media += frames.bytes[at] as number;
  }
  if (before === undefined || after === undefined || media === 0) return undefined;
  return { numerator: (after - before) * droppedFactor(record.audit), denominator: media };
}

/** Bytes delivered up to a time, between samples on a straight line. */
function countAt(link: Series, timeUs: number): number | undefined {
  const counts = link.columns.deliveredBytes;
  if (counts === undefined) return undefined;
  const next = link.timeUs.findIndex((each) => each >= timeUs);
  if (next < 1) return undefined;
  const [t0, t1] = [link.timeUs[next - 1] as number, link.timeUs[next] as number];
  const [c0, c1] = [counts[next - 1], counts[next]];
  if (typeof c0 !== 'number' || typeof c1 !== 'number') return undefined;
  return c0 + ((c1 - c0) * (timeUs - t0)) / (t1 - t0);
}

/** Bytes offered to the link over bytes that it delivered; 1 when the audit does not tell. */
function droppedFactor(audit: unknown): number {
  const forward = (audit as { forward?: Record<string, unknown> } | undefined)?.forward;
  const [pushed, delivered] = [forward?.pushedBytes, forward?.deliveredBytes];
  if (typeof pushed !== 'number' || typeof delivered !== 'number' || delivered <= 0) return 1;
  return Math.max(1, pushed / delivered);
}
