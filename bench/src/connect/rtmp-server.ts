/** A relay of ours that RTMP clients reach over the link: to publish to it, or to play what is published beside it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RelayChild } from '@longhaul/cli';
import { stopRelay } from '../arms/relay-hop.js';
import * as Media from '../media/index.js';
import { Child } from '../run/child.js';
import { within } from '../run/cleanup.js';
import { nowUs } from '../run/proc.js';
import type { Handshakes, Server } from './scenario.js';

const READY_MS = 15_000;
/** Two groups of any shape: what a viewer begins with is there. */
const MEDIA_MS = 5_000;

/** Resolves when the relay listens, and has media where some is to be played. */
export async function startRtmp(run: Handshakes): Promise<Server> {
  const { site, isJoin } = run;
  const host = isJoin ? site.sender : site.receiver;
  const configFile = join(site.directory, 'relay.yaml');
  const rtmp = { listen: `${host.address}:0`, publish: { open: true } };
  const log = { level: 'warn', format: 'json' };
  writeFileSync(
    configFile,
    JSON.stringify({ relay: { id: 'relay', role: 'edge' }, rtmp, log, drainMs: 200 }),
  );
  const relay = new RelayChild({
    name: 'relay',
    configFile,
    spawn: (command, args, options) => host.spawn(command, args, options),
    onLog: (line) => site.note(`relay: ${line}`),
  });
  site.cleanup.defer('the relay', () => stopRelay(relay));
  const addresses = await within(READY_MS, 'the start of the relay', relay.ready);
  const target = `rtmp://${addresses.rtmp}/live/${isJoin ? 'join' : `connect-${nowUs()}`}`;
  if (isJoin) await publish(run, target);
  return { target, pid: relay.pid ?? 0 };
}

/** A source beside the relay, until the run is over. */
async function publish({ site, spec }: Handshakes, url: string): Promise<void> {
  const { shape, seed } = spec;
  const task = { url, shape, seed, durationS: spec.durationS + LONGER_S };
  const source = new Child(site.sender, {
    name: 'source',
    command: process.execPath,
    args: [Media.SOURCE_PROCESS, JSON.stringify(task)],
  });
  site.cleanup.defer('the source', async () => void (await source.stop('SIGTERM', 1_000)));
  await source.event('started', READY_MS);
  await new Promise((resolve) => setTimeout(resolve, MEDIA_MS));
}

/** A run may go on for its last attempt. */
const LONGER_S = 60;
