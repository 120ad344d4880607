/**
 * Process at the receiver: accepts links over QUIC and over TLS on TCP and sends every byte of a stream back.
 * `node server-process.js '{"host":"10.77.0.2","files":{...}}'`; says `{"event":"ready","quic":..,"tls":..}`.
 */
import { readFileSync } from 'node:fs';
import type { RelayFiles } from '@longhaul/cli';
import * as Quic from '@longhaul/quic';
import * as Tcp from '@longhaul/tcp';
import type { BidiStream, Connection } from '@longhaul/transport';

/** What the process is given. */
export interface ServerTask {
  readonly host: string;
  readonly files: RelayFiles;
}

const task = JSON.parse(process.argv[2] ?? '{}') as ServerTask;
const identity = new Quic.Identity({
  certificate: readFileSync(task.files.certificate),
  key: readFileSync(task.files.key),
  authorities: readFileSync(task.files.authorities),
});

function echo({ send, receive }: BidiStream): void {
  receive.read({
    onData: (chunks) => void send.write(chunks.map(({ bytes }) => bytes)),
    onFinished: () => send.finish(),
    onReset: () => {},
  });
}

function accept(connection: Connection): void {
  connection.attach({
    onBidiStream: echo,
    onUniStream: (stream) => stream.stop(0),
    onDatagram: () => {},
    onClosed: () => {},
  });
}

const options = { address: `${task.host}:0`, identity, onConnection: accept };
const [quic, tls] = await Promise.all([Quic.listen(options), Tcp.listen(options)]);
process.on('SIGTERM', () => process.exit(0));
process.stdout.write(`${JSON.stringify({ event: 'ready', quic: quic.address, tls: tls.address })}\n`);
