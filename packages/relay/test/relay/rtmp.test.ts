import { connect } from 'node:net';
import { Media, waitFor } from '@longhaul/testkit';
import t from 'tap';
import { sameFrames } from '../drive/compare.js';
import { Relays } from '../drive/relays.js';
import { publish, RtmpClient } from '../drive/rtmp-client.js';

const QUICK = { viewers: { unknownWaitMs: 100 }, linger: { publisherMs: 0, viewerMs: 0 } };
/** For viewers that ask before there is a publisher. */
const PATIENT = { ...QUICK, viewers: { unknownWaitMs: 10_000 } };

t.test('what is published can be played on the same listener', async (t) => {
  const { rtmp } = await (await Relays.create(t)).start('a', PATIENT);
  const messages = Media.broadcast({ seconds: 2, discardableEvery: 3 });
  const player = new RtmpClient('play', `${rtmp}/a`);
  const publisher = await publish(`${rtmp}/a`);
  await publisher.send(messages);
  await publisher.close();
  await player.over;
  sameFrames(t, messages, player.messages, 'a player that waited');
});

t.test('a player of a broadcast that nobody publishes is told so after the stated wait', async (t) => {
  const { rtmp } = await (await Relays.create(t)).start('a', QUICK);
  const player = new RtmpClient('play', `${rtmp}/nothing`);
  await t.rejects(player.ready, { message: /Play\.StreamNotFound/ });
  await player.over;
});

t.test('a token is asked for where the config has some', async (t) => {
  const { rtmp, log } = await (await Relays.create(t)).start('a', {
    rtmp: { listen: '127.0.0.1:0', publish: { tokens: ['right', 'also-right'] } },
  });
  for (const query of ['', '?token=', '?token=wrong', '?Token=right']) {
    await t.rejects(publish(`${rtmp}/a${query}`), { message: /Publish\.Denied/ }, query);
  }
  const publisher = await publish(`${rtmp}/a?x=1&token=also-right`);
  await publisher.close();
  const player = new RtmpClient('play', `${rtmp}/a`);
  player.vanish();
  t.notMatch(JSON.stringify(log), /right|wrong/);
});

t.test('a path has one publisher', async (t) => {
  const { rtmp } = await (await Relays.create(t)).start('a', QUICK);
  const first = await publish(`${rtmp}/a`);
  await t.rejects(publish(`${rtmp}/a`), { message: /Publish\.BadName/ });
  const other = await publish(`${rtmp}/b`);
  await first.close();
  const second = await waitFor('the path is free', () => publish(`${rtmp}/a`).catch(() => undefined));
  await second.close();
  await other.close();
});

t.test('a name that breaks the rule is refused', async (t) => {
  const { rtmp } = await (await Relays.create(t)).start('a', QUICK);
  for (const name of ['a b', '..', 'a'.repeat(256), 'ä']) {
    await t.rejects(publish(`${rtmp}/${name}`), { message: /Publish\.BadName: stream must be/ }, name);
  }
  await t.rejects(publish(`${rtmp}/x/y`), {
    remoteCode: 'NetStream.Publish.BadName',
    message: /app must be/,
  });
  const player = new RtmpClient('play', `${rtmp}/a b`);
  await t.rejects(player.ready, { message: /Play\.Failed/ });
});

t.test('a client that does not get on with it is disconnected', async (t) => {
  const relays = await Relays.create(t);
  const { rtmp } = await relays.start('a', { rtmp: { listen: '127.0.0.1:0', handshakeTimeoutMs: 200 } });
  const { port } = new URL(rtmp.replace('rtmp', 'http'));
  const silent = connect(Number(port), '127.0.0.1');
  silent.resume();
  const broken = connect(Number(port), '127.0.0.1');
  broken.resume();
  broken.write('GET / HTTP/1.1\r\n\r\n'.repeat(500));
  await Promise.all(
    [silent, broken].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
  );
  // Of another relay: it has a handshake to make first.
  const idle = await relays.start('b', { rtmp: { listen: '127.0.0.1:0', idleTimeoutMs: 300 } });
  const publisher = await publish(`${idle.rtmp}/a`);
  await publisher.over;
  t.pass('a publisher that sends nothing is disconnected');
});

t.test('every session ends with one line that says why', async (t) => {
  const { rtmp, log } = await (await Relays.create(t)).start('a', QUICK);
  const publisher = await publish(`${rtmp}/a`);
  const player = new RtmpClient('play', `${rtmp}/a`);
  await publisher.send(Media.broadcast({ seconds: 1 }));
  await player.ready;
  publisher.vanish();
  await player.over;
  const ended = await waitFor('both lines', () => {
    const lines = log.filter(({ msg }) => msg === 'viewer ended' || msg === 'publisher ended');
    return lines.length === 2 && lines;
  });
  t.match(
    ended.find(({ msg }) => msg === 'publisher ended'),
    { path: 'default/live/a', reason: String, frames: Number },
  );
  t.match(
    ended.find(({ msg }) => msg === 'viewer ended'),
    { path: 'default/live/a', protocol: 'rtmp', reason: 'unpublished' },
  );
});
