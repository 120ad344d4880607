/** Delays in words. */
import { DELAY_PARTS, type DelayPart, type Quantile } from '@longhaul/core';
import type { DelayWay, LinkMinuteFigure } from './figures.js';

/** `95 ms`, `3.2 ms`, `1.4 s`. */
export function time(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** `1.8 %`. */
export function share(part: number, whole: number): string {
  const percent = whole <= 0 ? 0 : (100 * part) / whole;
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** `2.51 Mbit/s`. */
export function rate(bps: number): string {
  return bps < 1e6 ? `${Math.round(bps / 1e3)} kbit/s` : `${(bps / 1e6).toFixed(2)} Mbit/s`;
}

/** What a way's p95 was made of, the largest part first. */
export function sentence(way: Omit<DelayWay, 'sentence'>, link: LinkMinuteFigure | undefined): string {
  const { p50, p95 } = way;
  const parts = sorted(p95).map(([part, partMs]) => {
    const aside = asideOf(part, way, link);
    return `${time(partMs)} ${NAMES[way.direction][part]} (${share(partMs, p95.totalMs)}${aside})`;
  });
  const made = parts.length === 0 ? 'nothing that could be measured' : parts.join(', ');
  return `${subjectOf(way)}: p95 of ${time(p95.totalMs)} (p50 ${time(p50.totalMs)}): ${made}.`;
}

/** The parts that count, the largest first. */
export function sorted({ totalMs, parts }: Quantile): [DelayPart, number][] {
  return DELAY_PARTS.map((part): [DelayPart, number] => [part, parts[part]])
    .filter(([, partMs]) => partMs >= LEAST_MS && partMs >= totalMs * LEAST_SHARE)
    .sort((a, b) => b[1] - a[1]);
}

function subjectOf({ direction, peer, frames }: Pick<DelayWay, 'direction' | 'peer' | 'frames'>): string {
  if (direction === 'published') return `${frames} frames of the publisher`;
  return direction === 'received' ? `${frames} frames from ${peer}` : `${frames} frames to ${peer}`;
}

/** What else is known of a part. */
function asideOf(
  part: DelayPart,
  { direction, recovered, frames }: Pick<DelayWay, 'direction' | 'recovered' | 'frames'>,
  link: LinkMinuteFigure | undefined,
): string {
  if (part !== 'recovery') return '';
  const waited = `; ${share(recovered.frames, frames)} of the frames waited`;
  if (direction !== 'sent' || link === undefined || link.packetsLost === 0) return waited;
  const burst = link.lossBurst === undefined ? '' : `, ${link.lossBurst.toFixed(1)} in a row`;
  return `${waited}; ${share(link.packetsLost, link.packetsSent)} of the packets lost${burst}`;
}

/** Parts below both are left out. */
const LEAST_MS = 0.5;
const LEAST_SHARE = 0.01;

const COMMON: Record<DelayPart, string> = {
  before: 'before it came here',
  queue: 'in our send queue',
  pacing: 'pacing and window of the transport',
  flight: 'flight',
  transfer: 'its own bytes coming in',
  recovery: 'waiting for lost packets',
  merge: 'merge: waiting for earlier frames of other tracks',
  jitter: 'jitter buffer',
  egress: 'until it was written to a viewer',
};

/** What each part is called. */
export const NAMES: Readonly<Record<DelayWay['direction'], Readonly<Record<DelayPart, string>>>> = {
  published: { ...COMMON, before: 'unevenness of the publisher' },
  received: {
    ...COMMON,
    before: 'before its first byte came: queue and pacing there, jitter, the publisher',
  },
  sent: COMMON,
};
