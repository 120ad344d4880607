import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Media, waitFor } from '@longhaul/testkit';
import t from 'tap';
import { loadConfig } from '../../src/config/config.js';
import { HttpFlvViewer } from '../drive/flv-viewer.js';
import { linked, Relays, type TestRelay } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';
import { UdpProxy } from '../drive/udp-proxy.js';

const open = ({ relay }: TestRelay) => relay.figures.links().filter(({ state }) => state === 'open');
const settled = () => new Promise((resolve) => setTimeout(resolve, 300));

t.test(
  'two relays that dial each other keep one link, the one of the relay whose id sorts first',
  async (t) => {
    const relays = await Relays.create(t);
    const [a, b] = [await relays.start('a'), await relays.start('b')];
    for (const [from, to, name] of [
      [a, b, 'b'],
      [b, a, 'a'],
    ] as const) {
      const file = from.relay.config.sources.file ?? '';
      const peer = `  peers: [{name: ${name}, url: "quic://${to.relay.addresses.link}"}]\n`;
      writeFileSync(file, readFileSync(file, 'utf8').replace('link:\n', `link:\n${peer}`));
      from.relay.reload(loadConfig({ file }));
    }
    await linked(a, b);
    await settled();
    t.match(open(a), [{ peer: 'b', side: 'dialer' }]);
    t.match(open(b), [{ peer: 'a', side: 'acceptor' }]);
    t.equal(open(a).length + open(b).length, 2);
    const viewer = new HttpFlvViewer(`${b.http}/x.flv`);
    const publisher = await publish(`${a.rtmp}/x`);
    const messages = Media.broadcast({ seconds: 1 });
    await publisher.send(messages);
    await waitFor('all frames', () => viewer.tags.length >= messages.length);
    t.equal(viewer.tags.length, messages.length);
    viewer.close();
    await publisher.close();
  },
);

t.test('a relay dials again when its peer comes back', async (t) => {
  const relays = await Relays.create(t);
  const first = await relays.start('edge');
  const cable = await UdpProxy.create(t, first.relay.addresses.link ?? '');
  cable.cut();
  const peers = [{ name: 'edge', url: `quic://${cable.address}` }];
  const center = await relays.start('center', { link: { peers, dialTimeoutMs: 200, redialMaxMs: 200 } });
  await waitFor('an attempt has failed', () => center.log.find(({ msg }) => msg === 'cannot dial'));
  t.match(center.relay.figures.links(), [{ peer: 'edge', state: 'connecting', side: 'dialer' }]);
  cable.mend();
  await linked(first, center);
  first.relay.stop();
  await first.relay.drain();
  await waitFor('it is gone', () => open(center).length === 0);
  t.match(
    center.log.find(({ msg }) => msg === 'link ended'),
    { reason: /GOING_AWAY/ },
  );
  const second = await relays.start('edge');
  cable.target(second.relay.addresses.link ?? '');
  await linked(second, center);
});

/** Who sends an Initial packet of QUIC, and whether with a token; undefined for other packets. RFC 9000 §17.2.2. */
function initialOf(packet: Buffer): { readonly dialer: string; readonly token: boolean } | undefined {
  if (((packet[0] ?? 0) & 0xf0) !== 0xc0) return undefined;
  const source = 6 + packet.readUInt8(5);
  const token = source + 1 + packet.readUInt8(source);
  return { dialer: packet.toString('hex', source + 1, token), token: packet.readUInt8(token) !== 0 };
}

t.test('a link of 1.5 s round trip is dialled, though a silent peer is given up after 2.8 s', async (t) => {
  const relays = await Relays.create(t);
  const edge = await relays.start('edge', { link: { retryFrom: 0 } });
  const slow = await UdpProxy.create(t, edge.relay.addresses.link ?? '', 750);
  const center = await relays.start('center', {
    // Less than the two round trips of the Retry and the answer.
    link: { peers: [{ name: 'edge', url: `quic://${slow.address}` }], dialTimeoutMs: 2_800 },
  });
  await waitFor('the link is open at its dialer', () => open(center).length === 1, { timeoutMs: 10_000 });
  const initials = slow.takeRecorded().flatMap((packet) => initialOf(packet) ?? []);
  t.equal(new Set(initials.map(({ dialer }) => dialer)).size, 1, 'it is the only connection');
  t.ok(
    initials.some(({ token }) => token),
    'though a Retry took a round trip as well',
  );
  t.equal(center.log.filter(({ msg }) => msg === 'cannot dial').length, 0, 'with the first attempt');
});

