import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import t from 'tap';
import { connectPair, makeIdentities } from './support/pair.js';

const HOP_MS = 100;
const SIZE = 2_000_000;

t.test('a long round trip does not cap the rate at the 64 KiB that HTTP/2 begins with', async (t) => {
  const proxy = createServer((front) => {
    const back = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [front, back],
      [back, front],
    ] as const) {
      from.on('data', (bytes: Buffer) => setTimeout(() => to.write(bytes), HOP_MS));
      from.on('error', () => {});
      from.on('close', () => setTimeout(() => to.destroy(), HOP_MS));
    }
  });
  let target = 0;
  const via = async (port: number) => {
    target = port;
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    return (proxy.address() as AddressInfo).port;
  };
  const pair = await connectPair(await makeIdentities(), via, {});
  const owner = { onUniStream() {}, onBidiStream() {}, onDatagram() {}, onClosed() {} };
  pair.dialer.attach(owner);
  const whole = new Promise<number>((onFinished) => {
    pair.acceptor.attach({
      ...owner,
      onUniStream: (stream) => stream.read({ onData() {}, onReset() {}, onFinished }),
    });
  });
  const started = performance.now();
  const stream = pair.dialer.openUni({ priority: 0 });
  let sent = 0;
  const pump = () => {
    sent += stream.write([Buffer.alloc(SIZE - sent)]);
    if (sent === SIZE) stream.finish();
  };
  stream.listen({ onCredit: pump });
  pump();
  t.equal(await whole, SIZE);
  const tookMs = performance.now() - started;
  const cappedMs = (SIZE / 65_535) * 2 * HOP_MS;
  t.ok(
    tookMs < cappedMs * 0.7,
    `${tookMs.toFixed(0)} ms; with that window it takes ${cappedMs.toFixed(0)} ms`,
  );
  await pair.close();
  proxy.close();
});
