import { Media, waitFor } from '@longhaul/testkit';
import t from 'tap';
import { linked, Relays } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';
import { UdpProxy } from '../drive/udp-proxy.js';

/** A link that its media leaves room on: repair takes none from streams that wait. */
const ROOMY = { algorithm: 'fixed', knobs: { fixed_rate: 20_000_000 } };

const messages = Media.broadcast({ seconds: 20, keyBytes: 40_000, deltaBytes: 8_000 });

/** The value of the series `longhaul_NAME`. */
async function series(admin: string, name: string): Promise<number> {
  const text = await (await fetch(`${admin}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`longhaul_${name}`)) ?? '';
  return Number(line.slice(line.lastIndexOf(' ') + 1));
}

t.setTimeout(60_000);

t.test('what repair spends and saves is told at both ends', async (t) => {
  const relays = await Relays.create(t);
  const center = await relays.start('center', {
    relay: { role: 'center' },
    broadcasts: [{ path: '**', subscribe: 'always' }],
  });
  const cable = await UdpProxy.create(t, center.relay.addresses.link ?? '', 20);
  const peers = [{ name: 'center', url: `quic://${cable.address}` }];
  const edge = await relays.start('edge', {
    relay: { role: 'edge' },
    link: { peers, congestion: ROOMY, repair: { maxShare: 0.5 } },
  });
  await linked(edge, center);
  cable.lose(10);
  const publisher = await publish(`${edge.rtmp}/x`);
  const unsent = [...messages];
  const sent = () => edge.relay.figures.links()[0]?.repair;
  const came = () => center.relay.figures.links()[0]?.repair;
  // A frame at a time, as a publisher does.
  const repaired = async () => {
    await publisher.send(unsent.splice(0, 2));
    return (sent()?.sentOnLoss ?? 0) > 0 && (came()?.repairedBytes ?? 0) > 0;
  };
  await waitFor('symbols have repaired something', repaired, { timeoutMs: 20_000, everyMs: 20 });
  await publisher.close();
  const told = sent()?.sentOnLoss ?? 0;
  const { links } = (await (await fetch(`${edge.admin}/api/v1/links`)).json()) as {
    links: { repair: object }[];
  };
  t.match(links[0]?.repair, { understood: true, sentOnLoss: Number, refusedByBudget: Number, wrong: 0 });
  t.match(came(), { received: Number, used: Number, wrong: 0, sentOnLoss: 0 });
  t.ok((came()?.used ?? 0) <= (came()?.received ?? 0));

  const of = (relay: string, peer: string, name: string, label = '') =>
    series(relay, `link_repair_${name}_total{peer="${peer}"${label}`);
  t.ok((await of(edge.admin, 'center', 'sent_symbols', ',cause="loss"')) >= told);
  t.ok((await of(edge.admin, 'center', 'sent_bytes')) > 0);
  t.ok((await of(center.admin, 'edge', 'received_symbols')) > 0);
  t.ok((await of(center.admin, 'edge', 'resolved_symbols', ',outcome="used"')) > 0);
  t.ok((await of(center.admin, 'edge', 'repaired_bytes')) > 0);
  t.equal(await of(center.admin, 'edge', 'resolved_symbols', ',outcome="wrong"'), 0);
  for (const reason of ['acknowledged', 'budget', 'queue'])
    t.ok((await of(edge.admin, 'center', 'unsent_symbols', `,reason="${reason}"`)) >= 0, reason);
});