t.test('a relay that starts again on the same port is linked again', async (t) => {
  const relays = await Relays.create(t);
  const first = await relays.start('edge');
  const listen = first.relay.addresses.link ?? '';
  const center = await relays.start('center', {
    link: { peers: [{ name: 'edge', url: `quic://${listen}` }] },
  });
  for (let last = first, round = 0; round < 3; round += 1) {
    await linked(last, center);
    last.relay.stop();
    await last.relay.drain();
    await last.relay.released;
    last = await relays.start('edge', { link: { listen } });
    await linked(last, center);
    t.equal(last.relay.addresses.link, listen);
  }
});

t.test('link.allow says who may hold a link and what it may announce', async (t) => {
  const relays = await Relays.create(t);
  const allow = [{ name: 'edge-*', announce: ['default/live/good*'] }];
  const center = await relays.start('center', { relay: { role: 'center' }, link: { allow } });
  const peers = [{ name: 'center', url: `quic://${center.relay.addresses.link}` }];
  const stranger = await relays.start('stranger', { link: { peers } });
  const edge = await relays.start('edge-1', { link: { peers } });
  await linked(edge);
  t.match(await waitFor('the refusal', () => stranger.log.find(({ msg }) => msg === 'link not opened')), {
    reason: /UNAUTHORISED: not in link\.allow/,
  });
  t.match(open(center), [{ peer: 'edge-1' }]);
  const [good, bad] = [await publish(`${edge.rtmp}/good1`), await publish(`${edge.rtmp}/bad`)];
  await good.send(Media.broadcast({ seconds: 1 }));
  await bad.send(Media.broadcast({ seconds: 1 }));
  const known = () => center.relay.figures.broadcasts().map(({ path }) => path);
  await waitFor('the good one', () => known().length > 0);
  const refused = await waitFor('the bad one is refused', () =>
    edge.log.find(({ msg }) => msg === 'link: announce-refused'),
  );
  await settled();
  t.strictSame(known(), ['default/live/good1']);
  t.match(refused, { path: 'default/live/bad', code: 'FORBIDDEN' });
  await Promise.all([good.close(), bad.close()]);
});

t.test('a certificate of another authority makes no link', async (t) => {
  const [ours, theirs] = [await Relays.create(t), await Relays.create(t)];
  const edge = await ours.start('edge');
  const peers = [{ name: 'edge', url: `quic://${edge.relay.addresses.link}` }];
  const center = await theirs.start('center', { link: { peers } });
  t.match(await waitFor('the failure', () => center.log.find(({ msg }) => msg === 'cannot dial')), {
    reason: /edge/,
  });
  t.equal(open(center).length, 0);
});

t.test(
  'a revoked certificate: the open link is closed, both logs name it, a new one is welcome',
  async (t) => {
    const relays = await Relays.create(t);
    const { edge, center } = await relays.pair();
    const [edgeFile, centerFile] = [edge, center].map(({ relay }) => relay.config.sources.file ?? '');
    const pem = readFileSync(join(dirname(centerFile ?? ''), 'center.pem'));
    const { fingerprint256 } = new X509Certificate(pem);
    const text = readFileSync(edgeFile ?? '', 'utf8');
    writeFileSync(edgeFile ?? '', text.replace('link:\n', `link:\n  revoked: ["${fingerprint256}"]\n`));
    t.match(edge.relay.reload(loadConfig({ file: edgeFile ?? '' })), { applied: ['link.revoked'] });
    const says = /certificate of relay "center".* revoked/;
    const ended = ({ log }: TestRelay) => log.find(({ msg }) => msg === 'link ended');
    t.match(await waitFor('the edge closes it', () => ended(edge)), { peer: 'center', reason: says });
    t.match(await waitFor('the center hears', () => ended(center)), { peer: 'edge', reason: says });
    const refused = await waitFor('it is refused', () => edge.log.find(({ msg }) => msg === 'link refused'));
    t.match(refused, { reason: /certificate of relay "center": revoked/ });
    const told = () =>
      center.log.find(({ reason }) => /refused us.*relay "center": revoked/.test(String(reason)));
    await waitFor('the center is told', told);
    await relays.reissue('center', dirname(centerFile ?? ''));
    center.relay.reload(loadConfig({ file: centerFile ?? '' }));
    await linked(edge, center);
  },
);

