/**
 * Process at one end: answers links over QUIC and over TLS on TCP.
 * `node server-process.js '{"host":"10.77.0.2","files":{...},"pathMemoryMs":0}'`; says `{"event":"ready","quic":..,"tls":..}`.
 */
import { readFileSync } from 'node:fs';
import type { RelayFiles } from '@longhaul/cli';
import { Identity } from '@longhaul/quic';
import { respond } from '@longhaul/tcp';

/** What the process is given. */
export interface ServerTask {
  readonly host: string;
  readonly files: RelayFiles;
  /** So long the paths to clients are remembered. */
  readonly pathMemoryMs: number;
}

const { host, files, pathMemoryMs } = JSON.parse(process.argv[2] ?? '{}') as ServerTask;
const identity = new Identity({
  certificate: readFileSync(files.certificate),
  key: readFileSync(files.key),
  authorities: readFileSync(files.authorities),
});
const responder = await respond({ identity, tcp: `${host}:0`, quic: `${host}:0`, pathMemoryMs });
process.on('SIGTERM', () => process.exit(0));
process.stdout.write(`${JSON.stringify({ event: 'ready', quic: responder.quic, tls: responder.tcp })}\n`);
