/** The router's own samples as series of a record. */
import type { Series } from '../records/index.js';
import type { Link, LinkAudit } from './link.js';

/** `link.forward` and `link.reverse`: queue, bytes delivered since the start and, forward, the link's true rate. */
export function linkSeries(link: Link, audit: LinkAudit | undefined, startUs: number): Series[] {
  if (audit?.series === undefined) return [];
  const { timeMs, forward, reverse } = audit.series;
  const timeUs = timeMs.map((ms) => startUs + Math.round(ms * 1000));
  const linkBps = timeMs.map((ms, at) => {
    const fromMs = at === 0 ? 0 : (timeMs[at - 1] as number);
    return ms > fromMs ? Math.round(link.capacityBps(fromMs, ms)) : null;
  });
  return [
    {
      name: 'link.forward',
      timeUs,
      columns: { queueBytes: forward.queueBytes, deliveredBytes: forward.deliveredBytes, linkBps },
    },
    {
      name: 'link.reverse',
      timeUs,
      columns: { queueBytes: reverse.queueBytes, deliveredBytes: reverse.deliveredBytes },
    },
  ];
}