t.test('a relay that refuses us is dialled on, and neither log floods', async (t) => {
  const relays = await Relays.create(t);
  const edge = await relays.start('edge', { link: { allow: [{ name: 'other' }] } });
  const peers = [{ name: 'edge', url: `quic://${edge.relay.addresses.link}` }];
  const center = await relays.start('center', { link: { peers, redialMinMs: 10, redialMaxMs: 20 } });
  const startMs = performance.now();
  const told = ({ log }: TestRelay, msg: string) => log.filter((line) => line.msg === msg);
  const leftOut = (lines: readonly Record<string, unknown>[]) =>
    lines.reduce((sum, line) => sum + Number(line.leftOut ?? 0), 0);
  await waitFor('many attempts', () => leftOut(told(center, 'link not opened')) > 10, { timeoutMs: 10_000 });
  await waitFor('the edge tells as well', () => leftOut(told(edge, 'link not kept')) > 10, {
    timeoutMs: 10_000,
  });
  const seconds = Math.ceil((performance.now() - startMs) / 1_000) + 1;
  t.match(told(center, 'link not opened')[0], { peer: 'edge', reason: /UNAUTHORISED: not in link.allow/ });
  for (const { log } of [edge, center]) {
    const lines = log.filter(({ msg }) => /link|dial/.test(String(msg)));
    t.ok(lines.length <= 2 * seconds, `${lines.length} lines in ${seconds} s`);
  }
  t.equal(told(center, 'link open').length, 0, 'a link is open when the peer has greeted us');
});

t.test("a peer's port that changes keeps the link and its viewers", async (t) => {
  const relays = await Relays.create(t);
  const edge = await relays.start('edge');
  const cable = await UdpProxy.create(t, edge.relay.addresses.link ?? '');
  const peers = [{ name: 'edge', url: `quic://${cable.address}` }];
  const center = await relays.start('center', { relay: { role: 'center' }, link: { peers } });
  await linked(edge, center);
  const viewer = new HttpFlvViewer(`${center.http}/a.flv`);
  const publisher = await publish(`${edge.rtmp}/a`);
  const messages = Media.broadcast({ seconds: 3 });
  const slice = Math.ceil(messages.length / 6);
  const addresses = new Set<unknown>();
  for (let sent = 0; sent < messages.length; sent += slice) {
    await publisher.send(messages.slice(sent, sent + slice));
    await waitFor('the slice', () => viewer.tags.length >= Math.min(sent + slice, messages.length));
    addresses.add(open(edge)[0]?.address);
    cable.rebind();
  }
  t.ok(addresses.size >= 4, `the edge has followed ${addresses.size} addresses`);
  t.equal(viewer.tags.length, messages.length, 'every frame once');
  for (const { log } of [edge, center]) {
    t.equal(log.filter(({ msg }) => msg === 'link open').length, 1, 'one link all the time');
    t.notOk(log.some(({ msg }) => msg === 'link ended'));
  }
  await publisher.close();
  viewer.close();
});

t.test('a reload changes peers, rules and keys without dropping what stays', async (t) => {
  const relays = await Relays.create(t);
  const { edge, center } = await relays.pair();
  const file = center.relay.config.sources.file ?? '';
  const viewer = new HttpFlvViewer(`${center.http}/a.flv`);
  const publisher = await publish(`${edge.rtmp}/a`);
  const messages = Media.broadcast({ seconds: 2 });
  await publisher.send(messages.slice(0, 70));
  await waitFor('it plays', () => viewer.tags.length >= 70);
  const [linkBefore] = open(center);
  await relays.reissue('center', dirname(file));
  t.match(center.relay.reload(loadConfig({ file })), { applied: ['link.tls (the files)'], needRestart: [] });
  await publisher.send(messages.slice(70));
  await waitFor('it goes on', () => viewer.tags.length >= messages.length);
  t.ok((open(center)[0]?.packetsReceived ?? 0) > (linkBefore?.packetsReceived ?? 0), 'on the same link');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/ {2}peers:\n(?: {4}.*\n)+/, ''));
  t.match(center.relay.reload(loadConfig({ file })), { applied: ['link.peers'] });
  await waitFor('the link is closed', () => open(center).length === 0 && open(edge).length === 0);
  writeFileSync(file, text);
  center.relay.reload(loadConfig({ file }));
  await linked(edge, center);
  await publisher.close();
  viewer.close();
});

t.test('a draining edge says Goaway; its peer keeps what is there until it ends', async (t) => {
  const { edge, center } = await (await Relays.create(t)).pair({
    center: { linger: { publisherMs: 0 } },
    edge: { drainMs: 30_000 },
  });
  const viewer = new HttpFlvViewer(`${center.http}/a.flv`);
  const publisher = await publish(`${edge.rtmp}/a`);
  const messages = Media.broadcast({ seconds: 2 });
  await publisher.send(messages.slice(0, 70));
  await waitFor('it plays', () => viewer.tags.length >= 70);
  const drained = edge.relay.drain();
  await waitFor('the center knows', () => center.log.some(({ msg }) => msg === 'the peer goes away'));
  t.equal(edge.relay.figures.healthy(), false);
  await t.rejects(publish(`${edge.rtmp}/b`));
  await publisher.send(messages.slice(70));
  await publisher.close();
  t.equal(await viewer.over, true);
  t.equal(viewer.tags.length, messages.length, 'every frame');
  t.match(await drained, { publishers: 1, cut: 0, links: 1 });
});
