/** Configs of the two relays that `npm start` runs. */
import { relayFiles } from '../certs/directory.js';
import type { PortName } from './options.js';

/** Relay ids of the two. */
export const EDGE = 'edge';
export const CENTER = 'center';

/** What the configs depend on. */
export interface ConfigOptions {
  readonly ports: Readonly<Record<PortName, number>>;
  readonly certificateDir: string;
  readonly logLevel: string;
}

/** A drain at a person's Ctrl-C: viewers get this long to take what is buffered. */
const DRAIN_MS = 2_000;

/** YAML of the edge: takes RTMP and accepts the link. */
export function edgeConfig({ ports, certificateDir, logLevel }: ConfigOptions): string {
  return write({
    relay: { id: EDGE, role: 'edge', region: 'here' },
    rtmp: { listen: `127.0.0.1:${ports.edgeRtmp}` },
    http: { listen: `127.0.0.1:${ports.edgeHttp}` },
    admin: { listen: `127.0.0.1:${ports.edgeAdmin}` },
    link: { listen: `127.0.0.1:${ports.link}`, tls: relayFiles(certificateDir, EDGE) },
    log: { level: logLevel, format: 'json' },
    drainMs: DRAIN_MS,
  });
}

/** YAML of the center: dials the edge, takes every broadcast at once and plays it out. */
export function centerConfig({ ports, certificateDir, logLevel }: ConfigOptions): string {
  return write({
    relay: { id: CENTER, role: 'center', region: 'there' },
    rtmp: { listen: `127.0.0.1:${ports.rtmp}` },
    http: {
      listen: `127.0.0.1:${ports.http}`,
      page: { pushUrl: `rtmp://127.0.0.1:${ports.edgeRtmp}/live` },
    },
    admin: { listen: `127.0.0.1:${ports.admin}` },
    link: {
      tls: relayFiles(certificateDir, CENTER),
      peers: [{ name: EDGE, url: `quic://127.0.0.1:${ports.link}` }],
    },
    log: { level: logLevel, format: 'json' },
    drainMs: DRAIN_MS,
  });
}

/** JSON is YAML, and needs no library that `npm start` would have to load first. */
function write(config: object): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}
