import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Media, waitFor } from '@longhaul/testkit';
import t from 'tap';
import { loadConfig } from '../../src/config/config.js';
import { sameFrames } from '../drive/compare.js';
import { HttpFlvViewer, WebSocketFlvViewer } from '../drive/flv-viewer.js';
import { Relays, type TestRelay } from '../drive/relays.js';
import { publish, RtmpClient } from '../drive/rtmp-client.js';

const LINGER = { linger: { publisherMs: 5_000, viewerMs: 0 } };
const epoch = ({ relay }: TestRelay) => relay.figures.broadcasts()[0]?.epoch ?? 0;

t.test('a silent publisher is taken over: a new epoch, the same viewers', async (t) => {
  const relay = await (await Relays.create(t)).start('a', {
    ...LINGER,
    rtmp: { listen: '127.0.0.1:0', publish: { takeOverMs: 2_000 } },
  });
  const viewer = new HttpFlvViewer(`${relay.http}/x.flv`);
  const messages = Media.broadcast({ seconds: 1 });
  const dead = await publish(`${relay.rtmp}/x`);
  await dead.send(messages);
  await waitFor('the first part', () => viewer.tags.length === messages.length);
  const first = epoch(relay);
  await t.rejects(publish(`${relay.rtmp}/x`), { message: /Publish\.BadName/ }, 'it sent a moment ago');
  await sleep(2_050);
  const heir = await publish(`${relay.rtmp}/x`);
  await dead.over;
  t.ok(epoch(relay) > first, 'a new epoch');
  await heir.send(messages);
  await waitFor('the second part', () => viewer.tags.length === 2 * messages.length);
  const times = viewer.tags.filter(({ type }) => type === 9).map(({ timestamp }) => timestamp);
  t.strictSame(
    times,
    [...times].sort((a, b) => a - b),
    'timestamps go on upward',
  );
  t.match(
    relay.log.filter(({ msg }) => msg === 'publisher ended'),
    [{ reason: 'taken over', path: 'default/live/x' }],
  );
  await heir.close();
  viewer.close();
});

t.test('an encoder that comes back with its token takes over at once', async (t) => {
  const relay = await (await Relays.create(t)).start('a', {
    ...LINGER,
    rtmp: { listen: '127.0.0.1:0', publish: { tokens: ['one', 'two'] } },
  });
  const first = await publish(`${relay.rtmp}/x?token=one`);
  await t.rejects(publish(`${relay.rtmp}/x?token=two`), { message: /Publish\.BadName/ }, 'another token');
  await t.rejects(publish(`${relay.rtmp}/x?token=three`), { message: /Publish\.Denied/ });
  const second = await publish(`${relay.rtmp}/x?token=one`);
  await first.over;
  const messages = Media.broadcast({ seconds: 1 });
  const player = new RtmpClient('play', `${relay.rtmp}/x`);
  await second.send(messages);
  await waitFor('its frames', () => player.messages.length === messages.length);
  sameFrames(t, messages, player.messages, 'the player');
  await second.close();
  player.vanish();
});

t.test('a downstream relay keeps its viewers over a take-over', async (t) => {
  const { edge, center } = await (await Relays.create(t)).pair({
    edge: { ...LINGER, rtmp: { listen: '127.0.0.1:0', publish: { takeOverMs: 200 } } },
    center: LINGER,
  });
  const viewer = new HttpFlvViewer(`${center.http}/x.flv`);
  const messages = Media.broadcast({ seconds: 1 });
  const dead = await publish(`${edge.rtmp}/x`);
  await dead.send(messages);
  await waitFor('the first part', () => viewer.tags.length === messages.length);
  await sleep(250);
  const heir = await publish(`${edge.rtmp}/x`);
  await heir.send(messages);
  await waitFor('the second part', () => viewer.tags.length === 2 * messages.length);
  t.equal(viewer.tags.length, 2 * messages.length);
  await heir.close();
  viewer.close();
});

t.test('tokens of a rule, and tokens that are withdrawn', async (t) => {
  const relay = await (await Relays.create(t)).start('a', {
    rtmp: { listen: '127.0.0.1:0', publish: { tokens: ['all'] } },
    broadcasts: [{ path: 'default/live/own*', publishTokens: ['own'] }],
  });
  await t.rejects(publish(`${relay.rtmp}/own1?token=all`), { message: /Publish\.Denied/ });
  const own = await publish(`${relay.rtmp}/own1?token=own`);
  const other = await publish(`${relay.rtmp}/other?token=all`);
  const file = relay.relay.config.sources.file ?? '';
  writeFileSync(file, readFileSync(file, 'utf8').replace('- own\n', '- new\n'));
  relay.relay.reload(loadConfig({ file }));
  await own.over;
  t.match(
    relay.log.filter(({ msg }) => msg === 'publisher ended'),
    [{ path: 'default/live/own1', reason: 'token withdrawn' }],
  );
  await (await publish(`${relay.rtmp}/own1?token=new`)).close();
  t.equal(other.socket.destroyed, false, 'the other goes on');
  await other.close();
  t.notMatch(JSON.stringify(relay.log), /token=|"own"/);
});

t.test('viewers of a publisher that does not return get the end after the linger', async (t) => {
  const relay = await (await Relays.create(t)).start('a', {
    viewers: { unknownWaitMs: 300 },
    linger: { publisherMs: 400, viewerMs: 0 },
  });
  const publisher = await publish(`${relay.rtmp}/x`);
  const viewer = new HttpFlvViewer(`${relay.http}/x.flv`);
  const webSocket = new WebSocketFlvViewer(`${relay.http.replace('http', 'ws')}/x.flv`);
  const player = new RtmpClient('play', `${relay.rtmp}/x`);
  await publisher.send(Media.broadcast({ seconds: 1 }));
  await waitFor('all see it', () =>
    [viewer.tags, webSocket.tags, player.messages].every(({ length }) => length > 0),
  );
  publisher.vanish();
  const startMs = performance.now();
  t.equal(await viewer.over, true, 'the last chunk of HTTP');
  t.ok(performance.now() - startMs >= 350, 'after the linger');
  t.equal(await webSocket.over, true, 'a clean close');
  await player.over;
  const late = new RtmpClient('play', `${relay.rtmp}/x`);
  await t.rejects(late.ready, { message: /Play\.StreamNotFound/ });
});
