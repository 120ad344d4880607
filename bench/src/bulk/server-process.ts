/**
 * Process at the receiver: takes what comes on links over QUIC and TLS on TCP and counts it until SIGTERM.
 * `node server-process.js JSON` with JSON = ServerTask; says `{"event":"ready",...}` and `{"event":"ended","received":..}`.
 */
import { readFileSync } from 'node:fs';
import type { RelayFiles } from '@longhaul/cli';
import { Identity, listen as listenQuic } from '@longhaul/quic';
import { listen as listenTcp } from '@longhaul/tcp';
import type { Connection, ReceiveStream } from '@longhaul/transport';
import { nowUs } from '../run/proc.js';
import { WINDOWS } from './ways.js';

/** What the process is given. */
export interface ServerTask {
  readonly host: string;
  readonly files: RelayFiles;
}

const EVERY_MS = 100;
const { host, files } = JSON.parse(process.argv[2] ?? '{}') as ServerTask;
const identity = new Identity({
  certificate: readFileSync(files.certificate),
  key: readFileSync(files.key),
  authorities: readFileSync(files.authorities),
});
const received = { timeUs: [] as number[], bytes: [] as number[] };
let total = 0;

function count(stream: ReceiveStream): void {
  stream.read({
    onData: (chunks) => {
      for (const { bytes } of chunks) total += bytes.length;
    },
    onFinished: () => {},
    onReset: () => {},
  });
}

function accept(connection: Connection): void {
  connection.attach({
    onUniStream: count,
    onBidiStream: () => {},
    onDatagram: () => {},
    onClosed: () => {},
  });
}

const options = { address: `${host}:0`, identity, onConnection: accept, ...WINDOWS };
const [quic, tls] = await Promise.all([listenQuic(options), listenTcp(options)]);
setInterval(() => {
  received.timeUs.push(nowUs());
  received.bytes.push(total);
}, EVERY_MS);
process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify({ event: 'ended', received })}\n`, () => process.exit(0));
});
process.stdout.write(`${JSON.stringify({ event: 'ready', quic: quic.address, tls: tls.address })}\n`);
