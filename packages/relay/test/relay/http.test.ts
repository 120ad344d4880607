import { request } from 'node:http';
import { connect } from 'node:net';
import { Media, waitFor } from '@longhaul/testkit';
import t from 'tap';
import { HttpFlvViewer, WebSocketFlvViewer } from '../drive/flv-viewer.js';
import { Relays } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';

const QUICK = { viewers: { unknownWaitMs: 100 }, linger: { publisherMs: 0, viewerMs: 0 } };
/** For viewers that ask before there is a publisher. */
const PATIENT = { ...QUICK, viewers: { unknownWaitMs: 10_000 } };

/** Sends bytes as they are and returns everything that comes back. */
function raw(http: string, text: string): Promise<string> {
  const { hostname, port } = new URL(http);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    let got = '';
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => {
      got += piece;
    });
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
    socket.write(text);
  });
}

t.test('a broadcast that nobody publishes is 404 after the stated wait', async (t) => {
  const { http } = await (await Relays.create(t)).start('a', QUICK);
  const startMs = performance.now();
  const response = await fetch(`${http}/nothing.flv`);
  t.equal(response.status, 404);
  t.equal(await response.text(), 'no such broadcast\n');
  t.equal(response.headers.get('cache-control'), 'no-store');
  t.ok(performance.now() - startMs >= 95, 'waited');
  const viewer = new WebSocketFlvViewer(`${http.replace('http', 'ws')}/nothing.flv`);
  await viewer.over;
  t.equal(viewer.code, 404);
});

t.test('methods, HEAD and the preflight of CORS', async (t) => {
  const { http, rtmp } = await (await Relays.create(t)).start('a', QUICK);
  const url = `${http}/a.flv`;
  const post = await fetch(url, { method: 'POST', body: 'x' });
  t.equal(post.status, 405);
  t.equal(post.headers.get('allow'), 'GET, HEAD, OPTIONS');
  const preflight = await fetch(url, {
    method: 'OPTIONS',
    headers: { origin: 'https://p.example', 'access-control-request-headers': 'range' },
  });
  t.equal(preflight.status, 204);
  t.equal(preflight.headers.get('access-control-allow-origin'), '*');
  t.equal(preflight.headers.get('access-control-allow-headers'), 'range');
  t.equal((await fetch(url, { method: 'HEAD' })).status, 404);
  const publisher = await publish(`${rtmp}/a`);
  await publisher.send(Media.broadcast({ seconds: 1 }));
  const head = await waitFor('the broadcast is known', async () => {
    const response = await fetch(url, { method: 'HEAD' });
    return response.status === 200 && response;
  });
  t.equal(head.headers.get('content-type'), 'video/x-flv');
  await publisher.close();
});

t.test('only configured origins may read', async (t) => {
  const { http } = await (await Relays.create(t)).start('a', {
    ...QUICK,
    http: { listen: '127.0.0.1:0', cors: ['https://p.example'] },
  });
  const asking = (origin: string) => fetch(`${http}/a.flv`, { method: 'HEAD', headers: { origin } });
  const allowed = await asking('https://p.example');
  t.equal(allowed.headers.get('access-control-allow-origin'), 'https://p.example');
  t.equal(allowed.headers.get('vary'), 'Origin');
  t.equal((await asking('https://evil.example')).headers.get('access-control-allow-origin'), null);
  const viewer = new WebSocketFlvViewer(`${http.replace('http', 'ws')}/a.flv`, {
    origin: 'https://evil.example',
  });
  await viewer.over;
  t.equal(viewer.code, 403);
});

t.test('a name that breaks the rule is refused at once', async (t) => {
  const { http } = await (await Relays.create(t)).start('a', { viewers: { unknownWaitMs: 60_000 } });
  for (const name of ['a%20b', '%2e%2e', 'a%2fb', 'a'.repeat(256)]) {
    const response = await fetch(`${http}/${name}.flv`);
    t.equal(response.status, 400, name);
    t.match(await response.text(), /stream must be 1 to 255 characters/);
  }
  t.match(
    await raw(http, 'GET /live/%zz.flv HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'),
    /^HTTP\/1\.1 400/,
  );
  t.equal((await fetch(`${http}/a/b.flv`)).status, 400);
  t.equal((await fetch(`${http}/no-media`)).status, 404);
});

