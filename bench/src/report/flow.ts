/** What a saturating flow made of its link, over the second half of its run: the beginning is over then. */
import type { RunRecord, Series } from '../records/index.js';

/** Mbit/s of payload that came; undefined for a run without such a flow. */
export function goodputMbps({ series }: RunRecord): number | undefined {
  const flow = series.find(({ name }) => name === 'bulk');
  if (flow === undefined) return undefined;
  const counts = secondHalf(flow, flow).flatMap((at) => {
    const bytes = flow.columns.receivedBytes?.[at];
    return typeof bytes === 'number' ? [{ timeUs: flow.timeUs[at] as number, bytes }] : [];
  });
  const [first, last] = [counts[0], counts.at(-1)];
  if (first === undefined || last === undefined || last.timeUs <= first.timeUs) return undefined;
  return ((last.bytes - first.bytes) * 8) / (last.timeUs - first.timeUs);
}

/** Mean of what stood in the link's queue, kB; undefined for a run without such a flow. */
export function queueKb({ series }: RunRecord): number | undefined {
  const flow = series.find(({ name }) => name === 'bulk');
  const link = series.find(({ name }) => name === 'link.forward');
  if (flow === undefined || link === undefined) return undefined;
  const values = secondHalf(link, flow).flatMap((at) => link.columns.queueBytes?.[at] ?? []);
  return values.length === 0
    ? undefined
    : values.reduce((sum, bytes) => sum + bytes, 0) / values.length / 1000;
}

/** Places of the samples of `series` that lie in the second half of `flow`. */
function secondHalf(series: Series, flow: Series): number[] {
  const [firstUs = 0, lastUs = 0] = [flow.timeUs[0], flow.timeUs.at(-1)];
  const fromUs = (firstUs + lastUs) / 2;
  return series.timeUs.flatMap((timeUs, at) => (timeUs >= fromUs && timeUs <= lastUs ? [at] : []));
}
