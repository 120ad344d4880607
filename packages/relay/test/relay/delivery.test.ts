import { readFileSync, writeFileSync } from 'node:fs';
import { Media, waitFor } from '@longhaul/testkit';
import t from 'tap';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../src/config/config.js';
import { Relays } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';

/** A link that the sender's rate control holds to 1.5 Mbit/s. */
const SLOW = { congestion: { algorithm: 'fixed', knobs: { fixed_rate: 1_500_000 } } };

/**
 * Four times what that carries, sent at once: only the newest can be in time. A key frame leaves with one write, so that no stream is reset
 * in the middle of one: of such a group nothing is told frame by frame.
 */
const messages = Media.broadcast({ seconds: 4, keyBytes: 3_000, deltaBytes: 24_000 });

t.test('video that is too late for the peer is dropped, told and shown at both ends', async (t) => {
  const relays = await Relays.create(t);
  const { edge, center } = await relays.pair({
    edge: { link: SLOW },
    center: {
      link: { delivery: { latencyBudgetMs: 500 } },
      broadcasts: [{ path: '**', subscribe: 'always' }],
    },
  });
  const publisher = await publish(`${edge.rtmp}/x`);
  await publisher.send(messages);
  const skipped = () => edge.relay.figures.links()[0]?.drops?.skipped?.delta ?? 0;
  await waitFor('pictures were dropped', () => skipped() > 0, { timeoutMs: 20_000 });
  await waitFor('the center heard of them', () => {
    const heard = center.relay.figures.links()[0]?.drops?.['by-peer']?.delta ?? 0;
    return heard >= skipped();
  });
  t.ok((edge.relay.figures.broadcasts()[0]?.linkDrops?.skipped?.delta ?? 0) > 0, 'of the broadcast');
  const told = await waitFor('the log tells', () =>
    edge.log.find(({ msg }) => msg === 'link: frames-dropped'),
  );
  t.match(told, { peer: 'center', path: 'default/live/x', broadcasts: 1 });
  const metrics = await (await fetch(`${edge.admin}/metrics`)).text();
  t.match(metrics, /longhaul_frames_dropped_total\{kind="delta",reason="link-skipped"/);
  await publisher.close();
});

t.test('nothing is dropped where the config says so, also after a reload', async (t) => {
  const relays = await Relays.create(t);
  const { edge, center } = await relays.pair({
    edge: { link: SLOW },
    center: {
      link: { delivery: { latencyBudgetMs: 500 } },
      broadcasts: [{ path: '**', subscribe: 'always' }],
    },
  });
  const file = edge.relay.config.sources.file ?? '';
  const config = parse(readFileSync(file, 'utf8'));
  writeFileSync(file, stringify({ ...config, link: { ...config.link, delivery: { expiry: false } } }));
  t.match(edge.relay.reload(loadConfig({ file })), { applied: ['link.delivery.expiry'], needRestart: [] });
  const publisher = await publish(`${edge.rtmp}/x`);
  // Twice what the link carries.
  const small = Media.broadcast({ seconds: 3, keyBytes: 40_000, deltaBytes: 10_000 });
  await publisher.send(small);
  await waitFor(
    'all of it is at the center',
    () => {
      const [link] = center.relay.figures.links();
      return (link?.framesReceived ?? 0) >= small.length;
    },
    { timeoutMs: 25_000 },
  );
  t.same(edge.relay.figures.links()[0]?.drops, {});
  await publisher.close();
});
