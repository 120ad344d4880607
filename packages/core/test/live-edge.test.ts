import t from 'tap';
import { Feed, type ViewerOptions } from '../src/feed.js';
import { MAX_OLDER_JOINS } from '../src/feed-log.js';
import * as KindCounts from '../src/kind-counts.js';
import { DEFAULT_FEED_LIMITS, DEFAULT_VIEWER_LIMITS } from '../src/limits.js';
import { Timers } from '../src/timers.js';
import { aBroadcast, aFrame, PATH, TestPublisher, takeAll } from './support/media.js';

/** A feed with groups of 1 s: key frames at 0, 1000 ... and a delta every 250 ms, up to `untilMs`. */
function aFeed(untilMs = 0) {
  const timers = new Timers();
  const feed = new Feed({
    path: PATH,
    limits: DEFAULT_FEED_LIMITS,
    viewerLimits: DEFAULT_VIEWER_LIMITS,
    timeline: 'continuous',
    timers,
  });
  const broadcast = aBroadcast();
  feed.attach(broadcast, 'earliest', 0);
  const publisher = TestPublisher.of(broadcast);
  let atMs = 0;
  const publish = (toMs: number) => {
    for (; atMs <= toMs; atMs += 250) {
      publisher.nowMs = atMs;
      if (atMs % 1_000 === 0) publisher.key(atMs);
      else publisher.delta(atMs);
    }
  };
  if (untilMs > 0) publish(untilMs);
  const view = (options: Partial<ViewerOptions> = {}) => feed.view({ start: 'newest', ...options }, atMs);
  return { feed, timers, publish, publisher, broadcast, view };
}

t.test('a viewer starts at the newest key frame, whatever its age, unless it says otherwise', async (t) => {
  const { view } = aFeed(3_750);
  t.equal(takeAll(view())[0], 'video.key@3000');
  t.equal(takeAll(view({ latencyMs: 100 }))[0], 'video.key@3000');
});

t.test('a viewer that wants to be near starts there only when that is near enough', async (t) => {
  const { view, publish } = aFeed(3_750);
  t.equal(takeAll(view({ start: 'near', latencyMs: 250 }))[0], 'video.key@3000', '750 = target + tolerance');
  const far = view({ start: 'near', latencyMs: 249 });
  t.same(takeAll(far), []);
  publish(4_000);
  t.same(takeAll(far), ['video.key@4000']);
  t.equal(takeAll(view({ start: 'near' }))[0], 'video.key@4000', 'without a target nothing is too far');
});

t.test(
  'a viewer that starts live gets nothing of the past, and video from the next key frame on',
  async (t) => {
    const { view, publish, publisher } = aFeed(3_750);
    const viewer = view({ start: 'live' });
    t.same(takeAll(viewer), []);
    publisher.audio(3_760);
    publish(4_250);
    t.same(takeAll(viewer), ['audio@3760', 'video.key@4000', 'video.delta@4250']);
    t.equal(viewer.stats.lost.join.delta, 0);
  },
);

t.test('frames whose key frame was before the start are counted as lost to the join', async (t) => {
  const { view, publish } = aFeed(3_500);
  const viewer = view({ start: 'live' });
  publish(4_000);
  t.same(takeAll(viewer), ['video.key@4000']);
  t.equal(viewer.stats.lost.join.delta, 1);
  t.equal(viewer.stats.dropped.delta, 1);
});

t.test('a viewer may begin with more media, as far as the log goes back', async (t) => {
  const { view } = aFeed(3_750);
  t.equal(takeAll(view({ burstMs: 750 }))[0], 'video.key@3000');
  t.equal(takeAll(view({ burstMs: 751 }))[0], 'video.key@2000');
  t.equal(takeAll(view({ burstMs: 2_000 }))[0], 'video.key@1000');
  t.equal(takeAll(view({ burstMs: 100_000 }))[0], 'video.key@0');
  t.equal(takeAll(view({ burstMs: 2_000, start: 'near', latencyMs: 100 }))[0], 'video.key@1000');
});

t.test('older places to start are bounded, and gone with their entries', async (t) => {
  const { feed, publish, publisher, view } = aFeed(500);
  publish(20_000);
  t.equal(takeAll(view({ burstMs: 100_000 }))[0], 'video.key@15000', 'the log keeps 5 s');
  for (let at = 0; at < MAX_OLDER_JOINS + 10; at += 1) publisher.key(20_100 + at);
  const viewer = view({ burstMs: 100_000 });
  t.equal(takeAll(viewer)[0], `video.key@${20_100 + 9}`, 'not the oldest that the log still has');
  t.ok((feed.log.entry(feed.log.base)?.timestamp ?? 0) < 20_000);
});

t.test('before there is media every start waits and misses nothing', async (t) => {
  const { view, publish } = aFeed();
  const viewers = (['newest', 'near', 'live', 'beginning'] as const).map((start) =>
    view({ start, latencyMs: 100, burstMs: 100 }),
  );
  publish(250);
  for (const viewer of viewers) t.same(takeAll(viewer), ['video.key@0', 'video.delta@250']);
});

