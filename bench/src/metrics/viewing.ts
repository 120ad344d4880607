/** What one model player's report means: bench.md, section 2. */
import type { PlayerOptions, PlayerReport, Stall } from '../player/index.js';
import type { Ratio } from '../statistics/index.js';

/** Stalls shorter than this are not counted, ms. */
export const THRESHOLDS_MS = [0, 100, 200, 500] as const;
/** Theta. */
export type Threshold = (typeof THRESHOLDS_MS)[number];
/** The one that is quoted. */
export const HEADLINE_MS: Threshold = 200;
/** W of stall_rate_window, ms. */
export const WINDOW_MS = 5_000;

/** A start that takes longer is part of what is steady. */
export const SETTLED_MS = 3_000;

/** Stalls of at least some length. A session that never started is one stall from end to end. */
export interface Stalled {
  readonly count: number;
  readonly stallMs: number;
  /** Windows with a stall in them, of all since the start of play. */
  readonly windows: Ratio;
}

/** One player over one run. */
export interface PlayerMetrics {
  /** How it buffers. */
  readonly options: PlayerOptions;
  readonly started: boolean;
  /** From the connect call; the length of the session when it never started. */
  readonly startMs: number;
  /** Since the start of play: play and stalls. The whole session when it never started. */
  readonly watchMs: number;
  readonly playMs: number;
  readonly stalled: Readonly<Record<Threshold, Stalled>>;
  /** Media that was due and not shown, over media shown or not. All of it when the session never started. */
  readonly skipped: Ratio;
  readonly skips: PlayerReport['skips'];
  /** Time stalled and media skipped, over the time since the start of play and the media skipped: a skip is a stall here. */
  readonly disturbed: Ratio;
  /** The same from `SETTLED_MS` after the connect call on; whoever has not started by then waits, which is a stall. */
  readonly steadyDisturbed: Ratio;
  readonly discardedFrames: number;
  /** Mean from capture to showing; undefined when nothing was shown. */
  readonly latencyMs: number | undefined;
}

/** The metrics of a report. */
export function viewing(report: PlayerReport): PlayerMetrics {
  const { options, startMs, sessionMs, playMs, skips, discardedFrames, latencyMs } = report;
  const watchMs = startMs === undefined ? sessionMs : sessionMs - startMs;
  const stalls = startMs === undefined ? [{ atMs: 0, durationMs: sessionMs }] : report.stalls;
  const stalled = (thresholdMs: Threshold) =>
    stalledFrom(stalls, { thresholdMs, fromMs: startMs ?? 0, watchMs });
  const skippedMs = startMs === undefined ? sessionMs : skips.catchUp.mediaMs + skips.missing.mediaMs;
  return {
    options,
    started: startMs !== undefined,
    startMs: startMs ?? sessionMs,
    watchMs,
    playMs,
    stalled: { 0: stalled(0), 100: stalled(100), 200: stalled(200), 500: stalled(500) },
    skipped: { numerator: skippedMs, denominator: skippedMs + playMs },
    skips,
    disturbed: disturbedFrom(report, startMs ?? 0),
    steadyDisturbed: disturbedFrom(report, SETTLED_MS),
    discardedFrames,
    latencyMs,
  };
}

/** Stalls count with what of them lies after `fromMs`, skips when they happen after it. */
function disturbedFrom(report: PlayerReport, fromMs: number): Ratio {
  const { sessionMs, startMs = sessionMs } = report;
  const waits = [
    { atMs: 0, durationMs: startMs },
    ...report.stalls.filter(({ durationMs }) => durationMs >= HEADLINE_MS),
  ];
  const waitedMs = waits.reduce(
    (sum, { atMs, durationMs }) => sum + Math.max(0, atMs + durationMs - Math.max(atMs, fromMs)),
    0,
  );
  const skippedMs = report.jumps.reduce((sum, { atMs, mediaMs }) => sum + (atMs < fromMs ? 0 : mediaMs), 0);
  return { numerator: waitedMs + skippedMs, denominator: Math.max(0, sessionMs - fromMs) + skippedMs };
}

function stalledFrom(
  all: readonly Stall[],
  { thresholdMs, fromMs, watchMs }: { thresholdMs: Threshold; fromMs: number; watchMs: number },
): Stalled {
  const stalls = all.filter(({ durationMs }) => durationMs > 0 && durationMs >= thresholdMs);
  const windows = Math.ceil(watchMs / WINDOW_MS);
  const hit = new Set<number>();
  for (const { atMs, durationMs } of stalls) {
    const first = Math.floor((atMs - fromMs) / WINDOW_MS);
    for (let window = first; window * WINDOW_MS < atMs - fromMs + durationMs; window++) hit.add(window);
  }
  return {
    count: stalls.length,
    stallMs: stalls.reduce((sum, { durationMs }) => sum + durationMs, 0),
    windows: { numerator: Math.min(hit.size, windows), denominator: windows },
  };
}
