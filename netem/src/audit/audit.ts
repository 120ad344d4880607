/** Whether the host let the link be what its profile says: a measurement over a disturbed link is worth nothing. */
import type { PingResult } from '../link/ping.js';
import type { Backend } from '../probe.js';
import { DIRECTIONS, type Direction, type Path, type ResolvedProfile } from '../profile/profile.js';
import { auditLoss, type LossAudit, lossFaults } from './loss.js';
import { auditRate, type RateAudit, rateFaults } from './rate.js';
import type { DirectionReport, Drops, RouterReport } from './report.js';

/** Later than due, µs, with the limits that it is held to. */
export interface LatenessAudit {
  readonly packets: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** 1 ms or 2 % of the one-way delay, whichever is more. */
  readonly limitP99: number;
  /** 20 ms. */
  readonly limitMax: number;
}

/** One direction. */
export interface DirectionAudit {
  readonly pushed: number;
  readonly pushedBytes: number;
  readonly delivered: number;
  readonly deliveredBytes: number;
  readonly drops: Drops;
  readonly queuePeakBytes: number;
  readonly lateness: LatenessAudit;
  readonly loss: LossAudit;
  readonly rate: RateAudit;
}

/** Samples of one direction over time since `start()`. */
export interface DirectionSeries {
  readonly timeMs: readonly number[];
  readonly queueBytes: readonly number[];
  /** Since time zero, cumulative. */
  readonly deliveredBytes: readonly number[];
}

/** Whether a measurement over the link may be used. `unjudged`: this backend does not say how late it was. */
export type Verdict =
  | { readonly state: 'valid' }
  | { readonly state: 'invalid'; readonly reasons: string[] }
  | { readonly state: 'unjudged'; readonly reason: string };

/** The whole. */
export interface LinkAudit {
  readonly backend: Backend;
  /** Since `start()`; 0 before it. */
  readonly durationMs: number;
  readonly verdict: Verdict;
  readonly realTime: unknown;
  /** What the host lost on its own account, packets: all must be 0. */
  readonly hostDrops: { readonly socket: number; readonly send: number; readonly device: number };
  /** Round trip before `start()`, ms; without `measured` where there is no ping. */
  readonly rttMs: { readonly configured: number; readonly measured?: PingResult; readonly tolerance: number };
  readonly forward?: DirectionAudit;
  readonly reverse?: DirectionAudit;
  readonly series: { readonly [direction in Direction]?: DirectionSeries };
}

/** Judges a report of the router. */
export function auditLink(input: {
  readonly profile: ResolvedProfile;
  readonly report: RouterReport;
  readonly ready: Readonly<Record<string, unknown>>;
  readonly ping: PingResult | undefined;
}): LinkAudit {
  const { profile, report, ping } = input;
  const audits: { [direction in Direction]?: DirectionAudit } = {};
  const series: { [direction in Direction]?: DirectionSeries } = {};
  for (const direction of DIRECTIONS) {
    const each = report[direction];
    if (each === undefined) continue;
    audits[direction] = auditDirection(profile[direction], each);
    series[direction] = seriesOf(each);
  }
  const hostDrops = hostDropsOf(report);
  const rttMs = {
    configured: profile.rttMs,
    ...(ping === undefined ? {} : { measured: ping }),
    tolerance: RTT_TOLERANCE_MS,
  };
  const reasons = [
    ...DIRECTIONS.flatMap((direction) => directionFaults(direction, audits[direction])),
    ...dropFaults(hostDrops),
    ...rttFaults(rttMs),
  ];
  return {
    backend: 'router',
    durationMs: report.elapsedNs / 1e6,
    verdict: reasons.length === 0 ? { state: 'valid' } : { state: 'invalid', reasons },
    realTime: input.ready.realTime,
    hostDrops,
    rttMs,
    ...audits,
    series,
  };
}

function auditDirection(path: Path, report: DirectionReport): DirectionAudit {
  const { pushed, pushedBytes, delivered, deliveredBytes, drops, queuePeakBytes, lateness } = report;
  return {
    pushed,
    pushedBytes,
    delivered,
    deliveredBytes,
    drops,
    queuePeakBytes,
    lateness: {
      packets: lateness.packets,
      p50: lateness.p50Ns / 1e3,
      p99: lateness.p99Ns / 1e3,
      p999: lateness.p999Ns / 1e3,
      max: lateness.maxNs / 1e3,
      limitP99: Math.max(LEAST_P99_US, path.oneWayMs * 1e3 * P99_SHARE),
      limitMax: MAX_US,
    },
    loss: auditLoss(path.loss, report),
    rate: auditRate(path, report),
  };
}

function seriesOf({ series }: DirectionReport): DirectionSeries {
  return {
    timeMs: series.timeNs.map((ns) => ns / 1e6),
    queueBytes: series.queueBytes,
    deliveredBytes: series.deliveredBytes,
  };
}

function hostDropsOf(report: RouterReport): LinkAudit['hostDrops'] {
  const sum = (pick: (each: DirectionReport) => number) =>
    DIRECTIONS.reduce((total, direction) => {
      const each = report[direction];
      return each === undefined ? total : total + pick(each);
    }, 0);
  return {
    socket: sum((each) => each.socketDrops),
    send: sum((each) => each.sendErrors),
    device: report.deviceDrops ?? 0,
  };
}

function directionFaults(direction: Direction, audit: DirectionAudit | undefined): string[] {
  if (audit === undefined) return [];
  const { lateness, loss, rate } = audit;
  const faults: string[] = [];
  if (lateness.packets >= LEAST_PACKETS && lateness.p99 > lateness.limitP99)
    faults.push(
      `${direction}: 1 % of packets were later than ${ms(lateness.p99)} (limit ${ms(lateness.limitP99)})`,
    );
  if (lateness.max > lateness.limitMax)
    faults.push(`${direction}: a packet was ${ms(lateness.max)} late (limit ${ms(lateness.limitMax)})`);
  return [...faults, ...lossFaults(direction, loss), ...rateFaults(direction, rate)];
}

function dropFaults(drops: LinkAudit['hostDrops']): string[] {
  return Object.entries(drops).flatMap(([where, count]) =>
    count > 0 ? [`the host dropped ${count} packets (${where})`] : [],
  );
}

function rttFaults({ configured, measured, tolerance }: LinkAudit['rttMs']): string[] {
  if (measured === undefined) return [];
  const off = measured.minMs - configured;
  return off >= -EARLY_MS && off <= tolerance
    ? []
    : [`ping took ${measured.minMs} ms at least, the profile says ${configured} ms`];
}

const ms = (us: number) => `${(us / 1000).toFixed(2)} ms`;

/** bench: lateness p99 at most 1 ms or 2 % of the one-way delay, at most 20 ms ever. */
const LEAST_P99_US = 1_000;
const P99_SHARE = 0.02;
const MAX_US = 20_000;
/** With fewer, the 99th percentile is the maximum, which has its own limit. */
const LEAST_PACKETS = 100;
const RTT_TOLERANCE_MS = 1;
/** Rounding of ping's output. */
const EARLY_MS = 0.1;
