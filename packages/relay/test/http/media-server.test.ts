import { connect } from 'node:net';
import t from 'tap';
import type { RelayConfig } from '../../src/config/config.js';
import { MediaServer } from '../../src/http/media-server.js';

/** Larger than all socket buffers between two programs of this machine. */
const FILE_BYTES = 33_554_432;

t.test('a client that does not read an answer is cut, one that reads slowly is not', async (t) => {
  const pageDirectory = t.testdir({ 'large.html': 'x'.repeat(FILE_BYTES) });
  const settings = {
    cors: ['*'],
    maxConnections: 10,
    maxConnectionsPerAddress: 10,
    headerTimeoutMs: 5_000,
    maxHeaderBytes: 16_384,
    slowReaderMs: 300,
    page: {},
  } as { -readonly [K in keyof RelayConfig['http']]: RelayConfig['http'][K] };
  const server = new MediaServer({
    settings: () => settings,
    isTrusted: () => true,
    domainOf: () => 'default',
    knows: () => false,
    view: () => false,
    figures: () => ({}) as never,
    explain: () => ({ unknown: 'nothing' }),
    warn: () => undefined,
    pageDirectory,
  });
  t.teardown(() => server.close());
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

  /** Bytes that came until the server ended the connection. */
  const read = (beginAfterMs: number, pauseMs: number) =>
    new Promise<number>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      let bytes = 0;
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(bytes));
      socket.on('data', (piece) => {
        bytes += piece.length;
        if (pauseMs === 0) return;
        socket.pause();
        setTimeout(() => socket.resume(), pauseMs);
      });
      socket.write('GET /large.html HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      if (beginAfterMs > 0) {
        socket.pause();
        setTimeout(() => socket.resume(), beginAfterMs);
      }
    });
  t.ok((await read(1_500, 0)) < FILE_BYTES, 'cut before it began to read');
  // 512 pieces of 64 KiB take longer than this in all, and each is read within it, on a busy machine too.
  settings.slowReaderMs = 2_000;
  t.ok((await read(0, 8)) > FILE_BYTES, 'everything');
});
