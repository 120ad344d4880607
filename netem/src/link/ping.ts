/** The round trip as ping sees it: an opinion from outside the router. */

import { runInside } from './namespaces.js';
import { hasProgram } from './programs.js';

/** What ping measured, ms. */
export interface PingResult {
  readonly sent: number;
  readonly received: number;
  readonly minMs: number;
  readonly meanMs: number;
  readonly maxMs: number;
}

/** Pings from one namespace; undefined where there is no ping. */
export async function ping(
  pid: number,
  options: { readonly address: string; readonly count: number; readonly intervalMs: number },
): Promise<PingResult | undefined> {
  if (!hasProgram('ping')) return undefined;
  const { address, count, intervalMs } = options;
  const command = ['ping', '-n', '-q', '-c', String(count), '-i', String(intervalMs / 1000), '-W', '2'];
  try {
    return parsePing(await runInside(pid, [...command, address]));
  } catch {
    // Not allowed, or nothing came back: the audit says that nothing was measured.
    return undefined;
  }
}

/** The summary of iputils' and busybox' ping. */
export function parsePing(text: string): PingResult | undefined {
  const counts = /(\d+) packets transmitted, (\d+) (?:packets )?received/.exec(text);
  const times = /= ([\d.]+)\/([\d.]+)\/([\d.]+)/.exec(text);
  if (!counts || !times) return undefined;
  const [minMs, meanMs, maxMs] = times.slice(1).map(Number) as [number, number, number];
  return { sent: Number(counts[1]), received: Number(counts[2]), minMs, meanMs, maxMs };
}
