/** Scenario `bulk`: one flow that always has something to send; what comes through, and what queue it builds. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { relayFiles } from '@longhaul/cli';
import type { Contestant, Site } from '../arms/arm.js';
import { probeTcp } from '../arms/tcp.js';
import type { Series } from '../records/index.js';
import { Child } from '../run/child.js';
import type { Link } from '../run/link.js';
import { ProcessMeter } from '../run/proc.js';
import type { Scenario, ScenarioResult } from '../run/scenario.js';
import type { RunSpec } from '../run/spec.js';
import { goodputBps, type Received, WAYS, type Way, WINDOWS } from './ways.js';

const READY_MS = 15_000;
const END_MS = 8_000;

/** See the head of the file. */
export const BULK: Scenario = {
  name: 'bulk',
  describe: 'one saturating flow over one stream: goodput, and the queue that it builds',
  alone: true,
  contestants: WAYS.map(
    (way): Contestant => ({
      ...way,
      probe: async () => (way.carrier === 'tcp' ? probeTcp(way.congestion) : undefined),
    }),
  ),
  run: runBulk,
};

async function runBulk(name: string, site: Site, link: Link, spec: RunSpec): Promise<ScenarioResult> {
  const way = WAYS.find((each) => each.name === name) as Way;
  const files = (relay: string) => relayFiles(site.certificates, relay);
  const server = spawnNode(site, 'server', {
    host: site.receiver.address,
    files: files('center'),
  });
  const ready = await server.event<{ quic: string; tls: string }>('ready', READY_MS);
  const target = way.carrier === 'quic' ? ready.quic : ready.tls;
  const { startUs: linkStartUs } = await link.start();
  const client = spawnNode(site, 'client', { way, target, files: files('edge') });
  await client.event('started', READY_MS);
  site.raise([client.pid ?? 0, server.pid ?? 0]);
  const meter = new ProcessMeter();
  meter.begin([
    { name: 'client', pid: client.pid ?? 0 },
    { name: 'server', pid: server.pid ?? 0 },
  ]);
  await sleep(spec.durationS * 1000);
  meter.end();
  await client.stop('SIGTERM', END_MS);
  await server.stop('SIGTERM', END_MS);
  const series = client.seen<{ series: Series }>('ended')?.series;
  const received = server.seen<{ received: Received }>('ended')?.received;
  if (series === undefined || received === undefined) throw new Error('an end of the flow told nothing');
  return {
    series: [
      series,
      { name: 'bulk', timeUs: received.timeUs, columns: { receivedBytes: received.bytes } },
      meter.series(),
    ],
    cpu: meter.shares(),
    invalid: [],
    settings: { congestion: way.congestion, ...WINDOWS, ...figures(received, linkStartUs, spec) },
    linkStartUs,
  };
}

/** Over everything, and over the second half, when the beginning is over. */
function figures(received: Received, linkStartUs: number, { durationS }: RunSpec): Record<string, unknown> {
  const endUs = linkStartUs + durationS * 1e6;
  return {
    goodputBps: goodputBps(received, linkStartUs, endUs),
    laterGoodputBps: goodputBps(received, linkStartUs + durationS * 0.5e6, endUs),
  };
}

const PROCESSES = {
  client: fileURLToPath(new URL('./client-process.js', import.meta.url)),
  server: fileURLToPath(new URL('./server-process.js', import.meta.url)),
};

function spawnNode(site: Site, name: 'client' | 'server', task: object): Child {
  const child = new Child(name === 'client' ? site.sender : site.receiver, {
    name,
    command: process.execPath,
    args: [PROCESSES[name], JSON.stringify(task)],
  });
  site.cleanup.defer(`the ${name}`, async () => void (await child.stop('SIGTERM', 1_000)));
  return child;
}
