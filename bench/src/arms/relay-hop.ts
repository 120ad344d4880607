/** An edge and a center of ours at the two ends of a link, run as users run them: `longhaul relay --config FILE`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BoundAddresses, RelayChild, relayFiles } from '@longhaul/cli';
import type { Connect } from '../records/index.js';
import { within } from '../run/cleanup.js';
import type { Host } from '../run/link.js';
import { nowUs } from '../run/proc.js';
import { BROADCAST, type Hop, type Site } from './arm.js';

/** What an arm changes of the two relays. */
export interface HopConfig {
  /** Sections of the center's `link` besides its certificate; `address` is the receiver's. */
  readonly listen: (address: string) => object;
  /** Sections of the edge's `link` besides its certificate and its peer. */
  readonly dial?: object;
  /** Scheme of the URL that the edge dials, and which of the center's listeners stands behind it. */
  readonly scheme: string;
  readonly listener: 'link' | 'tcp' | 'tunnel' | 'h2';
}

const READY_MS = 15_000;
const LINK_MS = 15_000;

/** Starts the center, then the edge that dials it; resolves once the link between them is open. */
export async function openRelayHop(site: Site, config: HopConfig): Promise<Hop> {
  const died = new AbortController();
  const linkOpen = new LinkOpen();
  const run = async (name: 'edge' | 'center', host: Host, sections: object) => {
    const file = join(site.directory, `${name}.yaml`);
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ ...COMMON, ...sections }, null, 2));
    const relay = new RelayChild({
      name,
      configFile: file,
      spawn: (command, args, options) => host.spawn(command, args, options),
      onLog: (line) => {
        if (name === 'edge') linkOpen.read(line);
        noteWarning(site, name, line);
      },
    });
    site.cleanup.defer(`the ${name} relay`, () => stop(relay));
    void relay.ended.then(() => {
      if (!relay.stopping) died.abort(relay.diedError());
    });
    const addresses = await within(READY_MS, `the start of the ${name} relay`, relay.ready);
    return { relay, addresses };
  };
  const centerLink = {
    tls: relayFiles(site.certificates, 'center'),
    ...config.listen(site.receiver.address),
  };
  const center = await run('center', site.receiver, {
    relay: { id: 'center', role: 'center' },
    http: { listen: LOOPBACK },
    // A viewer's request brings the broadcast: the cold pull of a real center with many broadcasts.
    broadcasts: [{ path: '**', subscribe: 'demand' }],
    link: centerLink,
  });
  const address = (center.addresses as BoundAddresses & Partial<Record<string, string>>)[config.listener];
  if (address === undefined) throw new Error('the center did not bind the listener of this arm');
  const edgeLink = {
    tls: relayFiles(site.certificates, 'edge'),
    ...config.dial,
    peers: [{ name: 'center', url: `${config.scheme}://${address}` }],
  };
  const edge = await run('edge', site.sender, {
    relay: { id: 'edge', role: 'edge' },
    rtmp: { listen: LOOPBACK },
    link: edgeLink,
  });
  const connect = await within(LINK_MS, 'the link between the relays', linkOpen.open);
  return {
    publishUrl: `rtmp://${edge.addresses.rtmp}/${BROADCAST}`,
    playUrl: `http://${center.addresses.http}/${BROADCAST}.flv`,
    processes: [
      { name: 'edge', pid: edge.relay.pid ?? 0 },
      { name: 'center', pid: center.relay.pid ?? 0 },
    ],
    figures: { kind: 'relay', address: edge.addresses.admin ?? '' },
    died: died.signal,
    connect,
    settings: { edgeLink: withoutFiles(edgeLink), centerLink: withoutFiles(centerLink), subscribe: 'demand' },
  };
}

/** Learns of the link from the edge's log: its line carries how long the handshake took. */
class LinkOpen {
  readonly open: Promise<Connect>;
  #resolve!: (connect: Connect) => void;

  constructor() {
    this.open = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  read(line: string): void {
    if (!line.includes('"link open"')) return;
    const { connectMs } = JSON.parse(line) as { connectMs?: number };
    const usableUs = nowUs();
    if (connectMs !== undefined)
      this.#resolve({ startUs: Math.round(usableUs - connectMs * 1000), usableUs });
  }
}

/** Drains; a relay that hangs is killed. */
async function stop(relay: RelayChild): Promise<void> {
  relay.stop();
  const timer = setTimeout(() => relay.kill(), DRAIN_MS * 3);
  await relay.ended;
  clearTimeout(timer);
}

function noteWarning(site: Site, name: string, line: string): void {
  const level = Number(/^\{"level":(\d+)/.exec(line)?.[1] ?? WARN);
  if (level >= WARN && line.trim() !== '') site.note(`${name}: ${line}`);
}

/** The paths of this run are no settings. */
function withoutFiles(link: object): object {
  const { tls: _, ...rest } = link as { tls?: unknown };
  return rest;
}

const WARN = 40;
const DRAIN_MS = 500;
const LOOPBACK = '127.0.0.1:0';
const COMMON = { admin: { listen: LOOPBACK }, log: { level: 'info', format: 'json' }, drainMs: DRAIN_MS };
