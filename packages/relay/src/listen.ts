/** Binds a TCP server. */
import type { AddressInfo, Server } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Address, formatAddress } from './config/address.js';
import { RelayError } from './errors.js';

/** Connections that wait to be accepted: a crowd arrives within a tick. */
const BACKLOG = 4_096;

/** What is listened for. */
export interface ListenOptions {
  readonly address: Address;
  /** Key of the config, for messages. */
  readonly key: string;
  /** Hears of connections that could not be accepted (no file descriptors left): the server goes on. */
  readonly onError: (error: Error) => void;
}

/** Resolves with the address really bound. Rejects with `LH_RELAY_LISTEN`, naming the key and what to do. */
export function listen(server: Server, { address, key, onError: onLater }: ListenOptions): Promise<Address> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      const why = REASONS[cause.code ?? ''] ?? cause.message;
      const message = `${key}: cannot listen on ${formatAddress(address)}: ${why}`;
      reject(new RelayError('LH_RELAY_LISTEN', message, { cause }));
    };
    server.once('error', onError);
    server.listen({ host: address.host, port: address.port, backlog: BACKLOG }, () => {
      server.off('error', onError);
      server.on('error', onLater);
      const bound = server.address() as AddressInfo;
      resolve({ host: bound.address, port: bound.port });
    });
  });
}

/** The same for the admin API. */
export async function adminListen(app: FastifyInstance, options: ListenOptions): Promise<string> {
  await app.ready();
  return formatAddress(await listen(app.server, options));
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has the port; stop it or choose another port',
  EACCES: 'not permitted; choose a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'this host name is unknown',
};
