/** Ports for programs that cannot say which one they took. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { eventually } from './system.js';

/** A port on loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until something listens on `port`. */
export function listening(port: number): Promise<void> {
  return eventually(`a listener on port ${port}`, async () =>
    (await isOpen(port)) ? undefined : 'there is none',
  );
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
