import { Media, waitFor } from '@longhaul/testkit';
import t, { type Test } from 'tap';
import { HttpFlvViewer } from '../drive/flv-viewer.js';
import { linked, Relays, type TestRelay } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';
import { UdpProxy } from '../drive/udp-proxy.js';

/** On a busy machine one track may be overtaken by more than the default: that is not what is tested. */
const PATIENT = { mergeHoldMs: 5_000 };

const links = ({ relay }: TestRelay) => relay.figures.links();
const over = (relay: TestRelay) => links(relay).map(({ state, transport }) => `${state} ${transport}`);

/** Publishes at the edge and expects every tag at the center, in order. */
async function carries(t: Test, edge: TestRelay, center: TestRelay, stream: string): Promise<void> {
  const viewer = new HttpFlvViewer(`${center.http}/${stream}.flv`);
  const publisher = await publish(`${edge.rtmp}/${stream}`);
  const messages = Media.broadcast({ seconds: 2, deltaBytes: 3_000 });
  await publisher.send(messages);
  await waitFor('all frames', () => viewer.tags.length >= messages.length);
  t.same(
    viewer.tags.map(({ payload }) => payload.byteLength),
    messages.map(({ payload }) => payload.byteLength),
  );
  viewer.close();
  await publisher.close();
}

for (const { name, scheme, listen, transport } of [
  { name: 'TLS on TCP', scheme: 'tls', listen: 'tcp', transport: 'tcp' },
  {
    name: 'one stream of a QUIC connection',
    scheme: 'quic+tunnel',
    listen: 'tunnel',
    transport: 'quic-tunnel',
  },
  { name: 'WebTransport on HTTP/2', scheme: 'h2', listen: 'h2', transport: 'h2' },
] as const) {
  t.test(`a broadcast crosses a link over ${name}`, async (t) => {
    const relays = await Relays.create(t);
    const edge = await relays.start('edge', { link: { [listen]: { listen: '127.0.0.1:0' } } });
    const url = `${scheme}://${edge.relay.addresses[listen]}`;
    const center = await relays.start('center', {
      relay: { role: 'center' },
      viewers: PATIENT,
      link: { peers: [{ name: 'edge', url }] },
    });
    await linked(edge, center);
    await carries(t, edge, center, 'x');
    for (const relay of [edge, center]) {
      t.same(over(relay), [`open ${transport}`]);
      const [figure] = links(relay);
      t.ok((figure?.cwndBytes ?? 0) > 0, 'the window is told');
      t.ok((figure?.rttMs ?? 0) > 0 && (figure?.bytesReceived ?? 0) > 0, 'and what crossed');
      t.notOk('repair' in (figure ?? {}), 'only packets of QUIC are repaired');
    }
    const metrics = await (await fetch(`${edge.admin}/metrics`)).text();
    t.match(metrics, `longhaul_link_transport{peer="center",transport="${transport}",relay="edge"} 1`);
  });
}

t.test('a link falls back to TCP when UDP does not get through, and returns when it does', async (t) => {
  const relays = await Relays.create(t);
  const edge = await relays.start('edge', { link: { tcp: { listen: '127.0.0.1:0' } } });
  const cable = await UdpProxy.create(t, edge.relay.addresses.link ?? '');
  cable.cut();
  const url = `quic://${cable.address}`;
  const fallback = `tls://${edge.relay.addresses.tcp}`;
  const started = performance.now();
  const center = await relays.start('center', {
    relay: { role: 'center' },
    viewers: PATIENT,
    link: {
      peers: [{ name: 'edge', url, fallback }],
      dialTimeoutMs: 400,
      fallbackAfterMs: 600,
      fallbackRetryMs: 300,
    },
  });
  await linked(edge, center);
  t.same(over(center), ['open tcp']);
  t.ok(performance.now() - started >= 600, 'not before the time that is set');
  t.match(
    center.log.find(({ msg }) => msg === 'no answer: trying the fallback'),
    { peer: 'edge', url, fallback },
  );
  await carries(t, edge, center, 'on-tcp');
  cable.mend();
  await waitFor('the link is on QUIC again', () => over(center).join() === 'open quic');
  t.match(
    center.log.find(({ msg }) => msg === 'the url answers again: the link leaves the fallback'),
    { peer: 'edge', url },
  );
  await waitFor('at both ends', () => over(edge).join() === 'open quic');
  await carries(t, edge, center, 'on-quic');
});

t.test('a broadcast goes on while its link moves from the fallback to QUIC', async (t) => {
  const relays = await Relays.create(t);
  const edge = await relays.start('edge', { link: { tcp: { listen: '127.0.0.1:0' } } });
  const cable = await UdpProxy.create(t, edge.relay.addresses.link ?? '');
  cable.cut();
  const peers = [
    { name: 'edge', url: `quic://${cable.address}`, fallback: `tls://${edge.relay.addresses.tcp}` },
  ];
  const link = { peers, dialTimeoutMs: 200, fallbackAfterMs: 0, fallbackRetryMs: 200 };
  const center = await relays.start('center', { relay: { role: 'center' }, viewers: PATIENT, link });
  await linked(edge, center);
  const viewer = new HttpFlvViewer(`${center.http}/x.flv`);
  const publisher = await publish(`${edge.rtmp}/x`);
  const messages = Media.broadcast({ seconds: 6 });
  const half = messages.length / 2;
  await publisher.send(messages.slice(0, half));
  await waitFor('the first half', () => viewer.tags.length >= Math.floor(half));
  cable.mend();
  await waitFor('the link is on QUIC', () => over(center).join() === 'open quic');
  await publisher.send(messages.slice(half));
  await waitFor('all frames', () => viewer.tags.length >= messages.length);
  t.same(
    viewer.tags.map(({ timestamp }) => timestamp),
    messages.map(({ timestamp }) => timestamp),
    'each once and in order',
  );
  viewer.close();
  await publisher.close();
});

t.test('an algorithm that the kernel does not have ends the start in one line', async (t) => {
  const relays = await Relays.create(t);
  const link = { tcp: { listen: '127.0.0.1:0', congestion: 'nonsense' } };
  await t.rejects(relays.start('edge', { link }), {
    code: 'LH_RELAY_LISTEN',
    message: /^link\.tcp\.listen: .*TCP congestion control "nonsense" is unknown here; this kernel offers/,
  });
});
