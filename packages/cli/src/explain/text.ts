/** An explanation as text, with a bar for each part of a delay. */
import type { DelayWay, Explanation } from '@longhaul/relay';
import { explainWords as Words } from '@longhaul/relay';

/** Columns of the longest bar. */
const BAR = 40;

/** Everything a relay said. */
export function describe({ subject, relay, ways, mechanisms, advice }: Explanation): string {
  const lines = [`${subject.kind} ${subject.name}, the last minute at ${relay}`];
  if (ways.length === 0) lines.push('', 'no frame came or left in the last minute');
  for (const way of ways) lines.push('', ...describeWay(way));
  if (mechanisms.length > 0) lines.push('', 'what happened', ...mechanisms.map((line) => `  ${line}`));
  if (advice.length > 0) lines.push('', 'what to try', ...advice.map((line) => `  ${line}`));
  return lines.join('\n');
}

/** One way: the sentence, the bars of its p95, and the other quantiles. */
export function describeWay(way: DelayWay): string[] {
  const { sentence, p50, p95, p99, worstMs } = way;
  const quantiles = [p50.totalMs, p95.totalMs, p99.totalMs, worstMs].map(Words.time);
  return [
    sentence,
    ...bars(way.direction, p95),
    `  p50 ${quantiles[0]}, p95 ${quantiles[1]}, p99 ${quantiles[2]}, worst ${quantiles[3]}`,
  ];
}

/** A line for each part that counts, the largest first. */
export function bars(direction: DelayWay['direction'], quantile: DelayWay['p95']): string[] {
  const parts = Words.sorted(quantile);
  const mostMs = parts[0]?.[1] ?? 0;
  return parts.map(([part, partMs]) => {
    const columns = Math.max(1, Math.round((BAR * partMs) / mostMs));
    const figures = `${Words.time(partMs).padStart(8)} ${Words.share(partMs, quantile.totalMs).padStart(6)}`;
    const name = part === 'before' && direction === 'published' ? 'publisher' : part;
    return `  ${name.padEnd(9)} ${figures}  ${'█'.repeat(columns)}`;
  });
}
