/** Frame delays without a player: nothing to tune, so they gate. bench.md, section 2. */
import { percentiles } from '@longhaul/cli';
import { type FrameColumns, type RunRecord, rows, type Session } from '../records/index.js';
import type { Ratio } from '../statistics/index.js';

/** Delays, ms, of some frames. */
export interface Delays {
  readonly frames: number;
  /** Frames that never came. They rank behind all others, with the length of the run as their delay. */
  readonly missing: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What counts as late, by name. */
export const DEADLINES = ['owd+100', 'owd+200', 'owd+500', 'owd+rtt+150'] as const;
/** Its name. */
export type Deadline = (typeof DEADLINES)[number];

/** Everything about delay in one run. */
export interface DelayMetrics extends Delays {
  readonly video: Delays | undefined;
  readonly audio: Delays | undefined;
  /** Frames later than a deadline, those that never came among them, over all. */
  readonly late: Readonly<Record<Deadline, Ratio>>;
  readonly w3cFreeze: Freezes;
}

/** Gaps between arriving pictures. */
export interface Freezes {
  readonly count: number;
  readonly frozenMs: number;
  /** All gaps together. */
  readonly spanMs: number;
}

/** The deadlines of a link, ms. */
export function deadlinesMs({ oneWayMs, rttMs }: RunRecord['link']): Record<Deadline, number> {
  return {
    'owd+100': oneWayMs + 100,
    'owd+200': oneWayMs + 200,
    'owd+500': oneWayMs + 500,
    'owd+rtt+150': oneWayMs + rttMs + 150,
  };
}

/** Which frames count. */
export interface Counted {
  readonly track?: 'video' | 'audio';
  /** Due so long after the connect call or later; default 0. What is older is as old as the viewer's timing has it. */
  readonly fromMs?: number;
}

/** Delays of the frames that count, ms, in the order of sending; `Infinity` for one that never came. */
export function delaysMs(
  frames: FrameColumns,
  { connectStartUs }: Pick<Session, 'connectStartUs'>,
  { track, fromMs = 0 }: Counted = {},
): number[] {
  const fromUs = connectStartUs + fromMs * 1e3;
  const delays: number[] = [];
  for (const frame of rows(frames)) {
    if (frame.captureUs < fromUs || (track !== undefined && frame.track !== track)) continue;
    const { arrivalUs, captureUs } = frame;
    delays.push(arrivalUs === undefined ? Number.POSITIVE_INFINITY : (arrivalUs - captureUs) / 1e3);
  }
  return delays;
}

/** The metrics of the frames due `fromMs` after the connect call or later; undefined when the record has none. */
export function delayMetrics(
  { run, link, session, frames }: RunRecord,
  { fromMs }: { readonly fromMs: number },
): DelayMetrics | undefined {
  if (session === undefined || frames === undefined) return undefined;
  const all = delaysMs(frames, session, { fromMs });
  const lengthMs = run.durationS * 1e3;
  const summary = summarize(all, lengthMs);
  if (summary === undefined) return undefined;
  const deadlines = deadlinesMs(link);
  const late = (deadline: Deadline): Ratio => ({
    numerator: all.filter((delay) => delay > deadlines[deadline]).length,
    denominator: all.length,
  });
  return {
    ...summary,
    video: summarize(delaysMs(frames, session, { fromMs, track: 'video' }), lengthMs),
    audio: summarize(delaysMs(frames, session, { fromMs, track: 'audio' }), lengthMs),
    late: {
      'owd+100': late('owd+100'),
      'owd+200': late('owd+200'),
      'owd+500': late('owd+500'),
      'owd+rtt+150': late('owd+rtt+150'),
    },
    w3cFreeze: freezes(frames, session.connectStartUs + fromMs * 1e3),
  };
}

/**
 * A gap is a freeze when it is at least three times the mean of the last 30, and at least 150 ms more (W3C
 * webrtc-stats, freezeCount). The time from the last arrival to the last capture is a gap, too; without any
 * arrival it is all the time since `fromUs`. Gaps that end before `fromUs` do not count.
 */
export function freezes(frames: FrameColumns, fromUs = Number.NEGATIVE_INFINITY): Freezes {
  const arrivals: number[] = [];
  let [firstCaptureMs, lastCaptureMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { track, arrivalUs, captureUs } of rows(frames)) {
    lastCaptureMs = Math.max(lastCaptureMs, captureUs / 1e3);
    if (track !== 'video') continue;
    firstCaptureMs = Math.min(firstCaptureMs, captureUs / 1e3);
    if (arrivalUs !== undefined) arrivals.push(arrivalUs / 1e3);
  }
  arrivals.sort((one, other) => one - other);
  const last = arrivals.at(-1);
  if (last === undefined) return neverMoved(lastCaptureMs - Math.max(firstCaptureMs, fromUs / 1e3));
  if (lastCaptureMs > last) arrivals.push(lastCaptureMs);
  let [count, frozenMs, spanMs] = [0, 0, 0];
  const recent: number[] = [];
  for (let at = 1; at < arrivals.length; at++) {
    const endMs = arrivals[at] as number;
    const gapMs = endMs - (arrivals[at - 1] as number);
    const counts = endMs * 1e3 >= fromUs;
    if (counts) spanMs += gapMs;
    const mean = recent.reduce((sum, each) => sum + each, 0) / Math.max(1, recent.length);
    if (counts && gapMs >= Math.max(3 * mean, mean + FREEZE_MS)) {
      count++;
      frozenMs += gapMs;
    }
    recent.push(gapMs);
    if (recent.length > FREEZE_FRAMES) recent.shift();
  }
  return { count, frozenMs, spanMs };
}

/** Of who got no picture in so long; without time or without pictures there was nothing to see. */
function neverMoved(spanMs: number): Freezes {
  return spanMs > 0 ? { count: 1, frozenMs: spanMs, spanMs } : { count: 0, frozenMs: 0, spanMs: 0 };
}

function summarize(delays: readonly number[], lengthMs: number): Delays | undefined {
  const summary = percentiles(delays);
  if (summary === undefined) return undefined;
  const censored = (delay: number) => (Number.isFinite(delay) ? delay : lengthMs);
  return {
    frames: delays.length,
    missing: delays.filter((delay) => !Number.isFinite(delay)).length,
    p50Ms: censored(summary.p50),
    p95Ms: censored(summary.p95),
    p99Ms: censored(summary.p99),
    maxMs: censored(summary.max),
  };
}

const FREEZE_MS = 150;
const FREEZE_FRAMES = 30;
