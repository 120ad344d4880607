/** What a broadcast costs in memory that has begun and says nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startRelayPair } from '../delay/relay-pair.js';
import { countedRange } from './schedule.js';
import { scrape } from './scrape.js';
import { type Usage, usageOf } from './usage.js';
import { Worker } from './worker.js';

/** Memory of both relays with and without them. */
export interface IdleReport {
  readonly broadcasts: number;
  /** Live at the center, by its own count: each is subscribed there. */
  readonly subscribed: number;
  /** Resident bytes a broadcast, in each relay. */
  readonly edgeBytesEach: number;
  readonly centerBytesEach: number;
  readonly edge: { readonly before: Usage; readonly after: Usage };
  readonly center: { readonly before: Usage; readonly after: Usage };
  /** Processor time over ten idle seconds, s. */
  readonly idleCpuSeconds: { readonly edge: number; readonly center: number };
}

const SETTLE_MS = 3_000;
const WATCH_MS = 10_000;

/** Publishes `broadcasts` of two frames each at the edge; the center subscribes to all. */
export async function measureIdle(broadcasts: number, note: (line: string) => void): Promise<IdleReport> {
  // Silent publishers stay for the time of the measurement.
  const extra = { admin: { listen: '127.0.0.1:0' } };
  const edgeExtra = { ...extra, rtmp: { listen: '127.0.0.1:0', idleTimeoutMs: 300_000 } };
  const pair = await startRelayPair({ onLog: note, edge: edgeExtra, center: extra });
  const plan = { broadcasts, bitsPerSecond: 1_000_000, warmUpMs: 0, durationMs: 1_000 };
  let generator: Worker | undefined;
  try {
    await Promise.all([scrape(pair.edge.admin ?? ''), scrape(pair.center.admin ?? '')]);
    await sleep(SETTLE_MS);
    const [edgeBefore, centerBefore] = [usageOf(pair.pids.edge), usageOf(pair.pids.center)];
    generator = new Worker('generator', {
      base: `rtmp://${pair.edge.rtmp}/live`,
      plan,
      range: countedRange(plan),
      idle: true,
    });
    await generator.next('ready');
    const sent = generator.next('counted');
    generator.send({ type: 'go' });
    await sent;
    note(`${broadcasts} broadcasts have begun and are silent`);
    await sleep(SETTLE_MS);
    const [edgeAfter, centerAfter] = [usageOf(pair.pids.edge), usageOf(pair.pids.center)];
    await sleep(WATCH_MS);
    const [edgeLater, centerLater] = [usageOf(pair.pids.edge), usageOf(pair.pids.center)];
    return {
      broadcasts,
      subscribed: await liveAt(pair.center.admin ?? ''),
      edgeBytesEach: (edgeAfter.rssBytes - edgeBefore.rssBytes) / broadcasts,
      centerBytesEach: (centerAfter.rssBytes - centerBefore.rssBytes) / broadcasts,
      edge: { before: edgeBefore, after: edgeAfter },
      center: { before: centerBefore, after: centerAfter },
      idleCpuSeconds: {
        edge: edgeLater.cpuSeconds - edgeAfter.cpuSeconds,
        center: centerLater.cpuSeconds - centerAfter.cpuSeconds,
      },
    };
  } finally {
    generator?.kill();
    await pair.stop();
  }
}

/** Broadcasts of which a relay has frames. */
async function liveAt(admin: string): Promise<number> {
  const response = await fetch(`http://${admin}/api/v1/broadcasts`);
  const { broadcasts } = (await response.json()) as {
    broadcasts: { state: string; framesReceived: number }[];
  };
  return broadcasts.filter(({ state, framesReceived }) => state === 'live' && framesReceived > 0).length;
}
