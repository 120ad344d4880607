import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import t from 'tap';
import { parseMediaUrl } from '../../src/media/url.js';
import { WsFlvSource } from '../../src/media/ws-flv-source.js';

/** RFC 6455 §1.3 */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

t.test('a server that does not answer the close is not waited for', async (t) => {
  const server = createServer();
  t.teardown(() => server.close());
  server.on('upgrade', (request, socket) => {
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${ACCEPT_GUID}`);
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n' +
        `sec-websocket-accept: ${accept.digest('base64')}\r\n\r\n`,
    );
    // Reads and says nothing more.
    socket.on('error', () => {}).resume();
  });
  const upgraded = once(server, 'upgrade');
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = parseMediaUrl(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/live/a.flv`);
  t.ok(url.kind === 'ws-flv');
  if (url.kind !== 'ws-flv') return;
  await new Promise<void>((resolve) => {
    const source = new WsFlvSource(url, {
      onTag: () => {},
      onOpen: () => {
        source.pause();
        source.close();
        resolve();
      },
      onEnd: () => t.fail('no end is told after close()'),
    });
  });
  const closing = performance.now();
  const [, socket] = (await upgraded) as [unknown, Socket];
  await once(socket, 'end');
  socket.destroy();
  const waitedMs = performance.now() - closing;
  t.ok(waitedMs < 5_000, `${Math.round(waitedMs)} ms`);
});
