/** How many connections one client may hold to an HTTP server. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import * as ClientAddress from '../client-address.js';

/** What the cap is made of; asked at each connection, so that a reload applies. */
export interface ConnectionCaps {
  maxConnectionsPerAddress(): number;
  /** Whether the cap does not hold for this client. */
  isTrusted(address: string): boolean;
  /** A connection was refused. */
  onRefused(address: string): void;
}

/** Refuses connections over the cap with 429 before a byte of them is read. */
export function capConnections(server: Server, caps: ConnectionCaps): void {
  const counts = new ClientAddress.Counts();
  server.prependListener('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (caps.isTrusted(address)) return;
    const client = ClientAddress.network(address);
    counts.add(client);
    socket.once('close', () => counts.remove(client));
    if (counts.of(client) <= caps.maxConnectionsPerAddress()) return;
    caps.onRefused(address);
    socket.end('HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    socket.destroySoon();
  });
}
