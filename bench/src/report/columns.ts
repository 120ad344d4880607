/** The metrics of a report: those of `Metrics.METRICS`, and what only a whole record tells. */

import { median } from 'simple-statistics';
import * as Metrics from '../metrics/index.js';
import type { RunRecord, Series } from '../records/index.js';
import { runValue, type Sample } from '../statistics/index.js';
import * as Costs from './costs.js';
import * as Flow from './flow.js';
import * as Joins from './joins.js';

/** A metric as it is computed and shown. */
export interface MetricColumn {
  /** Its key: `delay.p95Ms`. */
  readonly metric: string;
  readonly label: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly margin: Metrics.Margin;
  readonly of: (metrics: Metrics.RunMetrics, record: RunRecord) => Sample | undefined;
}

/** All of them, in the order of summary.json. */
export const COLUMNS: readonly MetricColumn[] = [
  ...Metrics.METRICS.map(({ key, ...rest }) => ({ metric: key, ...rest })),
  {
    metric: 'wireOverhead',
    label: 'bytes on the wire per byte of media',
    unit: '',
    better: 'lower',
    margin: { absolute: 0.01, relative: 0 },
    of: (_, record) => Costs.wire(record),
  },
  {
    metric: 'firstByteBackMs',
    label: 'first byte back',
    unit: 'ms',
    better: 'lower',
    margin: { absolute: 5, relative: 0.05 },
    of: ({ lengthMs }, { series }) => firstByteBackMs(series, lengthMs),
  },
  {
    metric: 'keyFrameMs',
    label: 'dial to first key frame',
    unit: 'ms',
    better: 'lower',
    margin: { absolute: 5, relative: 0.05 },
    of: ({ lengthMs }, { series }) => Joins.keyFrameMs(series, lengthMs),
  },
  {
    metric: 'transmissionMs',
    label: 'bytes of a key frame at the rate of the link',
    unit: 'ms',
    better: 'lower',
    margin: { absolute: 5, relative: 0.05 },
    of: (_, { settings }) => Joins.transmissionMs(settings),
  },
  {
    metric: 'goodputMbps',
    label: 'goodput of a saturating flow, second half of the run',
    unit: 'Mbit/s',
    better: 'higher',
    margin: { absolute: 0.1, relative: 0.05 },
    of: (_, record) => Flow.goodputMbps(record),
  },
  {
    metric: 'queueKb',
    label: 'mean queue of the link under it, same time',
    unit: 'kB',
    better: 'lower',
    margin: { absolute: 10, relative: 0.05 },
    of: (_, record) => Flow.queueKb(record),
  },
];

/** The metrics of the tables of verdicts and of the terminal. */
export const HEADLINE: readonly string[] = [
  'p500.stallTimeRatio',
  'p500.skipped',
  'steady.late.owd+200',
  'steady.p50Ms',
  'steady.p95Ms',
  'ttffMs',
];

/** The metrics that arms are compared by, those of the headline first. */
export const COMPARED: readonly MetricColumn[] = [
  ...HEADLINE,
  'connectMs',
  'ttfbMs',
  'steady.p99Ms',
  'steady.late.owd+100',
  'steady.late.owd+500',
  'steady.missing',
  'steady.w3cFreeze',
  'delay.late.owd+200',
  'delay.p50Ms',
  'delay.p95Ms',
  'delay.p99Ms',
  'delay.missing',
  'p300.stallTimeRatio',
  'p1000.stallTimeRatio',
  'p3000.stallTimeRatio',
  'p500.stallRateWindow',
  'p500.stallsPer100s',
  'p500.startMs',
  'wireOverhead',
  'cpuShare',
  'firstByteBackMs',
  'keyFrameMs',
  'goodputMbps',
  'queueKb',
].map(columnOf);

/** The metric of this key. Throws RangeError when there is none. */
export function columnOf(key: string): MetricColumn {
  const found = COLUMNS.find(({ metric }) => metric === key);
  if (found === undefined) throw new RangeError(`no metric ${key}`);
  return found;
}

/** What stands above a column of a table. */
export function headOf({ metric, label }: Pick<MetricColumn, 'metric' | 'label'>): string {
  return HEADS[metric] ?? label;
}

/** Heads that there is room for. */
const HEADS: Readonly<Record<string, string>> = {
  'p500.stallTimeRatio': 'stalled',
  'p500.skipped': 'skipped',
  'steady.late.owd+200': 'late(200)',
  'steady.p50Ms': 'delay p50',
  'steady.p95Ms': 'delay p95',
  ttffMs: 'first key',
};

/** The value of one run in one metric; undefined when the run does not tell. */
export function valueIn(samples: ReadonlyMap<string, Sample>, key: string): number | undefined {
  const sample = samples.get(key);
  return sample === undefined ? undefined : runValue(sample);
}

/** The median attempt of a run of handshakes; a byte that never came back counts with the length of the run. */
function firstByteBackMs(series: readonly Series[], lengthMs: number): number | undefined {
  const attempts = series.find(({ name }) => name === 'connects')?.columns.firstByteUs;
  // A kind of handshake without an echo has none at all.
  if (attempts === undefined || attempts.every((us) => us === null)) return undefined;
  return median(attempts.map((us) => (us === null ? lengthMs : us / 1000)));
}
