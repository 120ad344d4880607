/** Loss configured against loss met. */
import { gilbertChain } from '../link/router-config.js';
import type { Loss } from '../profile/profile.js';
import type { DirectionReport } from './report.js';

/** A share and the band that it lies in unless something is broken. */
export interface Banded {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Loss of one direction. */
export interface LossAudit {
  readonly configuredShare: number;
  /** Packets lost of those that reached the loss stage. */
  readonly realisedShare: number;
  readonly packets: number;
  readonly lost: number;
  /** Mean run of packets lost one after the other; 0 without a loss. */
  readonly burstPackets: number;
  /** What the bands are about: milliseconds for a time-driven chain, packets for one that steps with them. */
  readonly unit: 'ms' | 'packets';
  /** Bad units met, as a share. Absent without a loss model. */
  readonly met?: Banded;
  /** Bad units that the seed held ready, met or not. */
  readonly chain?: Banded;
  /** Mean burst of the chain, units; absent with fewer than 20 bursts. */
  readonly chainBurst?: Banded;
}

/**
 * Compares. The bands are five standard deviations of a Gilbert chain's mean (its draws depend on each other, so they are
 * wider than binomial ones by (1 + λ) / (1 - λ), λ = 1 - p - r) and two bursts more: a sound link leaves them about once in
 * a million runs.
 */
export function auditLoss(loss: Loss, report: DirectionReport): LossAudit {
  const packets = report.pushed - report.drops.blackhole - report.drops.policer;
  const lost = report.drops.loss;
  const common = {
    realisedShare: packets === 0 ? 0 : lost / packets,
    packets,
    lost,
    burstPackets: report.lossRuns === 0 ? 0 : lost / report.lossRuns,
  };
  if (loss.kind === 'none') return { ...common, configuredShare: 0, unit: 'packets' };
  if (loss.kind === 'list') {
    const due = loss.positions.filter((position) => position < packets).length;
    const exact = packets === 0 ? 0 : due / packets;
    const met = { value: common.realisedShare, low: exact, high: exact };
    return { ...common, configuredShare: exact, unit: 'packets', met };
  }
  const timed = loss.mode === 'time';
  const [units, bad] = timed ? [report.slots, report.lostSlots] : [packets, lost];
  const { chain } = report;
  return {
    ...common,
    configuredShare: loss.share,
    unit: timed ? 'ms' : 'packets',
    ...(units > 0 ? { met: banded(loss, bad, units) } : {}),
    ...(chain && chain.slots > 0 ? { chain: banded(loss, chain.badSlots, chain.slots) } : {}),
    ...(chain && chain.bursts >= LEAST_BURSTS
      ? { chainBurst: bandedBurst(loss.burst, chain.badSlots, chain.bursts) }
      : {}),
  };
}

/** Sentences about what lies outside its band. */
export function lossFaults(direction: string, audit: LossAudit): string[] {
  const checks: [string, Banded | undefined][] = [
    [`${direction}: share of lossy ${audit.unit} met`, audit.met],
    [`${direction}: share of lossy ${audit.unit} of the seed`, audit.chain],
    [`${direction}: mean burst of the seed`, audit.chainBurst],
  ];
  return checks.flatMap(([what, band]) =>
    band === undefined || (band.value >= band.low && band.value <= band.high)
      ? []
      : [`${what} is ${round(band.value)}, outside ${round(band.low)} to ${round(band.high)}`],
  );
}

function banded(loss: Extract<Loss, { kind: 'gilbert' }>, bad: number, units: number): Banded {
  const { toBad, toGood } = gilbertChain(loss);
  const correlation = 1 - toBad - toGood;
  const { share } = loss;
  const variance = ((share * (1 - share)) / units) * ((1 + correlation) / (1 - correlation));
  const reach = DEVIATIONS * Math.sqrt(variance) + (2 * loss.burst) / units;
  return { value: bad / units, low: Math.max(0, share - reach), high: Math.min(1, share + reach) };
}

function bandedBurst(burst: number, bad: number, bursts: number): Banded {
  // A geometric length has variance B (B - 1); the first and the last burst may be cut.
  const reach = DEVIATIONS * Math.sqrt((burst * (burst - 1)) / bursts) + (2 * burst) / bursts;
  return { value: bad / bursts, low: Math.max(1, burst - reach), high: burst + reach };
}

const round = (value: number) => Number(value.toPrecision(3));

const DEVIATIONS = 5;
const LEAST_BURSTS = 20;
