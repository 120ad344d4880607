/** Takes the first-use costs of this process (modules, compiler, sockets) out of the first measurement. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeFlvHeader } from '@longhaul/flv';
import { openSource } from '../media/open.js';
import { parseMediaUrl } from '../media/url.js';

const ROUNDS = 3;

/** Reads an empty FLV stream from a server of its own a few times. Takes some milliseconds; never rejects. */
export async function warmUp(): Promise<void> {
  const server = createServer((_request, response) => {
    response.end(encodeFlvHeader({ audio: true, video: true }));
  });
  await new Promise<void>((resolve) => {
    server.once('error', () => resolve());
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo | null;
  for (let round = 0; address !== null && round < ROUNDS; round++) {
    await new Promise<void>((resolve) => {
      const url = parseMediaUrl(`http://127.0.0.1:${address.port}/live/warm.flv`);
      openSource(url, { onTag: () => {}, onEnd: () => resolve() });
    });
  }
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
