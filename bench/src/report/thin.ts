/** Curves short enough for a page, by stated rules. */
import type { RunRecord, Series } from '../records/index.js';
import type { Trace } from './model.js';

/** Most points of a curve over time. */
export const TRACE_POINTS = 160;
/** Quantiles of a distribution. */
export const CURVE_POINTS = 121;
/** The last of them: 99.9 %. */
const LAST_NINES = 3;

/**
 * Delays in ms as [delay, share of frames within it] at 121 shares, evenly spaced in -log10(1 - share) from 0 to 99.9 %.
 * Frames that never came are `Infinity`: shares that reach into them have no point.
 */
export function distribution(delaysMs: readonly number[]): [number, number][] {
  const sorted = Float64Array.from(delaysMs).sort();
  if (sorted.length === 0) return [];
  const points: [number, number][] = [];
  for (let at = 0; at < CURVE_POINTS; at++) {
    const share = 1 - 10 ** ((-LAST_NINES * at) / (CURVE_POINTS - 1));
    // Nearest rank: a delay that a frame had, none in between.
    const delay = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
    if (!Number.isFinite(delay)) break;
    points.push([round(delay, 1), round(share, 5)]);
  }
  return points;
}

/** The series of a run on one time axis from the link's time zero; undefined when the arm tells nothing of its hop. */
export function trace(record: RunRecord): Trace | undefined {
  const hop = record.series.find(({ name, columns }) => name.startsWith('hop') && 'cwndBytes' in columns);
  const link = record.series.find(({ name }) => name === 'link.forward');
  if (hop === undefined && link === undefined) return undefined;
  const times = [hop, link].flatMap((series) => series?.timeUs ?? []);
  const [fromUs, toUs] = [link?.timeUs[0] ?? least(times), most(times)];
  if (!(toUs > fromUs)) return undefined;
  const buckets = { fromUs, widthUs: (toUs - fromUs) / TRACE_POINTS };
  const of = (series: Series | undefined, column: string, unit: number, pick: Pick = last) =>
    thin(series, column, buckets, pick).map((value) => (value === null ? null : round(value * unit, 2)));
  const { profile, arm, seed } = record.run;
  const viewerUs = record.session?.connectStartUs;
  return {
    profile,
    arm,
    seed,
    ...(viewerUs !== undefined && { viewerS: round((viewerUs - fromUs) / 1e6, 2) }),
    timeS: Array.from({ length: TRACE_POINTS }, (_, at) => round(((at + 0.5) * buckets.widthUs) / 1e6, 2)),
    cwndKb: of(hop, 'cwndBytes', 1e-3),
    rateMbps: of(hop, 'rateBps', 1e-6),
    carriedMbps: rates(link, buckets),
    rttMs: of(hop, 'rttUs', 1e-3),
    // A queue that filled for a moment is what delayed the frames of that moment.
    queueKb: of(link, 'queueBytes', 1e-3, most),
    linkRateMbps: of(link, 'linkBps', 1e-6),
  };
}

type Pick = (values: readonly number[]) => number;

interface Buckets {
  readonly fromUs: number;
  readonly widthUs: number;
}

function thin(series: Series | undefined, column: string, { fromUs, widthUs }: Buckets, pick: Pick) {
  const gathered: number[][] = Array.from({ length: TRACE_POINTS }, () => []);
  const values = series?.columns[column] ?? [];
  for (const [at, value] of values.entries()) {
    if (value === null || value === undefined) continue;
    const bucket = Math.floor(((series?.timeUs[at] as number) - fromUs) / widthUs);
    if (bucket >= 0) gathered[Math.min(bucket, TRACE_POINTS - 1)]?.push(value);
  }
  return gathered.map((some) => (some.length === 0 ? null : pick(some)));
}

/** Mbit/s that the link delivered, from the last count of one bucket to the last of the next that has one. */
function rates(link: Series | undefined, buckets: Buckets): (number | null)[] {
  const counts = thin(link, 'deliveredBytes', buckets, last);
  const times = thin(link && { ...link, columns: { timeUs: link.timeUs } }, 'timeUs', buckets, last);
  let before: { readonly timeUs: number; readonly count: number } | undefined;
  return counts.map((count, at) => {
    const timeUs = times[at];
    if (count === null || timeUs === null || timeUs === undefined) return null;
    const since = before;
    before = { timeUs, count };
    return since === undefined ? null : round(((count - since.count) * 8) / (timeUs - since.timeUs), 3);
  });
}

function last(values: readonly number[]): number {
  return values.at(-1) as number;
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function round(value: number, decimals: number): number {
  const unit = 10 ** decimals;
  return Math.round(value * unit) / unit;
}
