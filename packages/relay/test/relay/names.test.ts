import { get } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import { Relays } from '../drive/relays.js';
import * as Raw from '../drive/rtmp-raw.js';

/** What a name must not be, as bytes of an address. `/` and `?` are left to each surface. */
const NAMES = [
  '..',
  '.',
  '...%2f..',
  '%2e%2e',
  '%2e%2e%2fetc%2fpasswd',
  '..%5c..%5cboot.ini',
  '..\\..\\boot.ini',
  '%00',
  'a%00b',
  'a%0d%0aSet-Cookie:x',
  'a%20b',
  'ä',
  '%c3%a4',
  '%u002e',
  '%zz',
  '\u202egnp',
  '𝄞',
  '．．',
  '%ef%bc%8e%ef%bc%8e',
  '%c0%ae%c0%ae',
  'a:b',
  'a*',
  '$(id)',
  "a'b",
  '<b>',
  'a'.repeat(256),
  'a'.repeat(4_096),
];
/** Names that RTMP carries as they are. */
const RTMP_NAMES = [...NAMES, '', 'a/b', '../../etc/passwd', 'a\0b', '\0', '/', '//', 'a\nb', 'a b'];
const SECRET = /root:|"name": "@longhaul|PRIVATE KEY/;

/** Sends one request as it stands; returns what comes back. */
function raw(url: string, target: string, head = ''): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    let got = '';
    socket.on('data', (bytes) => {
      got += bytes.toString('latin1');
    });
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
    socket.write(`GET ${target} HTTP/1.1\r\nhost: x\r\n${head || 'connection: close\r\n'}\r\n`);
  });
}

const UPGRADE =
  'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n' +
  'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const escaped = (name: string) => JSON.stringify(name.slice(0, 40));

t.test('no surface takes a name that breaks the rule or serves a file outside of its root', async (t) => {
  const relay = await (await Relays.create(t)).start('a', { viewers: { unknownWaitMs: 60_000 } });
  const { http, admin } = relay;
  let refused = 0;
  for (const name of NAMES) {
    for (const [surface, url, target, head] of [
      ['HTTP-FLV stream', http, `/live/${name}.flv`, ''],
      ['HTTP-FLV app', http, `/${name}/x.flv`, ''],
      ['HTTP-FLV without .flv', http, `/live/${name}`, ''],
      ['WS-FLV stream', http, `/live/${name}.flv`, UPGRADE],
      ['WS-FLV app', http, `/${name}/x.flv`, UPGRADE],
      ['page', http, `/${name}`, ''],
      ['page, out of the root', http, `/${name}/../../../../../../../../etc/passwd`, ''],
      ['page, out of assets', http, `/assets/${name}/../../../package.json`, ''],
      ['absolute-form', http, `http://x/live/${name}.flv`, ''],
      ['admin', admin, `/api/v1/${name}`, ''],
      ['admin, out of the root', admin, `/${name}/../../../../../etc/passwd`, ''],
    ] as const) {
      const got = await raw(url, target, head);
      // `/.` is `/`: the page itself.
      const isRoot = surface === 'page' && name === '.';
      if (isRoot || /^HTTP\/1\.1 4\d\d /.test(got)) refused += 1;
      else t.fail(`${surface} ${escaped(name)}: ${escaped(got)}`);
      if (SECRET.test(got)) t.fail(`${surface} ${escaped(name)} serves a file`);
    }
  }
  t.equal(refused, NAMES.length * 11, 'requests refused');
});

t.test('RTMP refuses them for publish and play, as stream and as app', async (t) => {
  const relay = await (await Relays.create(t)).start('a', {
    viewers: { unknownWaitMs: 60_000 },
    rtmp: { listen: '127.0.0.1:0', unusedTimeoutMs: 60_000 },
  });
  const surfaces: [string, (name: string) => Uint8Array, RegExp][] = [
    ['publish', (name) => Buffer.concat([Raw.opening(), Raw.publishing(name)]), /Publish\.BadName/],
    ['play', (name) => Buffer.concat([Raw.opening(), Raw.playing(name)]), /Play\.Failed/],
    ['publish, app', (name) => Buffer.concat([Raw.opening(name), Raw.publishing('x')]), /Publish\.BadName/],
    ['play, app', (name) => Buffer.concat([Raw.opening(name), Raw.playing('x')]), /Play\.Failed/],
  ];
  let refused = 0;
  for (const [surface, bytes, status] of surfaces) {
    for (const name of RTMP_NAMES) {
      const client = new Raw.RawRtmp(relay.rtmp);
      await client.offend(bytes(name));
      if (status.test(client.received)) refused += 1;
      else t.fail(`${surface} ${escaped(name)}: ${escaped(client.received.slice(-200))}`);
    }
  }
  t.equal(refused, RTMP_NAMES.length * surfaces.length);
  t.strictSame(relay.relay.figures.broadcasts(), []);
});

t.test('names that keep the rule are taken', async (t) => {
  const { http } = await (await Relays.create(t)).start('a', { viewers: { unknownWaitMs: 0 } });
  for (const name of ['a', '...', 'A-b_c.d~e', 'a'.repeat(255), '%61']) {
    const status = await new Promise((resolve) =>
      get(`${http}/${name}.flv`, ({ statusCode }) => resolve(statusCode)),
    );
    t.equal(status, 404, `${name.slice(0, 20)}: known as a name, published by nobody`);
  }
});
