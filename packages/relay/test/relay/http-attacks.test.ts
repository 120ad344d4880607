import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Media, waitFor } from '@longhaul/testkit';
import t from 'tap';
import { besides } from '../drive/bystander.js';
import { Relays } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';

const QUICK = { viewers: { unknownWaitMs: 5_000 }, linger: { publisherMs: 0, viewerMs: 0 } };
const KEY = 'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const UPGRADE = `host: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n${KEY}`;

/** A connection that says what a test wants. */
class RawHttp {
  readonly socket: Socket;
  /** ms from the beginning until the relay closed. */
  readonly closed: Promise<number>;
  received = '';

  constructor(url: string, options: { localAddress?: string } = {}) {
    const { hostname, port } = new URL(url);
    const startMs = performance.now();
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true, ...options });
    this.socket.on('error', () => undefined);
    this.socket.on('data', (bytes) => {
      this.received += bytes.toString('latin1');
    });
    this.closed = new Promise((resolve) =>
      this.socket.once('close', () => resolve(performance.now() - startMs)),
    );
  }

  send(text: string | Uint8Array): this {
    this.socket.write(text);
    return this;
  }

  /** The status lines that came, when the relay has closed. */
  async statuses(): Promise<string[]> {
    await this.closed;
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status ?? '');
  }
}

/** A masked frame of a client (RFC 6455 §5.2); the mask is 0. */
function frame(opcode: number, payload: Uint8Array, final = true): Buffer {
  const { length } = payload;
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([(final ? 0x80 : 0) | opcode, ...size, 0, 0, 0, 0]), payload]);
}

t.test('requests that break the rules of HTTP are refused with a status', async (t) => {
  const relay = await (await Relays.create(t)).start('a', QUICK);
  const close = 'connection: close\r\n\r\n';
  await besides(t, relay, async () => {
    for (const [what, text, status] of [
      ['no Host', `GET / HTTP/1.1\r\n${close}`, '400'],
      ['two Hosts', `GET /x.css HTTP/1.1\r\nhost: a\r\nhost: b\r\n${close}`, '400'],
      ['a Host with a path', `GET /x.css HTTP/1.1\r\nhost: a/b\r\n${close}`, '400'],
      ['a Host with a user', `GET /x.css HTTP/1.1\r\nhost: a@b\r\n${close}`, '400'],
      ['a Host of 4 KB', `GET /x.css HTTP/1.1\r\nhost: ${'a'.repeat(4_096)}\r\n${close}`, '400'],
      ['a header of 64 KB', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(65_536)}\r\n${close}`, '431'],
      ['a target of 64 KB', `GET /${'a'.repeat(65_536)} HTTP/1.1\r\nhost: a\r\n${close}`, '431'],
      ['absolute-form', `GET http://x/nothing.css HTTP/1.1\r\nhost: y\r\n${close}`, '404'],
      ['absolute-form of the figures', `GET http://x/figures.json HTTP/1.1\r\nhost: y\r\n${close}`, '200'],
      ['absolute-form of another scheme', `GET ftp://x/a HTTP/1.1\r\nhost: y\r\n${close}`, '400'],
      ['absolute-form with a user', `GET http://u@x/a HTTP/1.1\r\nhost: y\r\n${close}`, '400'],
      ['asterisk-form', `GET * HTTP/1.1\r\nhost: y\r\n${close}`, '400'],
      [
        'two lengths',
        `GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n${close}`,
        '400',
      ],
      [
        'smuggling',
        `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n${close}`,
        '400',
      ],
      ['no HTTP', 'EHLO relay\r\n\r\n', '400'],
      ['DELETE', `DELETE /live/a.flv HTTP/1.1\r\nhost: a\r\n${close}`, '405'],
      ['TRACE', `TRACE / HTTP/1.1\r\nhost: a\r\n${close}`, '405'],
      ['an upgrade with two Hosts', `GET /live/a.flv HTTP/1.1\r\nhost: b\r\n${UPGRADE}\r\n`, '400'],
      ['an upgrade by POST', `POST /live/a.flv HTTP/1.1\r\n${UPGRADE}\r\n`, '400'],
      ['an upgrade of no media', `GET /figures.json HTTP/1.1\r\n${UPGRADE}\r\n`, '404'],
      ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400'],
    ] as const) {
      t.strictSame(await new RawHttp(relay.http).send(text).statuses(), [status], what);
    }
  });
});

t.test('CONNECT gets no tunnel', async (t) => {
  const relay = await (await Relays.create(t)).start('a', QUICK);
  const client = new RawHttp(relay.http).send('CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n');
  await client.closed;
  t.notMatch(client.received, /HTTP\/1\.1 2/);
});