t.test(
  'a viewer further behind than its target and the tolerance skips to the newest key frame',
  async (t) => {
    const { feed, view, publish } = aFeed(250);
    const viewer = view({ latencyMs: 500 });
    const patient = view();
    takeAll(viewer);
    takeAll(patient);
    publish(1_500);
    t.equal(viewer.stats.lagMs, 1_000);
    t.equal(takeAll(viewer)[0], 'video.delta@500', 'at the bound');
    publish(3_000);
    t.equal(viewer.stats.lagMs, 1_250);
    t.same(takeAll(viewer), ['video.key@3000']);
    t.match(viewer.stats, { skips: 1, lost: { lag: { key: 1, delta: 4 }, join: { delta: 0 } } });
    t.match(feed.counters, { skips: 1, losses: { lag: { key: 1, delta: 4 } } });
    t.equal(feed.counters.skipTimesMs.length, 1);
    t.equal(takeAll(patient)[0], 'video.delta@500', 'others are not skipped');
    t.equal(patient.stats.skips, 0);
  },
);

t.test('the times of the last 60 skips are kept', async (t) => {
  const { feed, view, publish } = aFeed(250);
  const viewer = view({ latencyMs: 500 });
  takeAll(viewer);
  for (let skip = 1; skip <= 61; skip += 1) {
    publish(skip * 3_000);
    viewer.take(skip, { maxBytes: 1e9 });
  }
  const { skips, skipTimesMs } = feed.counters;
  t.equal(skips, 61);
  t.same([skipTimesMs.length, skipTimesMs[0], skipTimesMs.at(-1)], [60, 2, 61]);
});

t.test('without a newer key frame there is nothing to skip to', async (t) => {
  const { view, publisher } = aFeed(250);
  const viewer = view({ latencyMs: 100 });
  takeAll(viewer);
  for (let at = 500; at <= 3_000; at += 250) publisher.delta(at);
  t.equal(takeAll(viewer)[0], 'video.delta@500');
  t.equal(viewer.stats.skips, 0);
});

t.test('what it was behind at its start does not make it skip before it has caught up', async (t) => {
  const { view, publish } = aFeed(3_750);
  const viewer = view({ latencyMs: 250, burstMs: 1_500 });
  t.equal(viewer.take(0, { maxBytes: 1 })[0]?.timestamp, 2_000);
  publish(4_250);
  t.equal(viewer.take(0, { maxBytes: 1 })[0]?.timestamp, 2_250, '2 s behind, 1.75 s at the start');
  takeAll(viewer);
  publish(5_250);
  t.equal(takeAll(viewer)[0], 'video.delta@4500', 'its burst is its latency from then on');
  publish(8_250);
  t.equal(takeAll(viewer)[0], 'video.key@8000');
});

t.test('what waited for a viewer that was cut off as stalled is counted so', async (t) => {
  const { view, publish, timers } = aFeed(250);
  const viewer = view();
  takeAll(viewer);
  publish(1_250);
  timers.poll(20_000);
  t.equal(viewer.state.kind, 'stalled');
  t.match(viewer.stats.lost, { stall: { key: 1, delta: 3 }, lag: { key: 0, delta: 0 } });
  t.equal(KindCounts.total(viewer.stats.dropped), 4);
});

t.test('of a stalled viewer, what the log had dropped before counts as lag', async (t) => {
  const { feed, view, publish, timers } = aFeed(250);
  const viewer = view();
  takeAll(viewer);
  publish(9_250);
  timers.poll(20_000);
  const { lost, dropped, skips } = viewer.stats;
  t.match(lost, { stall: { key: 1, delta: 1 }, lag: { key: 8, delta: 26 } });
  t.match(feed.counters, { losses: { stall: { key: 1, delta: 1 }, lag: { key: 8, delta: 26 } }, skips: 0 });
  t.match(dropped, { key: 9, delta: 27 });
  t.equal(skips, 0);
});

t.test('what nobody got while a viewer was there is counted as lost on the link', async (t) => {
  const { feed, broadcast, view } = aFeed();
  const video = broadcast.openTrack('video', 0, 0);
  const append = (sequence: number, kind: 'key' | 'delta', ordinal: number) =>
    video
      .openGroup({ sequence, initVersion: undefined }, 0)
      ?.append(aFrame({ kind, ordinal, timestamp: ordinal * 40 }), 0);
  append(0, 'delta', 0);
  const viewer = view();
  append(1, 'key', 1);
  append(1, 'delta', 2);
  t.equal(KindCounts.total(viewer.stats.lost.link), 0, 'what was before it is none of its own');
  append(2, 'delta', 3);
  t.equal(viewer.stats.lost.link.delta, 1);
  t.equal(viewer.stats.dropped.delta, 0);
  viewer.close(0);
  append(3, 'delta', 4);
  t.equal(feed.lost.delta, 3);
  t.equal(viewer.stats.lost.link.delta, 1, 'nor what is after');
});
