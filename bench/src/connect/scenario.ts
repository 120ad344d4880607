/** Scenario `connect`: handshakes over the link, one after the other. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RelayChild, relayFiles } from '@longhaul/cli';
import type { Contestant, Site } from '../arms/arm.js';
import { Child } from '../run/child.js';
import { within } from '../run/cleanup.js';
import type { Link } from '../run/link.js';
import { nowUs, ProcessMeter } from '../run/proc.js';
import type { Scenario, ScenarioResult } from '../run/scenario.js';
import type { RunSpec } from '../run/spec.js';
import { type Attempt, METHODS, type Method, median } from './methods.js';

/** Attempts of one run, as far as its duration lets them. */
const ATTEMPTS = 20;
const READY_MS = 15_000;
/** Beyond the run's duration the last attempt may take its time-out. */
const LAST_MS = 25_000;

/** See the head of the file. */
export const CONNECT: Scenario = {
  name: 'connect',
  describe: `up to ${ATTEMPTS} handshakes of each kind: when the connection is usable, when a first byte is back`,
  contestants: (Object.keys(METHODS) as Method[]).map(
    (name): Contestant => ({ name, ...METHODS[name], probe: async () => undefined }),
  ),
  run: runConnect,
};

async function runConnect(name: string, site: Site, link: Link, spec: RunSpec): Promise<ScenarioResult> {
  const method = name as Method;
  const server = method === 'rtmp' ? await startRtmp(site) : await startLinks(site, method);
  const { startUs: linkStartUs } = await link.start();
  const client = spawnNode(site, 'client', {
    method,
    target: server.target,
    files: relayFiles(site.certificates, 'edge'),
    attempts: ATTEMPTS,
    limitMs: spec.durationS * 1000,
  });
  site.raise([client.pid ?? 0, server.pid]);
  const meter = new ProcessMeter();
  meter.begin([
    { name: 'client', pid: client.pid ?? 0 },
    { name: 'server', pid: server.pid },
  ]);
  const { attempts } = await client.event<{ attempts: Attempt[] }>('ended', spec.durationS * 1000 + LAST_MS);
  meter.end();
  const middle = median(attempts);
  return {
    hop: middle,
    series: [
      {
        name: 'connects',
        timeUs: attempts.map(({ startUs }) => startUs),
        columns: {
          usableUs: attempts.map(({ startUs, usableUs }) => since(startUs, usableUs)),
          firstByteUs: attempts.map(({ startUs, firstByteUs }) => since(startUs, firstByteUs)),
        },
      },
      meter.series(),
    ],
    cpu: meter.shares(),
    invalid: attempts.length === 0 ? ['no attempt was made'] : [],
    settings: {
      attempts: attempts.length,
      failed: attempts.filter(({ usableUs }) => usableUs === undefined).length,
    },
    linkStartUs,
  };
}

function since(startUs: number, timeUs: number | undefined): number | null {
  return timeUs === undefined ? null : timeUs - startUs;
}

interface Server {
  /** `host:port`, or the URL to publish to. */
  readonly target: string;
  readonly pid: number;
}

async function startLinks(site: Site, method: Method): Promise<Server> {
  const files = relayFiles(site.certificates, 'center');
  const child = spawnNode(site, 'server', { host: site.receiver.address, files });
  const { quic, tls } = await child.event<{ quic: string; tls: string }>('ready', READY_MS);
  return { target: METHODS[method].carrier === 'quic' ? quic : tls, pid: child.pid ?? 0 };
}

/** A relay of ours at the other end of the link takes the publish. */
async function startRtmp(site: Site): Promise<Server> {
  const configFile = join(site.directory, 'center.yaml');
  const rtmp = { listen: `${site.receiver.address}:0`, publish: { open: true } };
  const log = { level: 'warn', format: 'json' };
  writeFileSync(
    configFile,
    JSON.stringify({ relay: { id: 'center', role: 'edge' }, rtmp, log, drainMs: 200 }),
  );
  const relay = new RelayChild({
    name: 'center',
    configFile,
    spawn: (command, args, options) => site.receiver.spawn(command, args, options),
    onLog: (line) => site.note(`center: ${line}`),
  });
  site.cleanup.defer('the center relay', async () => {
    relay.stop();
    const timer = setTimeout(() => relay.kill(), 1_000);
    await relay.ended;
    clearTimeout(timer);
  });
  const addresses = await within(READY_MS, 'the start of the center relay', relay.ready);
  return { target: `rtmp://${addresses.rtmp}/live/connect-${nowUs()}`, pid: relay.pid ?? 0 };
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
