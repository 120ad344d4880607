/** Links that begin in no round trip: redials, restarts of the acceptor, replays. */
import { createSocket } from 'node:dgram';
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Media, waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../src/config/config.js';
import type { Explanation } from '../../src/trace/figures.js';
import { HttpFlvViewer } from '../drive/flv-viewer.js';
import { linked, Relays, type TestRelay } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';
import { UdpProxy } from '../drive/udp-proxy.js';

t.setTimeout(60_000);

/** A center that dials an edge over a cable; what is started again stands behind the same cable. */
async function setUp(t: Test, { sessionFile = true }: { readonly sessionFile?: boolean } = {}) {
  const relays = await Relays.create(t);
  const file = join(relays.directory, 'sessions');
  const link = sessionFile ? { fastStart: { sessionFile: file } } : {};
  const startEdge = () => relays.start('edge', { link });
  const edge = await startEdge();
  // An early dial waits for three round trips and a little: long ones leave a busy machine time.
  const cable = await UdpProxy.create(t, edge.relay.addresses.link ?? '', 100);
  const peers = [{ name: 'edge', url: `quic://${cable.address}` }];
  const center = await relays.start('center', {
    relay: { role: 'center' },
    link: { peers, fastStart: { earlyData: true } },
  });
  await linked(edge, center);
  const restart = async (old: TestRelay, between = () => {}) => {
    // Dialled when it is there again: a try before that would use up a ticket.
    rewrite(center, { peers: [] });
    await waitFor('the link ends', () => old.relay.figures.links().length === 0);
    old.relay.stop();
    await old.relay.drain();
    between();
    const next = await startEdge();
    cable.target(next.relay.addresses.link ?? '');
    rewrite(center, { peers });
    await linked(next, center);
    return next;
  };
  return { edge, center, cable, peers, file, restart };
}

const openings = ({ log }: TestRelay) => log.filter(({ msg }) => msg === 'link open');
const endings = ({ log }: TestRelay) => log.filter(({ msg }) => msg === 'link ended');

function rewrite({ relay }: TestRelay, link: object): void {
  const file = relay.config.sources.file ?? '';
  const config = parse(readFileSync(file, 'utf8'));
  writeFileSync(file, stringify({ ...config, link: { ...config.link, ...link } }));
  relay.reload(loadConfig({ file }));
}

t.test('a redial is early, and a viewer that waits for it goes on', async (t) => {
  const { edge, center, peers } = await setUp(t);
  t.equal(openings(edge)[0]?.early, undefined, 'the first dial has no ticket');
  const publisher = await publish(`${edge.rtmp}/a`);
  const viewer = new HttpFlvViewer(`${center.http}/a.flv`);
  await publisher.send(Media.broadcast({ seconds: 1 }));
  await waitFor('the viewer has media', () => viewer.tags.length > 10);
  rewrite(center, { peers: [] });
  await waitFor('the link ends', () => edge.relay.figures.links().length === 0);
  const before = viewer.tags.length;
  rewrite(center, { peers });
  await linked(edge, center);
  t.equal(openings(center)[1]?.early, true);
  t.equal(openings(edge)[1]?.early, true, 'and the peer took it');
  for (const [{ admin }, peer] of [
    [center, 'edge'],
    [edge, 'center'],
  ] as const) {
    // A link is looked at once a second, the last time perhaps before its peer had answered.
    await waitFor(`the explanation at ${admin} speaks of 0-RTT`, async () => {
      const answer = await fetch(`${admin}/api/v1/explain?link=${peer}`);
      const { mechanisms } = (await answer.json()) as Explanation;
      return mechanisms.some((line) => line.startsWith(`${peer}: 0-RTT: `));
    });
  }
  await publisher.send(Media.broadcast({ seconds: 1 }));
  await waitFor('the viewer has more', () => viewer.tags.length > before + 10);
  viewer.close();
  await publisher.close();
});

t.test('early data can be turned off without a restart', async (t) => {
  const { edge, center, peers } = await setUp(t);
  rewrite(center, { peers: [], fastStart: { earlyData: false } });
  await waitFor('the link ends', () => edge.relay.figures.links().length === 0);
  rewrite(center, { peers });
  await linked(edge, center);
  t.equal(openings(center)[1]?.early, undefined);
});

for (const sessionFile of [true, false]) {
  t.test(`an acceptor that restarts ${sessionFile ? 'knows' : 'has forgotten'} its peers`, async (t) => {
    const { edge, file, restart } = await setUp(t, { sessionFile });
    const next = await restart(edge);
    t.equal(openings(next)[0]?.early, sessionFile ? true : undefined);
    t.equal(existsSync(file), sessionFile);
    if (sessionFile) t.equal(statSync(file).mode & 0o777, 0o600);
  });
}

t.test('the replay of a first flight does not end the link that works', async (t) => {
  const { edge, cable, file, restart } = await setUp(t);
  const stale = `${file}.stale`;
  const second = await restart(edge, () => {
    copyFileSync(file, stale);
    cable.takeRecorded();
  });
  t.equal(openings(second)[0]?.early, true);
  const packets = cable.takeRecorded();
  // As after a crash: the file says that the session was not used yet.
  const third = await restart(second, () => copyFileSync(stale, file));
  const [host, port] = (third.relay.addresses.link ?? '').split(':');
  const socket = createSocket('udp4');
  for (const packet of packets) socket.send(packet, Number(port), host);
  await delay(500);
  socket.close();
  t.same(endings(third), []);
  t.equal(third.relay.figures.links().length, 1);
  t.equal(third.relay.figures.links()[0]?.state, 'open');
});
