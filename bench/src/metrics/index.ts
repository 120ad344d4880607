/** Metrics of runs, computed from their records. Pure. Import as `Metrics`. */
export type { Margin, Ratio, Sample } from '../statistics/index.js';
export {
  type Counted,
  DEADLINES,
  type Deadline,
  type DelayMetrics,
  type Delays,
  deadlinesMs,
  delaysMs,
  type Freezes,
  freezes,
} from './delay.js';
export { ofRun, type RunMetrics } from './metrics.js';
export { METRICS, type MetricSpec, metric, pool } from './specs.js';
export {
  HEADLINE_MS,
  type PlayerMetrics,
  SETTLED_MS,
  type Stalled,
  THRESHOLDS_MS,
  type Threshold,
  viewing,
  WINDOW_MS,
} from './viewing.js';
