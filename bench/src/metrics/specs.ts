/** The metrics that arms are compared by: one list for sentences, tables, plots and the gate. */
import * as Player from '../player/index.js';
import { type Margin, pooled, type Sample } from '../statistics/index.js';
import { DEADLINES } from './delay.js';
import type { RunMetrics } from './metrics.js';
import { HEADLINE_MS, type PlayerMetrics, THRESHOLDS_MS, type Threshold } from './viewing.js';

/** One metric. */
export interface MetricSpec {
  /** `delay.p95Ms`, `p500.stallTimeRatio` ... Without a threshold in it, stalls count from 200 ms on. */
  readonly key: string;
  readonly label: string;
  readonly unit: 'ms' | 'share' | 'per 100 s' | 'cores';
  readonly better: 'lower' | 'higher';
  /** Differences up to this are of no practical interest. */
  readonly margin: Margin;
  /** The value of one run; undefined when the run does not tell. */
  readonly of: (run: RunMetrics) => Sample | undefined;
}

/** The metric of this key. Throws RangeError when there is none. */
export function metric(key: string): MetricSpec {
  const found = METRICS.find((each) => each.key === key);
  if (found === undefined)
    throw new RangeError(`no metric "${key}": write one of ${METRICS.map((each) => each.key).join(', ')}`);
  return found;
}

/** Over several runs: ratio of sums for ratios, mean for the rest, sessions that never started included; undefined when no run tells. */
export function pool(runs: readonly RunMetrics[], { of }: Pick<MetricSpec, 'of'>): number | undefined {
  const samples = runs.flatMap((run) => of(run) ?? []);
  return samples.length === 0 ? undefined : pooled(samples);
}

function time(key: string, label: string, absolute: number, of: MetricSpec['of']): MetricSpec {
  return { key, label, unit: 'ms', better: 'lower', margin: { absolute, relative: 0.05 }, of };
}

function share(key: string, label: string, absolute: number, of: MetricSpec['of']): MetricSpec {
  return { key, label, unit: 'share', better: 'lower', margin: { absolute, relative: 0 }, of };
}

/** A player's value of a run. */
type OnPlayer = (of: (player: PlayerMetrics) => Sample | undefined) => MetricSpec['of'];

function ofPlayer(name: Player.PlayerName): MetricSpec[] {
  const on: OnPlayer = (of) => (run) => run.players && of(run.players[name]);
  return [...stalling(name, on), ...opening(name, on)];
}

function stalling(name: string, on: OnPlayer): MetricSpec[] {
  const others = THRESHOLDS_MS.filter((threshold) => threshold !== HEADLINE_MS);
  const all = on(({ stalled }) => stalled[HEADLINE_MS].windows);
  const any = on(({ stalled }) => (stalled[HEADLINE_MS].count > 0 ? 1 : 0));
  const perHundred = on(({ stalled, watchMs }) => ({
    numerator: stalled[HEADLINE_MS].count,
    denominator: watchMs / 100_000,
  }));
  return [
    share(`${name}.stallTimeRatio`, 'stall time', 0.005, on(stallTime(HEADLINE_MS))),
    ...others.map((threshold) => {
      const label = `stall time, stalls from ${threshold} ms`;
      return share(`${name}.stallTimeRatio.${threshold}`, label, 0.005, on(stallTime(threshold)));
    }),
    share(`${name}.stallRateWindow`, '5 s windows with a stall', 0.01, all),
    share(`${name}.stallSessionRate`, 'sessions with a stall', 0.02, any),
    {
      key: `${name}.stallsPer100s`,
      label: 'stalls per 100 s',
      unit: 'per 100 s',
      better: 'lower',
      margin: { absolute: 0.5, relative: 0 },
      of: perHundred,
    },
    share(
      `${name}.skipped`,
      'media skipped',
      0.005,
      on(({ skipped }) => skipped),
    ),
  ];
}

function opening(name: string, on: OnPlayer): MetricSpec[] {
  const one = (is: (player: PlayerMetrics) => boolean) => on((player) => (is(player) ? 1 : 0));
  const instant = one(({ started, startMs }) => started && startMs <= INSTANT_MS);
  const slow = one(({ started, startMs }) => !started || startMs >= SLOW_MS);
  const never = one(({ started }) => !started);
  return [
    time(
      `${name}.startMs`,
      'start',
      20,
      on(({ startMs }) => startMs),
    ),
    { ...share(`${name}.instantOpen`, 'start within 1 s', 0.02, instant), better: 'higher' },
    share(`${name}.slowOpen`, 'start after 3 s or never', 0.02, slow),
    share(`${name}.neverStarted`, 'never started', 0.02, never),
    time(
      `${name}.latencyMs`,
      'mean latency',
      20,
      on(({ latencyMs }) => latencyMs),
    ),
  ];
}

function stallTime(threshold: Threshold): (player: PlayerMetrics) => Sample {
  return ({ stalled, watchMs }) => ({ numerator: stalled[threshold].stallMs, denominator: watchMs });
}

/** All of them. */
export const METRICS: readonly MetricSpec[] = [
  time('connectMs', 'connect', 5, ({ connectMs }) => connectMs),
  time('ttfbMs', 'first media byte', 10, ({ ttfbMs }) => ttfbMs),
  time('ttffMs', 'first key frame', 10, ({ ttffMs }) => ttffMs),
  time('delay.p50Ms', 'frame delay p50', 5, ({ delay }) => delay?.p50Ms),
  time('delay.p95Ms', 'frame delay p95', 10, ({ delay }) => delay?.p95Ms),
  time('delay.p99Ms', 'frame delay p99', 20, ({ delay }) => delay?.p99Ms),
  time('delay.maxMs', 'frame delay max', 50, ({ delay }) => delay?.maxMs),
  ...DEADLINES.map((deadline) =>
    share(
      `delay.late.${deadline}`,
      `frames later than ${deadline} ms`,
      0.005,
      ({ delay }) => delay?.late[deadline],
    ),
  ),
  share(
    'delay.missing',
    'frames that never came',
    0.005,
    ({ delay }) => delay && { numerator: delay.missing, denominator: delay.frames },
  ),
  share(
    'delay.w3cFreeze',
    'frozen by arrival gaps (W3C)',
    0.005,
    ({ delay }) => delay && { numerator: delay.w3cFreeze.frozenMs, denominator: delay.w3cFreeze.spanMs },
  ),
  ...Player.PLAYERS.flatMap(ofPlayer),
  {
    key: 'cpuShare',
    label: 'processor',
    unit: 'cores',
    better: 'lower',
    margin: { absolute: 0.02, relative: 0.05 },
    of: ({ cpuShare }) => cpuShare,
  },
];

/** instant_open and slow_open: Aliyun Live's bounds. */
const INSTANT_MS = 1_000;
const SLOW_MS = 3_000;
