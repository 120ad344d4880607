import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import {
  availableCongestion,
  boundNotSent,
  chooseCongestion,
  congestionOf,
  infoOf,
  probeCongestion,
} from '../src/tcp-socket.js';

const linux = process.platform === 'linux' ? {} : { skip: 'TCP_INFO is Linux only' };

/** A connected pair on loopback. */
async function connected(t: Test): Promise<{ here: Socket; there: Socket }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const here = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [there] = (await once(server, 'connection')) as [Socket];
  t.teardown(() => {
    here.destroy();
    there.destroy();
    server.close();
  });
  return { here, there };
}

t.test('a socket uses the algorithm that was chosen for it, others keep theirs', linux, async (t) => {
  const { here, there } = await connected(t);
  const before = congestionOf(there);
  const other = availableCongestion().find((name) => name !== before && allowed(name));
  if (other === undefined) {
    t.comment(`this kernel offers only ${before}`);
    chooseCongestion(here, before);
    t.equal(congestionOf(here), before);
    return;
  }
  chooseCongestion(here, other);
  t.equal(congestionOf(here), other);
  t.equal(congestionOf(there), before);
});

t.test('an algorithm that the kernel does not have is named, and what there is', linux, async (t) => {
  const { here } = await connected(t);
  const before = congestionOf(here);
  const expected = {
    name: 'QuicError',
    code: 'LH_QUIC_TCP_UNKNOWN',
    message: new RegExp(`"nonsense" is unknown here; this kernel offers ${availableCongestion().join(', ')}`),
  };
  t.throws(() => probeCongestion('nonsense'), expected);
  t.throws(() => chooseCongestion(here, 'nonsense'), expected);
  t.throws(() => probeCongestion(''), { code: 'LH_QUIC_TCP_UNKNOWN' });
  t.throws(() => probeCongestion('a-name-longer-than-sixteen'), { code: 'LH_QUIC_TCP_UNKNOWN' });
  t.equal(congestionOf(here), before);
});

t.test('the figures are those of the bytes that crossed', linux, async (t) => {
  const { here, there } = await connected(t);
  boundNotSent(here, 65_536);
  const size = 500_000;
  let arrived = 0;
  const whole = new Promise<void>((resolve) => {
    there.on('data', (bytes) => {
      arrived += bytes.length;
      if (arrived === size) resolve();
    });
  });
  here.write(Buffer.alloc(size));
  await whole;
  const [sent, received] = [infoOf(here), infoOf(there)];
  t.ok((sent?.bytesSent ?? 0) >= size);
  t.equal(received?.bytesReceived, size);
  t.ok((sent?.cwndBytes ?? 0) >= (sent?.mssBytes ?? 1), 'a window of at least one segment');
  t.ok((sent?.rttMs ?? 0) > 0 && (sent?.minRttMs ?? 9) <= (sent?.rttMs ?? 0) + 1);
  t.ok((sent?.segmentsSent ?? 0) >= size / (sent?.mssBytes ?? size));
});

t.test('a closed socket has no figures and takes no option', linux, async (t) => {
  const { here } = await connected(t);
  here.destroy();
  await once(here, 'close');
  t.equal(infoOf(here), undefined);
  t.throws(() => chooseCongestion(here, 'reno'), { code: 'LH_QUIC_TCP' });
  t.throws(() => congestionOf(here), { code: 'LH_QUIC_TCP' });
  t.throws(() => boundNotSent(here, 1), { code: 'LH_QUIC_TCP' });
});

function allowed(name: string): boolean {
  try {
    probeCongestion(name);
    return true;
  } catch {
    return false;
  }
}
