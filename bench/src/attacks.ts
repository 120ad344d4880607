/**
 * Attacks on a relay from outside, one after the other: `npm run bench:attacks [-- --json]`.
 *
 * The relay is a process of its own with default limits. Beside each attack good clients connect all the time. The exit
 * code is 1 when a bound is missed.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as Client from './attacks/client.js';
import { type Relay, SCENARIOS, type Scenario } from './attacks/scenarios.js';
import { startRelayPair } from './delay/relay-pair.js';

/** What one attack did to the relay. */
interface Outcome {
  readonly name: string;
  readonly connections: number;
  /** Longest until the relay closed a connection. */
  readonly closedMs: number;
  readonly rssGrowthMiB: number;
  /** Of the relay's event loop, sampled every 10 ms; an idle loop shows 10 to 11. */
  readonly lagP99Ms: number;
  readonly goodConnects: number;
  readonly goodRefused: number;
  readonly goodP99Ms: number;
  readonly missed: readonly string[];
}

const BOUNDS = { rssGrowthMiB: 16, lagP99Ms: 50, goodP99Ms: 500 };
const SAMPLE_MS = 50;
const SETTLE_MS = 1_000;

/** Runs the command; resolves with the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { json: { type: 'boolean', default: false } } });
  const any = '127.0.0.1:0';
  const pair = await startRelayPair({
    onLog: () => undefined,
    edge: { http: { listen: any }, admin: { listen: any } },
  });
  const outcomes: Outcome[] = [];
  try {
    const { rtmp = '', http = '', admin = '' } = pair.edge;
    const relay = { rtmp, http };
    // The first attack pays for code that is not compiled yet and for a heap that has not grown.
    for (const scenario of SCENARIOS.slice(0, 5)) await scenario.run(relay);
    if (!values.json) process.stdout.write(`${HEADING}\n`);
    for (const scenario of SCENARIOS) {
      await sleep(SETTLE_MS);
      const outcome = await measure(scenario, { ...relay, admin, pid: pair.pids.edge });
      outcomes.push(outcome);
      if (!values.json) process.stdout.write(`${row(outcome)}\n`);
    }
  } finally {
    await pair.stop();
  }
  if (values.json) process.stdout.write(`${JSON.stringify(outcomes, undefined, 2)}\n`);
  return outcomes.every(({ missed }) => missed.length === 0) ? 0 : 1;
}

async function measure(
  scenario: Scenario,
  relay: Relay & { readonly admin: string; readonly pid: number },
): Promise<Outcome> {
  // A scrape starts the relay's histogram anew.
  await lagP99Ms(relay.admin);
  const before = rssMiB(relay.pid);
  let peak = before;
  let over = false;
  const good: (number | undefined)[] = [];
  const beside = (async () => {
    for (let index = 0; !over; index++) {
      good.push(await goodConnect(scenario.beside, relay, index));
      peak = Math.max(peak, rssMiB(relay.pid));
      await sleep(SAMPLE_MS);
    }
  })();
  const took = await scenario.run(relay);
  over = true;
  await beside;
  const served = good.filter((ms) => ms !== undefined).sort((a, b) => a - b);
  const figures = {
    closedMs: Math.max(0, ...took),
    rssGrowthMiB: peak - before,
    lagP99Ms: await lagP99Ms(relay.admin),
    goodP99Ms: served[Math.ceil(served.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY,
  };
  const goodRefused = good.length - served.length;
  const bounds = { ...BOUNDS, closedMs: scenario.closedMs };
  const missed = Object.entries(bounds)
    .filter(([name, bound]) => figures[name as keyof typeof figures] > bound)
    .map(([name]) => name);
  if (goodRefused > 0) missed.push('goodRefused');
  return {
    name: scenario.name,
    connections: took.length,
    ...figures,
    goodConnects: good.length,
    goodRefused,
    missed,
  };
}

function goodConnect(surface: 'rtmp' | 'http', relay: Relay, index: number): Promise<number | undefined> {
  if (surface === 'rtmp') {
    return Client.ask({ address: relay.rtmp }, Client.publishing(`good-${index}`), 'NetStream.Publish.Start');
  }
  const request = Buffer.from('GET /figures.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  return Client.ask({ address: relay.http }, request, '200 OK');
}

async function lagP99Ms(admin: string): Promise<number> {
  const text = await (await fetch(`http://${admin}/metrics`)).text();
  const found = /^longhaul_nodejs_eventloop_lag_p99_seconds\{[^}]*\} (\S+)$/m.exec(text)?.[1];
  return Number(found) * 1_000;
}

function rssMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1_024;
}

const HEADING = [
  '| attack | connections | closed, max ms | RSS +MiB | loop lag p99 ms | good connects | refused | p99 ms | missed |',
  '|---|---|---|---|---|---|---|---|---|',
].join('\n');

function row(outcome: Outcome): string {
  const { name, connections, closedMs, rssGrowthMiB, goodConnects, goodRefused, goodP99Ms, missed } = outcome;
  const cells = [
    name,
    connections,
    closedMs.toFixed(0),
    rssGrowthMiB.toFixed(1),
    outcome.lagP99Ms.toFixed(1),
    goodConnects,
    goodRefused,
    goodP99Ms.toFixed(1),
    missed.join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}
