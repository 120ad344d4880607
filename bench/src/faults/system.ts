/** An edge and a center on fixed ports that can be killed, ended and started again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BoundAddresses, RelayChild, relayFiles, writeCertificates } from '@longhaul/cli';
import { readVitals, type Vitals } from './vitals.js';

/** Which relay. */
export type Role = 'edge' | 'center';

interface Running {
  readonly child: RelayChild;
  readonly addresses: BoundAddresses;
}

/** See the head of the file. */
export class FaultSystem {
  readonly #directory: string;
  readonly #running = new Map<Role, Running>();
  /** Lines of the relays' logs that nobody wants: errors, faults, anything on standard error. */
  readonly complaints: string[] = [];

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Starts both. */
  static async start(): Promise<FaultSystem> {
    const directory = mkdtempSync(join(tmpdir(), 'longhaul-faults-'));
    const system = new FaultSystem(directory);
    await writeCertificates(directory, { names: ['edge', 'center'], days: 1, force: false, now: new Date() });
    const [rtmp, edgeAdmin, http, centerAdmin, link] = await freePorts(5);
    const common = { log: { level: 'info', format: 'json' }, drainMs: DRAIN_MS, linger: LINGER };
    system.#write('edge', {
      ...common,
      relay: { id: 'edge', role: 'edge' },
      rtmp: { listen: `127.0.0.1:${rtmp}` },
      admin: { listen: `127.0.0.1:${edgeAdmin}` },
      link: { listen: `127.0.0.1:${link}`, tls: relayFiles(directory, 'edge') },
    });
    const peers = [{ name: 'edge', url: `quic://127.0.0.1:${link}` }];
    system.#write('center', {
      ...common,
      relay: { id: 'center', role: 'center' },
      http: { listen: `127.0.0.1:${http}` },
      admin: { listen: `127.0.0.1:${centerAdmin}` },
      link: { tls: relayFiles(directory, 'center'), peers },
    });
    try {
      await system.up('edge');
      await system.up('center');
    } catch (error) {
      await system.stop();
      throw error;
    }
    return system;
  }

  /** Where publishers send and viewers read; the ports never change. */
  get urls(): { readonly publish: string; readonly play: string } {
    const { edge, center } = { edge: this.#of('edge'), center: this.#of('center') };
    return { publish: `rtmp://${edge.addresses.rtmp}/live`, play: `http://${center.addresses.http}/live` };
  }

  /** Starts a relay that is down; resolves when its ports are bound. */
  async up(role: Role): Promise<void> {
    const child = new RelayChild({
      name: role,
      configFile: join(this.#directory, `${role}.yaml`),
      onLog: (line, from) => this.#look(role, line, from),
    });
    this.#running.set(role, { child, addresses: await child.ready });
  }

  /** Ends a relay with `signal`; resolves when its process is gone. */
  async down(role: Role, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { child } = this.#of(role);
    if (signal === 'SIGKILL') child.kill();
    else child.stop();
    await child.ended;
  }

  /** Process id of a relay that runs. */
  pid(role: Role): number {
    return this.#of(role).child.pid ?? 0;
  }

  vitals(role: Role): Promise<Vitals> {
    const { child, addresses } = this.#of(role);
    return readVitals(child.pid ?? 0, addresses.admin ?? '');
  }

  /** Ends both and removes their files. */
  async stop(): Promise<void> {
    for (const { child } of this.#running.values()) child.stop();
    await Promise.all([...this.#running.values()].map(({ child }) => child.ended));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #of(role: Role): Running {
    const running = this.#running.get(role);
    if (running === undefined) throw new Error(`the ${role} has not been started`);
    return running;
  }

  #write(role: Role, config: object): void {
    // JSON is YAML.
    writeFileSync(join(this.#directory, `${role}.yaml`), JSON.stringify(config));
  }

  #look(role: Role, line: string, from: 'log' | 'stderr'): void {
    const level = from === 'log' ? Number(/"level":(\d+)/.exec(line)?.[1] ?? 0) : ERROR_LEVEL;
    if (line.trim() !== '' && level >= ERROR_LEVEL) this.complaints.push(`${role}: ${line}`);
  }
}

/** Ports that were free a moment ago, so that a relay finds its own again. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports.push((server.address() as { port: number }).port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const DRAIN_MS = 500;
const LINGER = { publisherMs: 3_000, viewerMs: 500 };
/** pino's `error`. */
const ERROR_LEVEL = 50;
