import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Media, waitFor } from '@longhaul/testkit';
import t from 'tap';
import { HttpFlvViewer } from '../drive/flv-viewer.js';
import { Relays } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';

type Json = Record<string, unknown>;

async function read(url: string): Promise<Json> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return (await response.json()) as Json;
}

t.test('health, version and the description of the API', async (t) => {
  const { admin } = await (await Relays.create(t)).start('a', { relay: { role: 'center', region: 'hk' } });
  t.strictSame(await read(`${admin}/health`), { status: 'ok' });
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  t.match(await read(`${admin}/api/v1/version`), {
    name: 'longhaul',
    version,
    relay: { id: 'a', role: 'center', region: 'hk' },
    uptimeMs: Number,
  });
  const openapi = await read(`${admin}/api/v1/openapi.json`);
  t.match(openapi, { openapi: '3.1.0' });
  t.strictSame(Object.keys(openapi.paths as Json).sort(), [
    '/api/v1/broadcasts',
    '/api/v1/congestion',
    '/api/v1/explain',
    '/api/v1/links',
    '/api/v1/links/{peer}/congestion',
    '/api/v1/trace',
    '/api/v1/version',
    '/health',
    '/metrics',
  ]);
  const missing = await fetch(`${admin}/nothing`);
  t.equal(missing.status, 404);
  t.strictSame(await missing.json(), { error: 'no GET here; see /api/v1/openapi.json' });
});

t.test('broadcasts, links, figures and metrics say what is going on', async (t) => {
  const { edge, center } = await (await Relays.create(t)).pair({
    center: { http: { listen: '127.0.0.1:0', page: { pushUrl: 'rtmp://edge.example/live' } } },
  });
  const viewer = new HttpFlvViewer(`${center.http}/a.flv`);
  const publisher = await publish(`${edge.rtmp}/a`);
  const messages = Media.broadcast({ seconds: 3 });
  await read(`${center.admin}/api/v1/broadcasts`);
  await publisher.send(messages);
  await waitFor('all frames', () => viewer.tags.length >= messages.length);
  const bytes = messages.reduce((sum, { payload }) => sum + payload.length, 0);
  const common = {
    path: 'default/live/a',
    state: 'live',
    bytesReceived: bytes,
    framesReceived: messages.length,
  };
  const tracks = [{ name: 'audio0', codec: 'aac' }, { name: 'data0' }, { name: 'video0', codec: 'h264' }];
  const sorted = (body: Json) => {
    const [broadcast] = body.broadcasts as { tracks: { name: string }[] }[];
    return { ...broadcast, tracks: broadcast?.tracks.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
  };
  t.match(sorted(await read(`${edge.admin}/api/v1/broadcasts`)), {
    ...common,
    tracks,
    source: { kind: 'publisher' },
    downstream: 1,
    viewers: 0,
  });
  t.match(sorted(await read(`${center.admin}/api/v1/broadcasts`)), {
    ...common,
    tracks,
    source: { kind: 'link', name: 'edge' },
    viewers: 1,
  });
  t.match(await read(`${center.admin}/api/v1/links`), {
    links: [
      {
        peer: 'edge',
        side: 'dialer',
        state: 'open',
        rttMs: Number,
        packetsSent: Number,
        subscriptionsOut: 1,
        mediaBytesReceived: bytes,
      },
    ],
  });
  const figures = await read(`${new URL(center.http).origin}/figures.json`);
  t.match(figures, {
    nowMs: Number,
    relay: { id: 'center' },
    urls: { push: 'rtmp://edge.example/live', rtmp: center.rtmp.replace('/live', '') },
    broadcasts: [
      {
        ...common,
        viewers: 1,
        play: { flv: '/live/a.flv', webSocket: '/live/a.flv', rtmp: `${center.rtmp}/a` },
      },
    ],
    links: [{ peer: 'edge', state: 'open' }],
  });
  const response = await fetch(`${center.admin}/metrics`);
  t.match(response.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  const metrics = await response.text();
  t.match(metrics, /longhaul_viewers\{protocol="http-flv",relay="center"\} 1\n/);
  t.match(metrics, /longhaul_broadcasts\{state="live",relay="center"\} 1\n/);
  t.match(metrics, /longhaul_links\{state="open",relay="center"\} 1\n/);
  t.match(
    metrics,
    new RegExp(`longhaul_frames_sent_total\\{protocol="http-flv",relay="center"\\} ${messages.length}\n`),
  );
  t.match(metrics, /longhaul_link_rtt_seconds\{peer="edge",relay="center"\} 0\.\d+/);
  t.match(metrics, /longhaul_egress_added_delay_seconds_count\{relay="center"\} [1-9]/);
  t.match(metrics, /longhaul_nodejs_eventloop_lag_p99_seconds/);
  t.match(
    await (await fetch(`${edge.admin}/metrics`)).text(),
    new RegExp(`longhaul_media_received_bytes_total\\{relay="edge"\\} ${bytes}\n`),
  );
  await publisher.close();
  viewer.close();
});

t.test('slow and many clients are bounded', async (t) => {
  const relay = await (await Relays.create(t)).start('a');
  const { hostname, port } = new URL(relay.admin);
  const sockets = Array.from({ length: 300 }, () => connect(Number(port), hostname));
  for (const socket of sockets) socket.on('error', () => undefined).resume();
  await waitFor('those over the cap are closed', () => sockets.filter(({ closed }) => closed).length >= 44);
  t.equal(sockets.filter(({ closed }) => !closed).length, 256);
  for (const socket of sockets) socket.destroy();
  const health = await waitFor('there is room again', () =>
    fetch(`${relay.admin}/health`).catch(() => undefined),
  );
  t.equal(health.status, 200);
});
