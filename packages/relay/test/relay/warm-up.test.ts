/** Links that stand by, between relays with a broadcast and one that nobody has asked for it yet. */
import { Media, waitFor } from '@longhaul/testkit';
import t from 'tap';
import type { Explanation } from '../../src/trace/figures.js';
import { HttpFlvViewer } from '../drive/flv-viewer.js';
import { linked, Relays, type TestRelay } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';
import { UdpProxy } from '../drive/udp-proxy.js';

t.setTimeout(60_000);

async function explained({ admin }: TestRelay) {
  const answer = await fetch(`${admin}/api/v1/explain?link=center`);
  const { links, mechanisms } = (await answer.json()) as Explanation;
  return { ...links[0], warmUpBytes: links[0]?.warmUpBytes ?? 0, mechanisms };
}

t.test('a link warms up when there is something to ask for, where that is wanted', async (t) => {
  const relays = await Relays.create(t);
  const center = await relays.start('center', {
    relay: { role: 'center' },
    broadcasts: [{ path: '**', subscribe: 'demand' }],
  });
  const linkOf = async (name: string, fastStart: object) => {
    const cable = await UdpProxy.create(t, center.relay.addresses.link ?? '', 50);
    const peers = [{ name: 'center', url: `quic://${cable.address}` }];
    const edge = await relays.start(name, { link: { peers, fastStart } });
    await linked(edge, center);
    return edge;
  };
  const [silent, off, on] = [
    await linkOf('edge-1', {}),
    await linkOf('edge-2', { warmUp: false }),
    await linkOf('edge-3', {}),
  ];
  const publishers = [await publish(`${off.rtmp}/b`), await publish(`${on.rtmp}/a`)];
  for (const publisher of publishers) await publisher.send(Media.broadcast({ seconds: 1 }));
  await waitFor('it is warm', async () => (await explained(on)).warmUpBytes > 80_000);
  t.equal((await explained(silent)).warmUpBytes, 0, 'nobody publishes there');
  t.equal((await explained(off)).warmUpBytes, 0);
  const { mechanisms, datagramBytes = 0 } = await explained(on);
  t.ok(mechanisms.some((line) => line.includes('warmed up with')));
  t.ok(datagramBytes < 1_000, `padding does not count as repair: ${datagramBytes} bytes`);
  for (const { mediaBytesReceived } of center.relay.figures.links()) t.equal(mediaBytesReceived, 0);
  for (const name of ['a', 'b']) {
    const viewer = new HttpFlvViewer(`${center.http}/${name}.flv`);
    await waitFor('the viewer has media', () => viewer.tags.length > 10);
  }
  for (const publisher of publishers) await publisher.close();
});
