/** What a relay holds: read from its metrics and from /proc, compared with what it held before. */
import { get } from 'node:http';
import { parseMetrics } from '../hop/scrape.js';
import { usageOf } from '../hop/usage.js';

/** Everything that a fault may leave behind. */
export interface Vitals {
  /** Open descriptors: sockets of TCP and UDP, files. */
  readonly descriptors: number;
  /** Handles of the event loop by type (`process.getActiveResourcesInfo`): TCPSocketWrap, Timeout ... */
  readonly resources: Readonly<Record<string, number>>;
  readonly publishers: number;
  readonly viewers: number;
  readonly links: number;
  readonly broadcasts: number;
  readonly streams: number;
  readonly groups: number;
  readonly cacheBytes: number;
  readonly rssBytes: number;
}

/** Reads them. Rejects when the relay does not answer. */
export async function readVitals(pid: number, admin: string): Promise<Vitals> {
  const text = await ask(`http://${admin}/metrics`);
  const sums = parseMetrics(text);
  const { descriptors, rssBytes } = usageOf(pid);
  const resources: Record<string, number> = {};
  for (const [, type = '', count] of text.matchAll(
    /nodejs_active_resources\{[^}]*type="(\w+)"[^}]*\} (\d+)/g,
  ))
    resources[type] = Number(count);
  return {
    descriptors,
    resources,
    publishers: sums.publishers ?? 0,
    viewers: sums.viewers ?? 0,
    links: Number(/^longhaul_links\{[^}]*state="open"[^}]*\} (\d+)/m.exec(text)?.[1] ?? 0),
    broadcasts: sums.broadcasts ?? 0,
    streams: sums.link_streams ?? 0,
    groups: sums.groups ?? 0,
    cacheBytes: sums.cache_bytes ?? 0,
    rssBytes,
  };
}

/** What is more than it was, in words; empty when everything is back. Memory is judged over all rounds, not here. */
export function excess(baseline: Vitals, now: Vitals): string[] {
  const found: string[] = [];
  const check = (name: string, before: number, after: number, slack = 0) => {
    if (after > before + slack) found.push(`${name} ${after}, was ${before}`);
  };
  check('descriptors', baseline.descriptors, now.descriptors);
  for (const [type, count] of Object.entries(now.resources))
    check(type, baseline.resources[type] ?? 0, count, type === 'Timeout' ? TIMERS_SLACK : 0);
  for (const name of ['publishers', 'viewers', 'links', 'broadcasts'] as const)
    check(name, baseline[name], now[name]);
  // A group that ends while the next has begun is there twice, in each track.
  check('streams', baseline.streams, now.streams, 2 * baseline.broadcasts);
  check('groups', Math.max(baseline.groups, GROUPS_KEPT * baseline.broadcasts), now.groups);
  return found;
}

/** The body; a connection of its own, so that none is left among the relay's. */
function ask(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: ASK_TIMEOUT_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
  });
}

const ASK_TIMEOUT_MS = 2_000;
/** Timers that come and go: the next poll, a tick under load, sockets that linger. */
const TIMERS_SLACK = 4;
/** Groups of both tracks that 5 s of history and the newest group are, at 2 s a group. */
const GROUPS_KEPT = 10;
