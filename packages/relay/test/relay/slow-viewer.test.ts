import { Media, waitFor } from '@longhaul/testkit';
import t from 'tap';
import { isInit, isKeyFrame, summary } from '../drive/compare.js';
import { HttpFlvViewer } from '../drive/flv-viewer.js';
import { Relays } from '../drive/relays.js';
import { publish } from '../drive/rtmp-client.js';

/** 25 Mbit/s: more than the system's socket buffers hold within a few seconds. */
const HEAVY = { keyBytes: 400_000, deltaBytes: 100_000 };
/** A second of it. */
const SLICE = 74;

t.test('a viewer that falls behind skips to a key frame, is counted, and harms nobody', async (t) => {
  const { rtmp, http, log, admin } = await (await Relays.create(t)).start('a', {
    viewers: { maxLagMs: 1_500, stallMs: 60_000 },
  });
  const behind = async () => {
    const metrics = await (await fetch(`${admin}/metrics`)).text();
    let frames = 0;
    for (const [, count] of metrics.matchAll(/frames_dropped_total\{.*viewer-behind.*\} (\d+)/g))
      frames += Number(count);
    return frames;
  };
  const messages = Media.broadcast({ seconds: 8, ...HEAVY });
  const [fast, slow] = [new HttpFlvViewer(`${http}/a.flv`), new HttpFlvViewer(`${http}/a.flv`)];
  const publisher = await publish(`${rtmp}/a`);
  for (let sent = 0; sent < messages.length; sent += SLICE) {
    await publisher.send(messages.slice(sent, sent + SLICE));
    await waitFor('the fast one', () => fast.tags.length >= Math.min(sent + SLICE, messages.length));
    if (sent === 0) {
      await waitFor('the slow one, too', () => slow.tags.length >= SLICE);
      slow.pause();
    }
  }
  t.strictSame(fast.tags.map(summary), messages.map(summary), 'the fast viewer misses nothing');
  const counted = await behind();
  t.ok(counted > 0, 'the metrics tell while it is still connected and takes nothing');
  slow.resume();
  const last = summary(messages.at(-1) as (typeof messages)[number]);
  await waitFor('the slow one is back at the head', () => slow.tags.some((tag) => summary(tag) === last));
  const known = new Map(messages.map((message, index) => [summary(message), index]));
  const indices = slow.tags.map((tag) => known.get(summary(tag)) ?? -1);
  const jump = indices.findIndex((index, at) => at > 0 && index !== (indices[at - 1] ?? 0) + 1);
  t.ok(jump > 0, 'it skipped');
  t.ok(
    isKeyFrame(
      slow.tags.slice(jump).find((tag) => tag.type === 9 && !isInit(tag)) as (typeof messages)[number],
    ),
    'to a key frame',
  );
  slow.close();
  const line = await waitFor('its log line', () => log.find(({ msg }) => msg === 'viewer ended'));
  const { dropped, skips } = line as { dropped: Record<string, number>; skips: number };
  t.ok(skips >= 1);
  t.equal(
    Object.values(dropped).reduce((sum, count) => sum + count, 0),
    messages.length - new Set(indices).size,
    'every missing frame is counted',
  );
  t.equal(await behind(), messages.length - new Set(indices).size, 'and once in the metrics');
  const explained = await (await fetch(`${admin}/api/v1/explain?broadcast=live/a`)).json();
  t.match(explained, {
    viewers: { now: 1, skips },
    mechanisms: [/^viewers: too far behind, and skipped ahead, /],
  });
  await publisher.close();
  fast.close();
});

t.test('a viewer that takes nothing for too long is disconnected', async (t) => {
  const { rtmp, http, log, relay } = await (await Relays.create(t)).start('a', { viewers: { stallMs: 500 } });
  const publisher = await publish(`${rtmp}/a`);
  const messages = Media.broadcast({ seconds: 60, ...HEAVY });
  const stuck = new HttpFlvViewer(`${http}/a.flv`);
  await publisher.send(messages.slice(0, SLICE));
  await waitFor('it plays', () => stuck.tags.length > 0);
  stuck.pause();
  let sent = SLICE;
  const line = await waitFor(
    'its log line',
    async () => {
      await publisher.send(messages.slice(sent, sent + SLICE));
      sent += SLICE;
      return log.find(({ msg }) => msg === 'viewer ended');
    },
    { everyMs: 50, timeoutMs: 10_000 },
  );
  t.match(line, { reason: 'stalled', protocol: 'http-flv' });
  t.equal(relay.figures.broadcasts()[0]?.viewers, 0);
  stuck.resume();
  t.equal(await stuck.over, false, 'cut, not ended');
  await publisher.close();
});
