import { networkInterfaces } from 'node:os';
import { Media, waitFor } from '@longhaul/testkit';
import t from 'tap';
import { sameFrames } from '../drive/compare.js';
import { HttpFlvViewer, WebSocketFlvViewer } from '../drive/flv-viewer.js';
import { linked, Relays } from '../drive/relays.js';
import { publish, RtmpClient } from '../drive/rtmp-client.js';

const LOOPBACK = '[::1]:0';
const EVERYWHERE = '[::]:0';
const skip = networkInterfaces().lo?.some(({ address }) => address === '::1')
  ? false
  : 'this machine has no IPv6';

/** Every listener of a relay on one address. */
const listenAll = (listen: string) => ({
  rtmp: { listen, publish: { open: true } },
  http: { listen },
  admin: { listen },
  link: { listen },
});

const portOf = (address: string | undefined) => address?.slice(address.lastIndexOf(':') + 1);

t.test('a broadcast goes all the way over IPv6', { skip }, async (t) => {
  const relays = await Relays.create(t);
  const edge = await relays.start('edge', { relay: { role: 'edge' }, ...listenAll(LOOPBACK) });
  for (const address of Object.values(edge.relay.addresses)) t.match(address, /^\[::1\]:\d+$/);
  const peers = [{ name: 'edge', url: `quic://${edge.relay.addresses.link}` }];
  const center = await relays.start('center', {
    relay: { role: 'center' },
    linger: { publisherMs: 0 },
    viewers: { mergeHoldMs: 5_000 },
    ...listenAll(LOOPBACK),
    link: { listen: LOOPBACK, peers },
  });
  await linked(edge, center);
  t.match(center.relay.figures.links()[0], { address: edge.relay.addresses.link, state: 'open' });
  t.match(edge.relay.figures.links()[0], { address: /^\[::1\]:\d+$/ });
  t.equal((await fetch(`${center.admin}/health`)).status, 200);

  const http = new HttpFlvViewer(`${center.http}/a.flv`);
  const webSocket = new WebSocketFlvViewer(`${center.http.replace('http', 'ws')}/a.flv`);
  const player = new RtmpClient('play', `${center.rtmp}/a`);
  const messages = Media.broadcast({ seconds: 1 });
  const publisher = await publish(`${edge.rtmp}/a`);
  await publisher.send(messages);
  t.match(edge.relay.figures.broadcasts()[0], { source: { kind: 'publisher', name: /^(?!.*ffff).*::1/ } });
  await publisher.close();
  t.equal(await http.over, true);
  await Promise.all([webSocket.over, player.over]);
  sameFrames(t, messages, http.tags, 'HTTP-FLV');
  sameFrames(t, messages, webSocket.tags, 'WebSocket-FLV');
  sameFrames(t, messages, player.messages, 'RTMP');
});

t.test('[::] hears both families, and an IPv4 client is known by its plain address', { skip }, async (t) => {
  const relays = await Relays.create(t);
  const { relay } = await relays.start('edge', listenAll(EVERYWHERE));
  const { rtmp, http, admin, link } = relay.addresses;
  for (const address of [rtmp, http, admin, link]) t.match(address, /^\[::\]:\d+$/);
  const names = { '127.0.0.1': 'four', '[::1]': 'six' };
  for (const [host, name] of Object.entries(names)) {
    t.equal((await fetch(`http://${host}:${portOf(admin)}/health`)).status, 200, `admin by ${host}`);
    const publisher = await publish(`rtmp://${host}:${portOf(rtmp)}/live/${name}`);
    t.teardown(() => publisher.vanish());
    await publisher.send(Media.broadcast({ seconds: 1 }));
    const viewer = new HttpFlvViewer(`http://${host}:${portOf(http)}/live/${name}.flv`);
    t.teardown(() => viewer.close());
    t.equal((await viewer.response).statusCode, 200, `HTTP by ${host}`);
    const figures = await (await fetch(`http://${host}:${portOf(http)}/figures.json`)).json();
    t.match(
      figures,
      { urls: { rtmp: `rtmp://${host}:${portOf(rtmp)}` } },
      'addresses as the client reaches them',
    );
    const center = await relays.start(name, {
      relay: { role: 'center' },
      ...listenAll('127.0.0.1:0'),
      link: { peers: [{ name: 'edge', url: `quic://${host}:${portOf(link)}` }] },
    });
    await waitFor(`a link by ${host}`, () => center.relay.figures.links()[0]?.state === 'open');
  }
  const addressOf = (path: string) =>
    relay.figures.broadcasts().find((broadcast) => broadcast.path === path)?.source?.name;
  t.match(addressOf('default/live/four'), /^127\.0\.0\.1(:\d+)?$/);
  t.match(addressOf('default/live/six'), /^(\[::1\]:\d+|::1)$/);
  const linkTo = (peer: string) => relay.figures.links().find((each) => each.peer === peer)?.address;
  t.match(linkTo('four'), /^127\.0\.0\.1:\d+$/);
  t.match(linkTo('six'), /^\[::1\]:\d+$/);
});

t.test('an IPv6 address in `domains` names the domain for RTMP and HTTP alike', { skip }, async (t) => {
  const relays = await Relays.create(t);
  const { relay, rtmp, http } = await relays.start('edge', {
    ...listenAll(LOOPBACK),
    domains: { '::1': 'six' },
  });
  const publisher = await publish(`${rtmp}/a`);
  t.teardown(() => publisher.vanish());
  await publisher.send(Media.broadcast({ seconds: 1 }));
  const viewer = new HttpFlvViewer(`${http}/a.flv`);
  t.teardown(() => viewer.close());
  t.equal((await viewer.response).statusCode, 200);
  t.same(
    relay.figures.broadcasts().map(({ path, viewers }) => [path, viewers]),
    [['six/live/a', 1]],
  );
});