t.test('a broken WebSocket handshake is refused', async (t) => {
  const { http } = await (await Relays.create(t)).start('a', QUICK);
  const head = 'GET /live/a.flv HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\n';
  t.match(await raw(http, `${head}upgrade: websocket\r\n\r\n`), /^HTTP\/1\.1 400/);
  t.match(
    await raw(http, `${head}upgrade: h2c\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`),
    /^HTTP\/1\.1 400/,
  );
  const key = 'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
  t.match(
    await raw(http, `${head}upgrade: websocket\r\n${key}sec-websocket-version: 8\r\n\r\n`),
    /^HTTP\/1\.1 426/,
  );
});

t.test('the header says which media there are', async (t) => {
  const { http, rtmp } = await (await Relays.create(t)).start('a', PATIENT);
  const cases = [
    { name: 'both', options: {}, flags: { audio: true, video: true } },
    { name: 'audio', options: { framerate: 0 }, flags: { audio: true, video: false } },
    { name: 'video', options: { audioBytes: 0 }, flags: { audio: false, video: true } },
  ];
  for (const { name, options, flags } of cases) {
    const viewer = new HttpFlvViewer(`${http}/${name}.flv`);
    const publisher = await publish(`${rtmp}/${name}`);
    await publisher.send(Media.broadcast({ seconds: 1, ...options }));
    await publisher.close();
    t.equal(await viewer.over, true, 'a complete response');
    const response = await viewer.response;
    t.equal(response.headers['content-type'], 'video/x-flv');
    t.equal(response.headers['cache-control'], 'no-store');
    t.equal(response.headers['access-control-allow-origin'], '*');
    t.strictSame(viewer.reader.header, flags, name);
  }
});

t.test('a client of HTTP/1.0 gets tags without chunks', async (t) => {
  const { http, rtmp } = await (await Relays.create(t)).start('a', PATIENT);
  const got = raw(http, 'GET /live/a.flv HTTP/1.0\r\n\r\n');
  const publisher = await publish(`${rtmp}/a`);
  await publisher.send(Media.broadcast({ seconds: 1 }));
  await publisher.close();
  const [head = '', body = ''] = (await got).split('\r\n\r\nFLV');
  t.match(head, /^HTTP\/1\.1 200/);
  t.notMatch(head, /chunked/i);
  t.equal(body.charCodeAt(0), 1, 'the FLV header follows at once');
});

t.test('a second request on the connection of a viewer cuts it', async (t) => {
  const { http, rtmp } = await (await Relays.create(t)).start('a', QUICK);
  const publisher = await publish(`${rtmp}/a`);
  await publisher.send(Media.broadcast({ seconds: 1 }));
  const one = 'GET /live/a.flv HTTP/1.1\r\nhost: x\r\n\r\n';
  await raw(http, one + one);
  t.pass('the connection ended');
  await publisher.close();
});

t.test('a viewer that leaves is gone', async (t) => {
  const { http, rtmp, relay, log } = await (await Relays.create(t)).start('a', QUICK);
  const publisher = await publish(`${rtmp}/a?token=secret`);
  await publisher.send(Media.broadcast({ seconds: 1 }));
  const viewer = request(`${http}/a.flv?token=secret`);
  viewer.on('error', () => undefined);
  viewer.end();
  await waitFor('the viewer is counted', () => relay.figures.broadcasts()[0]?.viewers === 1);
  viewer.destroy();
  const line = await waitFor('the log line', () => log.find(({ msg }) => msg === 'viewer ended'));
  t.match(line, { path: 'default/live/a', protocol: 'http-flv', reason: 'viewer left' });
  t.equal(relay.figures.broadcasts()[0]?.viewers, 0);
  await publisher.close();
  t.notMatch(JSON.stringify(log), /secret/);
});
