/** Counters of a relay, from the metrics of its admin API. */

/** Sums of the series of each name (without `longhaul_`). */
export type Counters = Readonly<Record<string, number>>;

/** Asks `http://ADDRESS/metrics`. */
export async function scrape(address: string): Promise<Counters> {
  const response = await fetch(`http://${address}/metrics`);
  return parseMetrics(await response.text());
}

/** Sums the series of each metric of ours over their labels. */
export function parseMetrics(text: string): Counters {
  const sums: Record<string, number> = {};
  for (const [, name = '', value] of text.matchAll(/^longhaul_(\w+)(?:\{[^}]*\})? (\S+)/gm)) {
    sums[name] = (sums[name] ?? 0) + Number(value);
  }
  return sums;
}

/** Frames that the center has of all broadcasts, from its admin API. */
export async function framesReceived(address: string): Promise<number> {
  const response = await fetch(`http://${address}/api/v1/broadcasts`);
  const { broadcasts } = (await response.json()) as { broadcasts: { framesReceived: number }[] };
  return broadcasts.reduce((sum, broadcast) => sum + broadcast.framesReceived, 0);
}
