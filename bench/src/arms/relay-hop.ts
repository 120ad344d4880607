/** An edge and a center of ours at the two ends of a link, run as users run them: `longhaul relay --config FILE`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BoundAddresses, RelayChild, relayFiles } from '@longhaul/cli';
import type { Connect } from '../records/index.js';
import { within } from '../run/cleanup.js';
import type { Host } from '../run/link.js';
import { nowUs } from '../run/proc.js';
import { type Arm, BROADCAST, type Contestant, type Hop, type Site } from './arm.js';

/** What an arm changes of the two relays. */
export interface HopConfig {
  /** Sections of the center's `link` besides its certificate; `address` is the receiver's. */
  readonly listen: (address: string) => object;
  /** Sections of the edge's `link` besides its certificate and its peer. */
  readonly dial?: object;
  /** Settings of the center's viewers. */
  readonly viewers?: object;
  /** Scheme of the URL that the edge dials, and which of the center's listeners stands behind it. */
  readonly scheme: string;
  readonly listener: 'link' | 'tcp' | 'tunnel' | 'h2';
}

const READY_MS = 15_000;
const LINK_MS = 15_000;

/** An arm of two relays of ours, and how they are configured. */
export interface RelayArm extends Arm {
  readonly config: HopConfig;
}

/** One that opens such a hop. */
export function relayArm(contestant: Contestant, config: HopConfig): RelayArm {
  return { ...contestant, config, open: (site) => openRelayHop(site, config) };
}

/** What of a site the configuration of its relays depends on. */
export type Place = Pick<Site, 'certificates'> & { readonly address: string };

/** The whole configuration of the center. */
export function centerConfig({ listen, viewers }: HopConfig, { certificates, address }: Place): object {
  return {
    ...COMMON,
    relay: { id: 'center', role: 'center' },
    http: { listen: LOOPBACK },
    ...(viewers !== undefined && { viewers }),
    // A viewer's request brings the broadcast: the cold pull of a real center with many broadcasts.
    broadcasts: [{ path: '**', subscribe: 'demand' }],
    link: { tls: relayFiles(certificates, 'center'), ...listen(address) },
  };
}

/** The whole configuration of the edge; `address` is that of the center's listener. */
export function edgeConfig({ dial, scheme }: HopConfig, { certificates, address }: Place): object {
  const peers = [{ name: 'center', url: `${scheme}://${address}` }];
  return {
    ...COMMON,
    relay: { id: 'edge', role: 'edge' },
    rtmp: { listen: LOOPBACK },
    link: { tls: relayFiles(certificates, 'edge'), ...dial, peers },
  };
}

/** Starts the center, then the edge that dials it; resolves once the link between them is open. */
async function openRelayHop(site: Site, config: HopConfig): Promise<Hop> {
  const { certificates } = site;
  const hop: Opening = { site, died: new AbortController(), linkOpen: new LinkOpen() };
  const ofCenter = centerConfig(config, { certificates, address: site.receiver.address });
  const center = await startRelay(hop, { name: 'center', host: site.receiver, config: ofCenter });
  const address = center.addresses[config.listener];
  if (address === undefined) throw new Error('the center did not bind the listener of this arm');
  const ofEdge = edgeConfig(config, { certificates, address });
  const edge = await startRelay(hop, { name: 'edge', host: site.sender, config: ofEdge });
  const connect = await within(LINK_MS, 'the link between the relays', hop.linkOpen.open);
  return {
    publishUrl: `rtmp://${edge.addresses.rtmp}/${BROADCAST}`,
    playUrl: `http://${center.addresses.http}/${BROADCAST}.flv`,
    processes: [
      { name: 'edge', pid: edge.relay.pid ?? 0 },
      { name: 'center', pid: center.relay.pid ?? 0 },
    ],
    figures: { kind: 'relay', address: edge.addresses.admin ?? '' },
    died: hop.died.signal,
    connect,
    settings: {
      edgeLink: linkSettings(ofEdge),
      centerLink: linkSettings(ofCenter),
      viewers: config.viewers ?? {},
      subscribe: 'demand',
    },
  };
}

/** A hop while it is being opened. */
interface Opening {
  readonly site: Site;
  readonly died: AbortController;
  readonly linkOpen: LinkOpen;
}

interface Started {
  readonly relay: RelayChild;
  /** Besides those of every relay, the links' listeners. */
  readonly addresses: BoundAddresses & { readonly [Listener in HopConfig['listener']]?: string };
}

async function startRelay(
  { site, died, linkOpen }: Opening,
  { name, host, config }: { readonly name: 'edge' | 'center'; readonly host: Host; readonly config: object },
): Promise<Started> {
  const file = join(site.directory, `${name}.yaml`);
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config, null, 2));
  const relay = new RelayChild({
    name,
    configFile: file,
    spawn: (command, args, options) => host.spawn(command, args, options),
    onLog: (line) => {
      if (name === 'edge') linkOpen.read(line);
      noteWarning(site, name, line);
    },
  });
  site.cleanup.defer(`the ${name} relay`, () => stopRelay(relay));
  void relay.ended.then(() => {
    if (!relay.stopping) died.abort(relay.diedError());
  });
  const addresses = await within(READY_MS, `the start of the ${name} relay`, relay.ready);
  return { relay, addresses: addresses as Started['addresses'] };
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
export async function stopRelay(relay: RelayChild): Promise<void> {
  relay.stop();
  const timer = setTimeout(() => relay.kill(), DRAIN_MS * 3);
  await relay.ended;
  clearTimeout(timer);
}

function noteWarning(site: Site, name: string, line: string): void {
  const level = Number(/^\{"level":(\d+)/.exec(line)?.[1] ?? WARN);
  if (level >= WARN && line.trim() !== '') site.note(`${name}: ${line}`);
}

/** The `link` of a configuration; the paths of this run are no settings. */
function linkSettings(config: object): object {
  const { tls: _, ...rest } = (config as { link: { tls?: unknown } }).link;
  return rest;
}

const WARN = 40;
const DRAIN_MS = 500;
const LOOPBACK = '127.0.0.1:0';
const COMMON = { admin: { listen: LOOPBACK }, log: { level: 'info', format: 'json' }, drainMs: DRAIN_MS };
