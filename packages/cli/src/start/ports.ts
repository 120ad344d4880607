/** Is a port free? Asked before anything starts, so that the answer can name the flag that changes it. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { CliError, firstLine } from '../errors.js';
import { PORTS, type PortInfo, type PortName } from './options.js';

/** Rejects with `LH_CLI_PORT` naming every port that cannot be bound on 127.0.0.1 and its flag. */
export async function checkPorts(ports: Readonly<Record<PortName, number>>): Promise<void> {
  const problems = await Promise.all(PORTS.map((info) => problemOf(info, ports[info.name])));
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw new CliError('LH_CLI_PORT', found.join('; '));
}

async function problemOf(info: PortInfo, port: number): Promise<string | undefined> {
  try {
    await (info.protocol === 'udp' ? bindUdp(port) : bindTcp(port));
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used: ${firstLine(error)}`;
    const kind = info.protocol === 'udp' ? 'UDP port' : 'port';
    return `${kind} ${port} (${info.what}) ${why}: npm start -- --${info.flag} ${otherPort(port)}`;
  }
}

/** A suggestion that is likely free and never privileged. */
function otherPort(port: number): number {
  return port < 1_024 ? port + 8_000 : port <= 65_000 ? port + 100 : port - 100;
}

function bindTcp(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve()));
  });
}

function bindUdp(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: '127.0.0.1', port, exclusive: true }, () => socket.close(() => resolve()));
  });
}
