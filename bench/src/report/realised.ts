/** What the links truly were, by the emulator's audit of every valid run beside what was configured. */
import type { RunRecord } from '../records/index.js';
import type { RealisedLink } from './model.js';

/** The audit of one run, as far as it tells; the media direction. */
export interface RealisedRun {
  readonly pingMs: number | undefined;
  readonly packets: number;
  readonly lost: number;
  readonly queueDrops: number;
  /** Packets that the host dropped by itself. */
  readonly hostDrops: number;
  /** Of the chain of loss: share of bad milliseconds (or packets) that the seed held ready. */
  readonly chainShare: number | undefined;
  readonly chainBurst: number | undefined;
  readonly configuredShare: number | undefined;
  /** Of both directions, ms. */
  readonly lateP99Ms: number;
  readonly lateMaxMs: number;
}

/** What a record's audit says; undefined when it says nothing. Results may come from elsewhere, so nothing is believed. */
export function ofRecord({ audit }: RunRecord): RealisedRun | undefined {
  const forward = at(audit, 'forward');
  const packets = numberAt(forward, 'pushed');
  if (packets === undefined) return undefined;
  const loss = at(forward, 'loss');
  const lateness = ['forward', 'reverse'].map((direction) => at(at(audit, direction), 'lateness'));
  const latest = (key: string) => Math.max(0, ...lateness.map((each) => numberAt(each, key) ?? 0)) / 1000;
  const hostDrops = at(audit, 'hostDrops');
  return {
    pingMs: numberAt(at(at(audit, 'rttMs'), 'measured'), 'meanMs'),
    packets,
    lost: numberAt(at(forward, 'drops'), 'loss') ?? 0,
    queueDrops: numberAt(at(forward, 'drops'), 'queue') ?? 0,
    hostDrops: ['socket', 'send', 'device'].reduce((sum, key) => sum + (numberAt(hostDrops, key) ?? 0), 0),
    chainShare: numberAt(at(loss, 'chain'), 'value'),
    chainBurst: numberAt(at(loss, 'chainBurst'), 'value'),
    configuredShare: numberAt(loss, 'configuredShare'),
    lateP99Ms: latest('p99'),
    lateMaxMs: latest('max'),
  };
}

/** The runs of one profile together: sums of packets, means of the rest, the worst lateness. */
export function together(profile: string, runs: readonly RealisedRun[]): RealisedLink {
  const sum = (pick: (run: RealisedRun) => number) => runs.reduce((total, run) => total + pick(run), 0);
  const most = (pick: (run: RealisedRun) => number) => runs.reduce((top, run) => Math.max(top, pick(run)), 0);
  return {
    profile,
    runs: runs.length,
    pingMs: meanOf(runs, ({ pingMs }) => pingMs),
    configuredShare: meanOf(runs, ({ configuredShare }) => configuredShare),
    chainShare: meanOf(runs, ({ chainShare }) => chainShare),
    chainBurst: meanOf(runs, ({ chainBurst }) => chainBurst),
    packets: sum(({ packets }) => packets),
    lost: sum(({ lost }) => lost),
    queueDrops: sum(({ queueDrops }) => queueDrops),
    hostDrops: sum(({ hostDrops }) => hostDrops),
    lateP99Ms: most(({ lateP99Ms }) => lateP99Ms),
    lateMaxMs: most(({ lateMaxMs }) => lateMaxMs),
  };
}

/** Of the runs that tell; null when none does, as JSON has it. */
function meanOf(runs: readonly RealisedRun[], pick: (run: RealisedRun) => number | undefined): number | null {
  const told = runs.flatMap((run) => pick(run) ?? []);
  return told.length === 0 ? null : told.reduce((sum, value) => sum + value, 0) / told.length;
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function numberAt(value: unknown, key: string): number | undefined {
  const found = at(value, key);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}
