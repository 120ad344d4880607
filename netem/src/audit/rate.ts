/** The bottleneck's rate configured against what came out of it. */
import { capacityBits } from '../profile/capacity.js';
import type { Path } from '../profile/profile.js';
import type { DirectionReport } from './report.js';

/** Rate of one direction, as shares of what the link could have carried over the same times. */
export interface RateAudit {
  /** Seconds in which the queue never ran empty. */
  readonly busySeconds: number;
  /** Carried in them, as a share of the capacity; absent without one. */
  readonly busyShare?: number;
  /** The most carried in any second, as a share of the capacity. */
  readonly peakShare: number;
}

/** Looks at every whole second of the series. */
export function auditRate(path: Path, report: DirectionReport): RateAudit {
  const { timeNs, queueBytes, deliveredBytes } = report.series;
  const changes = path.steps.filter((step) => step.kind === 'oneWay').map((step) => step.atMs);
  let busySeconds = 0;
  let busyBits = 0;
  let busyCapacity = 0;
  let peakShare = 0;
  for (const window of windows(timeNs)) {
    const { from, to } = window;
    const fromMs = (timeNs[from] as number) / 1e6;
    const toMs = (timeNs[to] as number) / 1e6;
    const oneWayMs = oneWayAt(path, fromMs);
    // A window in which the delay changes shows packets of two times at once.
    if (changes.some((atMs) => atMs >= fromMs - 2 * oneWayMs && atMs <= toMs)) continue;
    const departedFrom = fromMs - oneWayMs;
    if (departedFrom < 0) continue;
    const bits = 8 * ((deliveredBytes[to] as number) - (deliveredBytes[from] as number));
    const capacity = capacityBits(path, departedFrom, toMs - oneWayMs);
    if (capacity <= 0) continue;
    peakShare = Math.max(peakShare, bits / (capacity + slackBits(path, capacity)));
    if (!busyThroughout({ timeNs, queueBytes, fromMs: departedFrom, toMs: toMs - oneWayMs })) continue;
    busySeconds += 1;
    busyBits += bits;
    busyCapacity += capacity;
  }
  return { busySeconds, peakShare, ...(busySeconds > 0 ? { busyShare: busyBits / busyCapacity } : {}) };
}

/** Sentences about a rate that is not the configured one. */
export function rateFaults(direction: string, audit: RateAudit): string[] {
  const faults: string[] = [];
  if (audit.peakShare > 1 + TOLERANCE)
    faults.push(`${direction}: ${percent(audit.peakShare)} of the configured rate passed in one second`);
  // Several seconds: the ends of a window are uncertain by a packet and by the jitter.
  if (audit.busySeconds >= LEAST_BUSY && audit.busyShare !== undefined) {
    if (Math.abs(audit.busyShare - 1) > TOLERANCE)
      faults.push(`${direction}: a full queue drained at ${percent(audit.busyShare)} of the configured rate`);
  }
  return faults;
}

function* windows(timeNs: readonly number[]): Generator<{ from: number; to: number }> {
  let from = 0;
  for (let to = 1; to < timeNs.length; to += 1) {
    if ((timeNs[to] as number) - (timeNs[from] as number) < 1e9) continue;
    yield { from, to };
    from = to;
  }
}

function busyThroughout(window: {
  readonly timeNs: readonly number[];
  readonly queueBytes: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
}): boolean {
  let samples = 0;
  for (const [index, ns] of window.timeNs.entries()) {
    if (ns < window.fromMs * 1e6 || ns > window.toMs * 1e6) continue;
    if ((window.queueBytes[index] as number) < BUSY_BYTES) return false;
    samples += 1;
  }
  return samples > 0;
}

function oneWayAt(path: Path, ms: number): number {
  let oneWayMs = path.oneWayMs;
  for (const step of path.steps) if (step.kind === 'oneWay' && step.atMs <= ms) oneWayMs = step.oneWayMs;
  return oneWayMs;
}

/** In-order jitter holds packets back and lets them go together: a second may carry what another one missed. */
function slackBits(path: Path, capacityOfSecond: number): number {
  return PACKET_BITS * 4 + (capacityOfSecond * 6 * path.jitterSigmaMs) / 1000;
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

const TOLERANCE = 0.02;
const LEAST_BUSY = 3;
const PACKET_BITS = 12_000;
/** More than what may leave between two samples of an almost empty queue. */
const BUSY_BYTES = 3_000;
