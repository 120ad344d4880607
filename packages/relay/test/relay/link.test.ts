import { Media, waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import { isInit, isKeyFrame, sameFrames, summary } from '../drive/compare.js';
import { HttpFlvViewer, WebSocketFlvViewer } from '../drive/flv-viewer.js';
import { linked, Relays } from '../drive/relays.js';
import { publish, RtmpClient } from '../drive/rtmp-client.js';
import { UdpProxy } from '../drive/udp-proxy.js';

type Message = ReturnType<typeof Media.broadcast>[number];

/** About a second of media: an encoder does not send more than a cache holds at once. */
const SLICE = 70;

/** Tracks wait for each other far longer than a busy machine can delay one behind another. */
const PATIENT = { viewers: { mergeHoldMs: 5_000 } };

/** Publishes `messages` at the edge and compares what viewers of all protocols at the center got who waited for them. */
async function crosses(t: Test, messages: readonly Message[]): Promise<void> {
  const { edge, center } = await (await Relays.create(t)).pair({
    center: { linger: { publisherMs: 0 }, ...PATIENT },
  });
  const http = new HttpFlvViewer(`${center.http}/a.flv`);
  const webSocket = new WebSocketFlvViewer(`${center.http.replace('http', 'ws')}/a.flv`);
  const player = new RtmpClient('play', `${center.rtmp}/a`);
  const publisher = await publish(`${edge.rtmp}/a`);
  for (let sent = 0; sent < messages.length; sent += SLICE) {
    await publisher.send(messages.slice(sent, sent + SLICE));
    const due = Math.min(sent + SLICE, messages.length);
    await waitFor(`${due} frames`, () => http.tags.length >= due);
  }
  await publisher.close();
  t.equal(await http.over, true, 'the HTTP response is complete');
  t.equal(await webSocket.over, true, 'the WebSocket is closed normally');
  await player.over;
  sameFrames(t, messages, http.tags, 'HTTP-FLV');
  sameFrames(t, messages, webSocket.tags, 'WebSocket-FLV');
  sameFrames(t, messages, player.messages, 'RTMP');
  t.strictSame(
    http.tags.map(summary),
    messages.map(summary),
    'across tracks the order is that of the ingest',
  );
}

t.test('every frame crosses a link once, bytes and timestamps unchanged', async (t) => {
  await crosses(t, Media.broadcast({ seconds: 6, discardableEvery: 3 }));
});

t.test('audio only', async (t) => {
  await crosses(t, Media.broadcast({ seconds: 6, framerate: 0 }));
});

t.test('video only', async (t) => {
  await crosses(t, Media.broadcast({ seconds: 6, audioBytes: 0 }));
});

t.test('timestamps that wrap 32 bits', async (t) => {
  await crosses(t, Media.broadcast({ seconds: 6, startTimestamp: 2 ** 32 - 3_000 }));
});

t.test('key frames of more than 1 MiB', async (t) => {
  await crosses(t, Media.broadcast({ seconds: 3, keyBytes: 1_400_000, deltaBytes: 60_000 }));
});

t.test('a later viewer gets init data and everything from its first key frame on', async (t) => {
  const { edge, center } = await (await Relays.create(t)).pair({
    center: { linger: { publisherMs: 0 }, ...PATIENT },
  });
  const messages = Media.broadcast({ seconds: 6 });
  const publisher = await publish(`${edge.rtmp}/a`);
  await publisher.send(messages.slice(0, 200));
  await waitFor(
    'the center has them',
    () => (center.relay.figures.broadcasts()[0]?.framesReceived ?? 0) >= 199,
  );
  const viewer = new HttpFlvViewer(`${center.http}/a.flv`);
  const player = new RtmpClient('play', `${center.rtmp}/a`);
  await Promise.all([viewer.response, player.ready]);
  await publisher.send(messages.slice(200));
  await publisher.close();
  t.equal(await viewer.over, true);
  await player.over;
  const newestKey = messages.slice(0, 200).findLastIndex(isKeyFrame);
  for (const [got, what] of [
    [viewer.tags, 'HTTP-FLV'],
    [player.messages, 'RTMP'],
  ] as const) {
    const first = got.findIndex(isKeyFrame);
    t.strictSame(
      got
        .slice(0, first)
        .map(({ type }) => type)
        .sort(),
      [18, 8, 9].sort(),
      `${what}: init data first`,
    );
    t.ok(got.slice(0, first).every(isInit));
    const init = messages.slice(0, newestKey).filter((message) => !isInit(message)).length;
    t.ok(init > 0);
    t.strictSame(
      got.slice(first).map(summary),
      messages.slice(newestKey).map(summary),
      `${what}: then everything`,
    );
  }
});

t.test('one subscription a broadcast and link, however many viewers; it ends after its linger', async (t) => {
  const { edge, center } = await (await Relays.create(t)).pair({
    center: { relay: { role: 'edge' }, linger: { viewerMs: 200, publisherMs: 0 } },
  });
  const publisher = await publish(`${edge.rtmp}/a`);
  await publisher.send(Media.broadcast({ seconds: 2 }));
  const served = () => edge.relay.figures.links()[0]?.subscriptionsIn;
  await new Promise((resolve) => setTimeout(resolve, 100));
  t.equal(served(), 0, 'nobody asked for it');
  const viewers = Array.from({ length: 5 }, () => new HttpFlvViewer(`${center.http}/a.flv`));
  await Promise.all(viewers.map(({ response }) => response));
  t.equal(served(), 1);
  t.equal(center.relay.figures.links()[0]?.subscriptionsOut, 1);
  for (const viewer of viewers) viewer.close();
  const startMs = performance.now();
  await waitFor('the subscription ends', () => served() === 0);
  t.ok(performance.now() - startMs > 150, 'after the linger');
  await publisher.close();
});

t.test('a publisher that returns within the linger keeps its viewers; timestamps go on upward', async (t) => {
  const { edge, center } = await (await Relays.create(t)).pair({ center: PATIENT });
  const [first, second] = [
    Media.broadcast({ seconds: 2 }),
    Media.broadcast({ seconds: 2, keyBytes: 21_000 }),
  ];
  const viewer = new HttpFlvViewer(`${center.http}/a.flv`);
  const publisher = await publish(`${edge.rtmp}/a`);
  await publisher.send(first);
  // A broadcast that is over before the center could ask for it is not carried.
  await waitFor('all of it', () => viewer.tags.length >= first.length);
  publisher.vanish();
  const back = await waitFor('the path is free', () => publish(`${edge.rtmp}/a`).catch(() => undefined));
  await back.send(second);
  await waitFor('the rest', () => viewer.tags.length >= first.length + second.length);
  t.equal(viewer.tags.length, first.length + second.length);
  const payloads = (messages: readonly Message[]) =>
    messages.map(({ type, payload }) => summary({ type, timestamp: 0, payload } as Message));
  t.strictSame(payloads(viewer.tags), payloads([...first, ...second]));
  const video = viewer.tags
    .filter(({ type, payload }) => type === 9 && payload[1] === 1)
    .map(({ timestamp }) => timestamp);
  t.ok(
    video.every((timestamp, index) => index === 0 || timestamp > (video[index - 1] ?? 0)),
    'upward',
  );
  await back.close();
  viewer.close();
});

t.test('with passthrough they stay as they are', async (t) => {
  const broadcasts = [{ path: 'default/live/*', passthrough: true }];
  const { edge, center } = await (await Relays.create(t)).pair({ center: { broadcasts, ...PATIENT } });
  const messages = Media.broadcast({ seconds: 1 });
  const viewer = new HttpFlvViewer(`${center.http}/a.flv`);
  for (const round of [1, 2]) {
    const publisher = await waitFor('the path is free', () =>
      publish(`${edge.rtmp}/a`).catch(() => undefined),
    );
    await publisher.send(messages);
    await waitFor('all of it', () => viewer.tags.length >= round * messages.length);
    await publisher.close();
  }
  t.strictSame(viewer.tags.map(summary), [...messages, ...messages].map(summary));
  viewer.close();
});

t.test('a link that is cut comes back and viewers go on without a gap', async (t) => {
  const relays = await Relays.create(t);
  const timing = { idleTimeoutMs: 500, keepAliveMs: 100 };
  const edge = await relays.start('edge', { link: timing });
  const cable = await UdpProxy.create(t, edge.relay.addresses.link ?? '');
  const peers = [{ name: 'edge', url: `quic://${cable.address}` }];
  const center = await relays.start('center', {
    relay: { role: 'center' },
    link: { peers, ...timing },
    ...PATIENT,
  });
  await linked(edge, center);
  const messages = Media.broadcast({ seconds: 5 });
  const viewer = new HttpFlvViewer(`${center.http}/a.flv`);
  const publisher = await publish(`${edge.rtmp}/a`);
  await publisher.send(messages.slice(0, 200));
  await waitFor('the first part', () => viewer.tags.length >= 200);
  cable.cut();
  await publisher.send(messages.slice(200, 300));
  await waitFor('it is gone', () =>
    [edge, center].every(({ relay }) => relay.figures.links().every(({ state }) => state !== 'open')),
  );
  cable.mend();
  await waitFor('it is back', () => center.relay.figures.links().some(({ state }) => state === 'open'));
  await publisher.send(messages.slice(300));
  await waitFor('the rest', () => viewer.tags.length >= messages.length);
  t.strictSame(viewer.tags.map(summary), messages.map(summary), 'every frame once, those of the gap too');
  await publisher.close();
  viewer.close();
});

t.test('three relays in a ring: no broadcast goes round', async (t) => {
  const relays = await Relays.create(t);
  const a = await relays.start('a', { relay: { role: 'center' } });
  const dialA = { peers: [{ name: 'a', url: `quic://${a.relay.addresses.link}` }] };
  const b = await relays.start('b', { relay: { role: 'center' }, link: dialA, ...PATIENT });
  const dialBoth = { peers: [...dialA.peers, { name: 'b', url: `quic://${b.relay.addresses.link}` }] };
  const c = await relays.start('c', { relay: { role: 'center' }, link: dialBoth, ...PATIENT });
  await waitFor('all links', () =>
    [a, b, c].every(
      ({ relay }) => relay.figures.links().filter(({ state }) => state === 'open').length === 2,
    ),
  );
  const messages = Media.broadcast({ seconds: 2 });
  const viewers = [b, c].map(({ http }) => new HttpFlvViewer(`${http}/x.flv`));
  const publisher = await publish(`${a.rtmp}/x`);
  await publisher.send(messages);
  for (const viewer of viewers) {
    await waitFor('all frames', () => viewer.tags.length >= messages.length);
    t.strictSame(viewer.tags.map(summary), messages.map(summary));
  }
  t.equal(
    a.relay.figures.links().every(({ subscriptionsOut }) => subscriptionsOut === 0),
    true,
    'the origin takes nothing back',
  );
  await publisher.close();
  for (const viewer of viewers) viewer.close();
});
