/** A link that stands by, between a relay with a broadcast and one that nobody has asked for it yet. */
import { setTimeout as delay } from 'node:timers/promises';
import { Media, waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import type { Explanation } from '../../src/trace/figures.js';
import { HttpFlvViewer } from '../drive/flv-viewer.js';
import { linked, Relays } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';
import { UdpProxy } from '../drive/udp-proxy.js';

t.setTimeout(60_000);

async function standby(t: Test, fastStart: object) {
  const relays = await Relays.create(t);
  const center = await relays.start('center', {
    relay: { role: 'center' },
    broadcasts: [{ path: '**', subscribe: 'demand' }],
  });
  const cable = await UdpProxy.create(t, center.relay.addresses.link ?? '', 50);
  const peers = [{ name: 'center', url: `quic://${cable.address}` }];
  const edge = await relays.start('edge', { link: { peers, fastStart } });
  await linked(edge, center);
  const opening = async () => {
    const answer = await fetch(`${edge.admin}/api/v1/explain?link=center`);
    const { links, mechanisms } = (await answer.json()) as Explanation;
    return { warmUpBytes: links[0]?.opening?.warmUpBytes ?? 0, mechanisms };
  };
  return { edge, center, opening };
}

t.test('a link warms up when there is something to ask for, and says so', async (t) => {
  const { edge, center, opening } = await standby(t, {});
  t.equal((await opening()).warmUpBytes, 0, 'nobody publishes');
  const publisher = await publish(`${edge.rtmp}/a`);
  await publisher.send(Media.broadcast({ seconds: 1 }));
  await waitFor('it is warm', async () => (await opening()).warmUpBytes > 80_000);
  const { mechanisms } = await opening();
  t.ok(mechanisms.some((line) => line.includes('warmed up with')));
  // Padding is nothing that a viewer sees, nor a relay counts as media.
  t.equal(center.relay.figures.links()[0]?.mediaBytesReceived, 0);
  const viewer = new HttpFlvViewer(`${center.http}/a.flv`);
  await waitFor('the viewer has media', () => viewer.tags.length > 10);
  await publisher.close();
});

t.test('it does not where that is off', async (t) => {
  const { edge, center, opening } = await standby(t, { warmUp: false });
  const publisher = await publish(`${edge.rtmp}/a`);
  await publisher.send(Media.broadcast({ seconds: 1 }));
  // Three times as long as the other takes to be warm.
  await delay(2_000);
  t.equal((await opening()).warmUpBytes, 0);
  const viewer = new HttpFlvViewer(`${center.http}/a.flv`);
  await waitFor('the viewer has media', () => viewer.tags.length > 10);
  await publisher.close();
});
