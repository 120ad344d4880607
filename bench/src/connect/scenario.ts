/** Scenarios `connect` and `join`: handshakes over the link, one after the other. */
import { fileURLToPath } from 'node:url';
import { relayFiles } from '@longhaul/cli';
import type { Contestant, Site } from '../arms/arm.js';
import type { Series } from '../records/index.js';
import { Child } from '../run/child.js';
import type { Link } from '../run/link.js';
import { ProcessMeter } from '../run/proc.js';
import type { Scenario, ScenarioResult } from '../run/scenario.js';
import type { RunSpec } from '../run/spec.js';
import { keyFrameBytes } from './key-frame.js';
import { type Attempt, METHODS, type Method, median } from './methods.js';
import { startRtmp } from './rtmp-server.js';

/** Attempts of one run, as far as its duration lets them. */
const ATTEMPTS = 20;
const READY_MS = 15_000;
/** As long as relays remember a path by default. */
const PATH_MEMORY_MS = 600_000;
/** Beyond the run's duration the last attempt may take its time-out. */
const LAST_MS = 25_000;

const CONTESTANTS: readonly Contestant[] = (Object.keys(METHODS) as Method[]).map((name) => ({
  name,
  describe: METHODS[name].describe,
  carrier: METHODS[name].carrier,
  probe: async () => undefined,
}));

/** The end where media comes from dials, as an edge does. */
export const CONNECT: Scenario = {
  name: 'connect',
  describe: `up to ${ATTEMPTS} handshakes of each kind: when the connection is usable, when a first byte is back`,
  // Of a single byte the path makes no difference.
  contestants: CONTESTANTS.filter(({ name }) => !name.endsWith('-new')),
  run: (name, site, link, spec) => runHandshakes({ method: name as Method, site, link, spec, isJoin: false }),
};

/** The end where media goes to dials, and asks for a key frame as soon as it may. */
export const JOIN: Scenario = {
  name: 'join',
  describe: `up to ${ATTEMPTS} times a subscriber dials: when a whole key frame of the shape's mean size is there`,
  contestants: CONTESTANTS,
  run: (name, site, link, spec) => runHandshakes({ method: name as Method, site, link, spec, isJoin: true }),
};

/** A run of handshakes of one kind. */
export interface Handshakes {
  readonly method: Method;
  readonly site: Site;
  readonly link: Link;
  readonly spec: RunSpec;
  /** The receiver dials for media; else the sender dials for nothing. */
  readonly isJoin: boolean;
}

/** Whom the client dials. */
export interface Server {
  /** `host:port`, or the URL to publish to or to play. */
  readonly target: string;
  readonly pid: number;
}

async function runHandshakes(run: Handshakes): Promise<ScenarioResult> {
  const { method, site, link, spec, isJoin } = run;
  const bytes = keyFrameBytes(spec.shape);
  const server = method === 'rtmp' ? await startRtmp(run) : await startLinks(run);
  const { startUs: linkStartUs } = await link.start();
  const client = spawnNode(site, isJoin ? 'receiver' : 'sender', 'client', {
    method,
    target: server.target,
    serverName: isJoin ? 'edge' : 'center',
    files: relayFiles(site.certificates, isJoin ? 'center' : 'edge'),
    attempts: ATTEMPTS,
    limitMs: spec.durationS * 1000,
    ...(isJoin && { keyFrameBytes: bytes }),
  });
  site.raise([client.pid ?? 0, server.pid]);
  const meter = new ProcessMeter();
  meter.begin([
    { name: 'client', pid: client.pid ?? 0 },
    { name: 'server', pid: server.pid },
  ]);
  const { attempts } = await client.event<{ attempts: Attempt[] }>('ended', spec.durationS * 1000 + LAST_MS);
  meter.end();
  const rateBps = link.capacityBps(0, spec.durationS * 1000);
  return {
    hop: median(attempts),
    series: [seriesOf(isJoin ? 'joins' : 'connects', attempts), meter.series()],
    cpu: meter.shares(),
    invalid: attempts.length === 0 ? ['no attempt was made'] : [],
    settings: {
      attempts: attempts.length,
      failed: attempts.filter(({ usableUs }) => usableUs === undefined).length,
      ...(isJoin && { keyFrameBytes: bytes, transmissionMs: (bytes * 8_000) / rateBps }),
    },
    linkStartUs,
  };
}

function seriesOf(name: string, attempts: readonly Attempt[]): Series {
  const since = (key: 'usableUs' | 'firstByteUs' | 'keyFrameUs') =>
    attempts.map((attempt) => {
      const timeUs = attempt[key];
      return timeUs === undefined ? null : timeUs - attempt.startUs;
    });
  const columns = { usableUs: since('usableUs'), firstByteUs: since('firstByteUs') };
  const isJoin = name === 'joins';
  return {
    name,
    timeUs: attempts.map(({ startUs }) => startUs),
    columns: { ...columns, ...(isJoin && { keyFrameUs: since('keyFrameUs') }) },
  };
}

async function startLinks({ site, method, isJoin }: Handshakes): Promise<Server> {
  const end = isJoin ? 'sender' : 'receiver';
  const files = relayFiles(site.certificates, isJoin ? 'edge' : 'center');
  const child = spawnNode(site, end, 'server', {
    host: site[end].address,
    files,
    pathMemoryMs: METHODS[method].knowsPath ? PATH_MEMORY_MS : 0,
  });
  const { quic, tls } = await child.event<{ quic: string; tls: string }>('ready', READY_MS);
  return { target: METHODS[method].carrier === 'quic' ? quic : tls, pid: child.pid ?? 0 };
}

const PROCESSES = {
  client: fileURLToPath(new URL('./client-process.js', import.meta.url)),
  server: fileURLToPath(new URL('./server-process.js', import.meta.url)),
};

function spawnNode(site: Site, end: 'sender' | 'receiver', name: 'client' | 'server', task: object): Child {
  const child = new Child(site[end], {
    name,
    command: process.execPath,
    args: [PROCESSES[name], JSON.stringify(task)],
  });
  site.cleanup.defer(`the ${name}`, async () => void (await child.stop('SIGTERM', 1_000)));
  return child;
}
