/** The router's own samples as series of a record. */
import type { Series } from '../records/index.js';
import type { DirectionSeries, Link, LinkAudit } from './link.js';

/** `link.forward` and `link.reverse`: queue, bytes delivered since the start and, forward, the link's true rate. */
export function linkSeries(link: Link, audit: LinkAudit | undefined, startUs: number): Series[] {
  const { forward, reverse } = audit?.series ?? {};
  const all: Series[] = [];
  if (forward !== undefined) {
    const linkBps = forward.timeMs.map((ms, at) => {
      const fromMs = at === 0 ? 0 : (forward.timeMs[at - 1] as number);
      return ms > fromMs ? Math.round(link.capacityBps(fromMs, ms)) : null;
    });
    all.push(seriesOf('link.forward', forward, startUs, { linkBps }));
  }
  if (reverse !== undefined) all.push(seriesOf('link.reverse', reverse, startUs, {}));
  return all;
}

function seriesOf(
  name: string,
  { timeMs, queueBytes, deliveredBytes }: DirectionSeries,
  startUs: number,
  more: Series['columns'],
): Series {
  const timeUs = timeMs.map((ms) => startUs + Math.round(ms * 1000));
  return { name, timeUs, columns: { queueBytes, deliveredBytes, ...more } };
}
