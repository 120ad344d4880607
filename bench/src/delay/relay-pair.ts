/** An edge and a center as real processes on ephemeral ports, joined by a QUIC link on loopback. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BoundAddresses, RelayChild, relayFiles, writeCertificates } from '@longhaul/cli';

/** Both relays, ready. */
export interface RelayPair {
  readonly edge: BoundAddresses;
  readonly center: BoundAddresses;
  readonly pids: { readonly edge: number; readonly center: number };
  /** Aborts with the reason when a relay ends by itself. */
  readonly died: AbortSignal;
  /** Drains both and removes their files. */
  stop(): Promise<void>;
}

/** How the two are run. */
export interface RelayPairOptions {
  /** One line of a relay's log from level warn on. */
  readonly onLog: (line: string) => void;
  /** Sections of the config (docs/config.md) besides those that a pair needs. */
  readonly edge?: object;
  readonly center?: object;
}

/** Starts the edge, then the center that dials it. Rejects when one cannot start. */
export async function startRelayPair({ onLog, ...extra }: RelayPairOptions): Promise<RelayPair> {
  const directory = mkdtempSync(join(tmpdir(), 'longhaul-bench-'));
  const died = new AbortController();
  const relays: RelayChild[] = [];
  const run = async (name: string, config: object): Promise<BoundAddresses> => {
    const configFile = join(directory, `${name}.yaml`);
    // JSON is YAML.
    writeFileSync(
      configFile,
      JSON.stringify({ ...config, log: { level: 'warn', format: 'json' }, drainMs: 1_000 }),
    );
    const relay = new RelayChild({ name, configFile, onLog: (line) => onLog(`${name}: ${line}`) });
    relays.push(relay);
    void relay.ended.then(() => {
      if (!relay.stopping) died.abort(relay.diedError());
    });
    return relay.ready;
  };
  const stop = async () => {
    for (const relay of relays) relay.stop();
    await Promise.all(relays.map((relay) => relay.ended));
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await writeCertificates(directory, { names: ['edge', 'center'], days: 1, force: false, now: new Date() });
    const any = '127.0.0.1:0';
    const edge = await run('edge', {
      relay: { id: 'edge', role: 'edge' },
      rtmp: { listen: any },
      link: { listen: any, tls: relayFiles(directory, 'edge') },
      ...extra.edge,
    });
    const center = await run('center', {
      relay: { id: 'center', role: 'center' },
      http: { listen: any },
      link: { tls: relayFiles(directory, 'center'), peers: [{ name: 'edge', url: `quic://${edge.link}` }] },
      ...extra.center,
    });
    const [edgePid = 0, centerPid = 0] = relays.map(({ pid }) => pid ?? 0);
    return { edge, center, pids: { edge: edgePid, center: centerPid }, died: died.signal, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
