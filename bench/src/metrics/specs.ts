/** The metrics that arms are compared by: one list for sentences, tables, plots and the gate. */
import * as Player from '../player/index.js';
import { type Margin, pooled, type Sample } from '../statistics/index.js';
import { DEADLINES, type Deadline, type DelayMetrics } from './delay.js';
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

function ofDelays(
  name: string,
  when: string,
  delays: (run: RunMetrics) => DelayMetrics | undefined,
): MetricSpec[] {
  const on = (of: (delays: DelayMetrics) => Sample) => (run: RunMetrics) => {
    const found = delays(run);
    return found && of(found);
  };
  const at = (key: 'p50' | 'p95' | 'p99' | 'max', absolute: number) =>
    time(
      `${name}.${key}Ms`,
      `frame delay ${key}${when}`,
      absolute,
      on((each) => each[`${key}Ms`]),
    );
  const late = (deadline: Deadline) =>
    share(
      `${name}.late.${deadline}`,
      `frames later than ${deadline} ms${when}`,
      0.005,
      on((each) => each.late[deadline]),
    );
  const missing = on((each) => ({ numerator: each.missing, denominator: each.frames }));
  const frozen = on(({ w3cFreeze: { frozenMs, spanMs } }) => ({ numerator: frozenMs, denominator: spanMs }));
  return [
    at('p50', 5),
    at('p95', 10),
    at('p99', 20),
    at('max', 50),
    ...DEADLINES.map(late),
    share(`${name}.missing`, `frames that never came${when}`, 0.005, missing),
    share(`${name}.w3cFreeze`, `frozen by arrival gaps (W3C)${when}`, 0.005, frozen),
  ];
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
      `${name}.disturbed`,
      'stalled or skipped',
      0.005,
      on(({ disturbed }) => disturbed),
    ),
    share(
      `${name}.steadyDisturbed`,
      'stalled or skipped after 3 s',
      0.005,
      on(({ steadyDisturbed }) => steadyDisturbed),
    ),
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
      // Who never saw anything is as far behind as the session is long.
      on(({ latencyMs, startMs }) => latencyMs ?? startMs),
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
  ...ofDelays('delay', '', ({ delay }) => delay),
  ...ofDelays('steady', ' after 3 s', ({ steady }) => steady),
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
