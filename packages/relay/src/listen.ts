/** Binds a TCP server. */
import type { AddressInfo, Server } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Address, formatAddress } from './config/address.js';
import { RelayError } from './errors.js';

/** Connections that wait to be accepted: a crowd arrives within a tick. */
const BACKLOG = 4_096;

/** Resolves with the address really bound. Rejects with `LH_RELAY_LISTEN`, naming `key` and what to do. */
export function listen(server: Server, address: Address, key: string): Promise<Address> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      const why = REASONS[cause.code ?? ''] ?? cause.message;
      const message = `${key}: cannot listen on ${formatAddress(address)}: ${why}`;
      reject(new RelayError('LH_RELAY_LISTEN', message, { cause }));
    };
    server.once('error', onError);
    server.listen({ host: address.host, port: address.port, backlog: BACKLOG }, () => {
      server.off('error', onError);
      const bound = server.address() as AddressInfo;
      resolve({ host: bound.address, port: bound.port });
    });
  });
}

/** The same for the admin API. */
export async function adminListen(app: FastifyInstance, address: Address): Promise<string> {
  await app.ready();
  return formatAddress(await listen(app.server, address, 'admin.listen'));
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has the port; stop it or choose another port',
  EACCES: 'not permitted; choose a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'this host name is unknown',
};
