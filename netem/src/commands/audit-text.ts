/** An audit for a person to read. */
import type { DirectionAudit, LinkAudit } from '../audit/audit.js';
import { DIRECTIONS } from '../profile/profile.js';
import { table } from './table.js';
import { compact } from './words.js';

/** A few lines: what passed, what was lost, and whether the host let the link be what it should. */
export function auditText(audit: LinkAudit): string {
  const rows = DIRECTIONS.flatMap((direction) => {
    const each = audit[direction];
    return each === undefined ? [] : [row(direction, each, audit.durationMs)];
  });
  const head = ['', 'packets', 'Mbit/s', 'lost', 'queue full', 'other drops', 'late p50/p99/max'];
  const { measured, configured } = audit.rttMs;
  const rtt =
    measured === undefined ? 'not measured' : `${measured.minMs} ms (${compact(configured)} configured)`;
  return [
    table([head, ...rows]),
    `backend ${audit.backend}, ${priorityWords(audit.realTime)}, ping ${rtt}, host drops ${hostDropWords(audit)}`,
    ...verdictLines(audit),
  ].join('\n');
}

function row(direction: string, audit: DirectionAudit, durationMs: number): string[] {
  const { lateness, loss, drops } = audit;
  const late = [lateness.p50, lateness.p99, lateness.max].map((us) => (us / 1000).toFixed(2)).join('/');
  const rate = durationMs > 0 ? (audit.deliveredBytes * 8) / (durationMs * 1000) : 0;
  const share = `${loss.lost} (${compact(loss.realisedShare * 100)} %)`;
  return [
    direction,
    String(audit.pushed),
    rate.toFixed(2),
    share,
    String(drops.queue),
    String(drops.policer + drops.blackhole),
    `${late} ms`,
  ];
}

function priorityWords(realTime: unknown): string {
  const { state, reason } = (realTime ?? {}) as { state?: string; reason?: string };
  return state === 'fifo' ? 'real-time priority' : `normal priority (${reason ?? 'unknown'})`;
}

function hostDropWords({ hostDrops }: LinkAudit): string {
  const total = hostDrops.socket + hostDrops.send + hostDrops.device;
  return total === 0
    ? '0'
    : `${total} (socket ${hostDrops.socket}, send ${hostDrops.send}, device ${hostDrops.device})`;
}

function verdictLines({ verdict }: LinkAudit): string[] {
  if (verdict.state === 'valid') return ['VALID: the link was what its profile says'];
  if (verdict.state === 'unjudged') return [`UNJUDGED: ${verdict.reason}`];
  return [
    'INVALID: do not use what was measured over this link',
    ...verdict.reasons.map((each) => `  ${each}`),
  ];
}