t.test('a connection is used again after a request that was refused', async (t) => {
  const relay = await (await Relays.create(t)).start('a', QUICK);
  const client = new RawHttp(relay.http);
  for (const [index, line] of [
    'DELETE /',
    'GET /live/..%2f.flv',
    'HEAD /live/x.flv',
    'GET /nothing',
  ].entries()) {
    client.send(`${line} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await waitFor('the answer', () => client.received.split('HTTP/1.1 4').length === index + 2);
  }
  client.send('GET /figures.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  t.strictSame(await client.statuses(), ['405', '400', '404', '404', '200']);
  t.match(client.received, /allow: GET, HEAD, OPTIONS/i);
});

t.test('requests that do not wait for answers end the connection', async (t) => {
  const relay = await (await Relays.create(t)).start('a', QUICK);
  await besides(t, relay, async () => {
    const client = new RawHttp(relay.http);
    client.send('GET /index.html HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(5_000));
    t.ok((await client.closed) < 2_000);
  });
});

t.test('headers that do not come are waited for so long and no longer', async (t) => {
  const relay = await (await Relays.create(t)).start('a', {
    ...QUICK,
    http: { listen: '127.0.0.1:0', headerTimeoutMs: 600 },
  });
  await besides(t, relay, async () => {
    const silent = new RawHttp(relay.http);
    const dripping = new RawHttp(relay.http).send('GET / HTTP/1.1\r\n');
    const drip = setInterval(() => dripping.send('x: y\r\n'), 50);
    const body = new RawHttp(relay.http).send('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n');
    for (const client of [silent, dripping]) {
      const tookMs = await client.closed;
      t.ok(tookMs >= 550 && tookMs < 2_500, `${Math.round(tookMs)} ms`);
    }
    clearInterval(drip);
    t.match(dripping.received, /^HTTP\/1\.1 408/);
    await body.closed;
    t.match(body.received, /^HTTP\/1\.1 405/);
  });
});

t.test('one address has so many connections and no more; others come in', async (t) => {
  const relay = await (await Relays.create(t)).start('a', {
    ...QUICK,
    http: { listen: '127.0.0.1:0', maxConnectionsPerAddress: 5 },
  });
  await besides(t, relay, async () => {
    const crowd = Array.from({ length: 8 }, () => new RawHttp(relay.http, { localAddress: '127.0.0.2' }));
    await waitFor('three are refused', () => crowd.filter(({ socket }) => socket.closed).length === 3);
    t.equal(crowd.filter(({ received }) => received.startsWith('HTTP/1.1 429 ')).length, 3);
    t.equal((await fetch(relay.http.replace('/live', '/figures.json'))).status, 200);
    for (const { socket } of crowd) socket.destroy();
    const again = await waitFor('there is room again', async () => {
      const client = new RawHttp(relay.http, { localAddress: '127.0.0.2' });
      client.send('GET /figures.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      const [status] = await client.statuses();
      return status === '200' && status;
    });
    t.equal(again, '200');
  });
});

t.test('a viewer over WebSocket may send next to nothing', async (t) => {
  const relay = await (await Relays.create(t)).start('a', QUICK);
  await besides(t, relay, async () => {
    for (const [what, frames] of [
      ['a frame over 4 KiB', [frame(2, new Uint8Array(5_000))]],
      [
        'a message of many frames over 4 KiB',
        Array.from({ length: 50 }, (_, at) => frame(at ? 0 : 2, new Uint8Array(120), false)),
      ],
      ['a flood of pings', Array.from({ length: 500 }, () => frame(9, new Uint8Array(100)))],
      ['a flood of messages', Array.from({ length: 500 }, () => frame(1, new Uint8Array(1)))],
      ['a frame without a mask', [Buffer.from([0x82, 1, 0])]],
      ['a reserved opcode', [frame(3, new Uint8Array(1))]],
      ['a control frame of 126 bytes', [frame(9, new Uint8Array(126))]],
    ] as const) {
      const client = new RawHttp(relay.http).send(`GET /live/good.flv HTTP/1.1\r\n${UPGRADE}\r\n`);
      await waitFor('it sees something', () => client.received.includes('FLV'));
      client.send(Buffer.concat(frames));
      await client.closed;
      t.match(client.received, /^HTTP\/1\.1 101/, what);
    }
  });
  t.equal(
    relay.log.filter(({ msg, protocol }) => msg === 'viewer ended' && protocol === 'websocket-flv').length,
    7,
  );
});

t.test('a ping is answered', async (t) => {
  const relay = await (await Relays.create(t)).start('a', QUICK);
  const publisher = await publish(`${relay.rtmp}/x`);
  await publisher.send(Media.broadcast({ seconds: 1 }));
  const client = new RawHttp(relay.http).send(`GET /live/x.flv HTTP/1.1\r\n${UPGRADE}\r\n`);
  await waitFor('it sees something', () => client.received.includes('FLV'));
  client.send(frame(9, Buffer.from('are you there')));
  await waitFor('the pong', () => client.received.includes('\x8a\x0dare you there'));
  await sleep(1);
  client.socket.destroy();
  await publisher.close();
  t.pass('pong');
});
