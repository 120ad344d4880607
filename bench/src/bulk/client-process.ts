/**
 * Process at the sender: fills one stream until SIGTERM and samples what its connection knows of the path.
 * `node client-process.js JSON` with JSON = ClientTask; says `{"event":"started"}` and `{"event":"ended","series":..}`.
 */
import { readFileSync } from 'node:fs';
import type { RelayFiles } from '@longhaul/cli';
import { type ControllerOption, dial as dialQuic, Identity } from '@longhaul/quic';
import { dial as dialTcp } from '@longhaul/tcp';
import type { Connection, SendStream } from '@longhaul/transport';
import { nowUs } from '../run/proc.js';
import { SampleTable } from '../run/sample-table.js';
import { type Way, WINDOWS } from './ways.js';

/** What the process is given. */
export interface ClientTask {
  readonly way: Way;
  /** `host:port`. */
  readonly target: string;
  readonly files: RelayFiles;
}

const EVERY_MS = 100;
const PIECE = new Uint8Array(65_536).fill(0x5a);
const SEND_BUFFER_BYTES = 4 * 1024 * 1024;
const { way, target, files } = JSON.parse(process.argv[2] ?? '{}') as ClientTask;

async function connect(): Promise<Connection> {
  const identity = new Identity({
    certificate: readFileSync(files.certificate),
    key: readFileSync(files.key),
    authorities: readFileSync(files.authorities),
  });
  const common = {
    serverName: 'center',
    identity,
    ...WINDOWS,
    sendBufferBytes: SEND_BUFFER_BYTES,
  };
  if (way.carrier === 'tcp') {
    return dialTcp({ ...common, url: `tls://${target}`, congestion: way.congestion, schedule: 'arrival' });
  }
  const controller = way.congestion as ControllerOption;
  return dialQuic({ ...common, url: `quic://${target}`, controller });
}

/** Writes as much as the stream takes, and again whenever it takes more. */
function fill(stream: SendStream): void {
  const write = () => {
    while (stream.credit > 0) {
      const most = Math.min(stream.credit, PIECE.length);
      if (stream.write([PIECE.subarray(0, most)]) === 0) return;
    }
  };
  stream.listen({ onCredit: write });
  write();
}

const connection = await connect();
connection.attach({
  onUniStream: () => {},
  onBidiStream: () => {},
  onDatagram: () => {},
  onClosed: (info) => {
    process.stderr.write(`the connection was closed: ${JSON.stringify(info)}\n`);
    process.exit(1);
  },
});
const table = new SampleTable();
setInterval(() => {
  const stats = connection.stats();
  table.add(nowUs(), {
    cwndBytes: stats.cwndBytes,
    rateBps: stats.pacingRateBps,
    rttUs: Math.round(stats.rttMs * 1000),
    minRttUs: Math.round(stats.minRttMs * 1000),
    inFlightBytes: stats.bytesInFlight,
    sentBytes: stats.bytesSent,
    lostPackets: stats.packetsLost,
  });
}, EVERY_MS);
process.on('SIGTERM', () => {
  const ended = { event: 'ended', series: table.series('hop.sender') };
  process.stdout.write(`${JSON.stringify(ended)}\n`, () => process.exit(0));
});
fill(connection.openUni({ priority: 0 }));
process.stdout.write('{"event":"started"}\n');
