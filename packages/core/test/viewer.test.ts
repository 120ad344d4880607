import fc from 'fast-check';
import t from 'tap';
import { Feed } from '../src/feed.js';
import * as KindCounts from '../src/kind-counts.js';
import { DEFAULT_FEED_LIMITS, FRAME_OVERHEAD_BYTES, type ViewerLimits } from '../src/limits.js';
import { Timers } from '../src/timers.js';
import type { Viewer } from '../src/viewer.js';
import { aBroadcast, describe, PATH, TestPublisher, takeAll, takeEntries } from './support/media.js';

const LIMITS: ViewerLimits = { maxLagBytes: 1e9, maxLagMs: 1_000, stallMs: 10_000, toleranceMs: 500 };
const UNIT = 10 + FRAME_OVERHEAD_BYTES;

function aFeed(viewerLimits: Partial<ViewerLimits> = {}, maxLogMs = 60_000) {
  const timers = new Timers();
  const feed = new Feed({
    path: PATH,
    limits: { ...DEFAULT_FEED_LIMITS, maxLogMs },
    viewerLimits: { ...LIMITS, ...viewerLimits },
    timeline: 'continuous',
    timers,
  });
  const broadcast = aBroadcast();
  feed.attach(broadcast, 'earliest', 0);
  return { feed, timers, publisher: TestPublisher.of(broadcast) };
}

t.test('a viewer takes about what it asks for, at least one frame', async (t) => {
  const { feed, publisher } = aFeed();
  publisher.key(0);
  for (let at = 1; at < 10; at += 1) publisher.delta(at);
  const viewer = feed.view({ start: 'newest' }, 0);
  t.equal(viewer.take(0, { maxBytes: 1 }).length, 1);
  t.equal(viewer.take(0, { maxBytes: 3 * UNIT }).length, 3);
  t.equal(viewer.take(0, { maxBytes: 3 * UNIT - 1 }).length, 2);
  t.equal(viewer.cursor, 6);
  t.equal(viewer.take(0, { maxBytes: 1e6 }).length, 4);
  t.same(viewer.take(0, { maxBytes: 1e6 }), []);
  t.match(viewer.stats, {
    taken: { key: 1, delta: 9 },
    takenBytes: 10 * UNIT,
    skips: 0,
    lagBytes: 0,
    lagMs: 0,
  });
});

t.test('viewers that ask for different amounts do not share', async (t) => {
  const { feed, publisher } = aFeed();
  publisher.key(0);
  publisher.delta(1);
  const small = feed.view({ start: 'newest' }, 0).take(0, { maxBytes: 1 });
  const large = feed.view({ start: 'newest' }, 0).take(0, { maxBytes: 1e6 });
  t.equal(small.length, 1);
  t.equal(large.length, 2);
});

t.test('the lag of a viewer is known', async (t) => {
  const { feed, publisher } = aFeed();
  publisher.key(0);
  publisher.delta(300);
  publisher.delta(700);
  const viewer = feed.view({ start: 'newest' }, 0);
  t.match(viewer.stats, { lagBytes: 3 * UNIT, lagMs: 700 });
  viewer.take(0, { maxBytes: 1 });
  t.match(viewer.stats, { lagBytes: 2 * UNIT, lagMs: 400 });
});

t.test(
  'the bound in media time is reached: it skips to the newest key frame and counts what it lost',
  async (t) => {
    const { feed, publisher } = aFeed({ maxLagMs: 1_000 });
    publisher.init('video', 1);
    for (let start = 0; start < 3_000; start += 500) publisher.group(start, 2);
    const slow = feed.view({ start: 'newest' }, 0);
    slow.take(0, { maxBytes: 1 });
    for (let start = 3_000; start < 6_000; start += 500) publisher.group(start, 2);
    const lost = { key: 5, delta: 6, audio: 12, init: 0 };
    t.match(slow.stats, { skips: 0, dropped: lost }, 'it is counted before it takes anything');
    const entries = takeEntries(slow);
    t.same(entries.map(describe), ['video.key@5500', 'audio@5500', 'video.delta@5540', 'audio@5540']);
    t.match(slow.stats, { skips: 1, dropped: lost });
  },
);

t.test('the bound in bytes is reached: it skips to the newest key frame', async (t) => {
  const { feed, publisher } = aFeed({ maxLagMs: 1e9, maxLagBytes: 20 * UNIT });
  publisher.key(0);
  const viewer = feed.view({ start: 'newest' }, 0);
  takeAll(viewer);
  for (let at = 0; at < 30; at += 1) publisher.delta(10 + at);
  t.equal(viewer.stats.lagBytes, 30 * UNIT, 'there is no key frame to skip to');
  publisher.key(100);
  t.same(takeAll(viewer), ['video.key@100']);
  t.match(viewer.stats, { skips: 1, dropped: { delta: 30 } });
});

t.test('a viewer within the bounds is not skipped over a key frame', async (t) => {
  const { feed, publisher } = aFeed({ maxLagMs: 1_000 });
  publisher.key(0);
  const viewer = feed.view({ start: 'newest' }, 0);
  publisher.delta(40);
  publisher.key(1_000);
  t.same(takeAll(viewer), ['video.key@0', 'video.delta@40', 'video.key@1000']);
  t.equal(viewer.stats.skips, 0);
});

t.test('init data that changed meanwhile comes first after a skip, other is not repeated', async (t) => {
  const { feed, publisher } = aFeed();
  publisher.inits();
  publisher.key(0);
  const viewer = feed.view({ start: 'newest' }, 0);
  takeAll(viewer);
  publisher.init('video', 2, 100);
  for (let start = 1_000; start < 5_000; start += 500) publisher.group(start, 1);
  const entries = takeEntries(viewer);
  t.same(entries.map(describe), ['video.init@4500', 'video.key@4500', 'audio@4500']);
  t.equal(entries[0]?.frame.payload[0], 2);
  t.match(viewer.stats.dropped, { init: 1 });
});

t.test('init data given after a skip is not given again after the next', async (t) => {
  const { feed, publisher } = aFeed();
  publisher.key(0);
  const viewer = feed.view({ start: 'newest' }, 0);
  takeAll(viewer);
  publisher.init('video', 2, 100);
  const skip = (from: number) => {
    for (let start = from; start < from + 4_000; start += 500) publisher.group(start, 1);
    return takeAll(viewer);
  };
  t.same(skip(1_000), ['video.init@4500', 'video.key@4500', 'audio@4500']);
  t.same(skip(5_000), ['video.key@8500', 'audio@8500']);
  t.equal(viewer.stats.skips, 2);
});

t.test('init data taken from the log is not repeated after a skip', async (t) => {
  const { feed, publisher } = aFeed();
  publisher.key(0);
  const viewer = feed.view({ start: 'newest' }, 0);
  publisher.init('video', 1, 10);
  takeAll(viewer);
  for (let start = 1_000; start < 5_000; start += 500) publisher.group(start, 1);
  t.same(takeAll(viewer), ['video.key@4500', 'audio@4500']);
});

t.test('a skip before the first take gives init data once, the newest last', async (t) => {
  const { feed, publisher } = aFeed();
  publisher.init('video', 1);
  publisher.key(0);
  const viewer = feed.view({ start: 'newest' }, 0);
  publisher.init('video', 2, 10);
  for (let start = 1_000; start < 5_000; start += 500) publisher.group(start, 1);
  const entries = takeEntries(viewer);
  t.same(
    entries.filter((entry) => entry.frame.kind === 'init').map((entry) => entry.frame.payload[0]),
    [1, 2],
  );
});

t.test(
  'a group that does not end drops its front: audio goes on, video waits for the next key frame',
  async (t) => {
    const { feed, publisher } = aFeed({ maxLagMs: 1_000 }, 5_000);
    publisher.init('video');
    publisher.key(0);
    const viewer = feed.view({ start: 'newest' }, 0);
    viewer.take(0, { maxBytes: 1 });
    for (let at = 100; at <= 9_000; at += 100) publisher.delta(at);
    publisher.audio(9_010);
    t.same(takeAll(viewer), ['audio@9010'], 'the join point is the audio now');
    publisher.delta(9_100);
    publisher.audio(9_120);
    t.same(takeAll(viewer), ['audio@9120']);
    publisher.key(9_200);
    publisher.delta(9_240);
    t.same(takeAll(viewer), ['video.key@9200', 'video.delta@9240']);
    const { taken, dropped } = viewer.stats;
    t.equal(taken.delta + dropped.delta, 92);
  },
);

t.test('without any join point a viewer goes on at the head', async (t) => {
  const { feed, publisher } = aFeed({ maxLagMs: 500 }, 1_000);
  publisher.init('video');
  publisher.key(0);
  const viewer = feed.view({ start: 'newest' }, 0);
  for (let at = 100; at <= 3_000; at += 100) publisher.delta(at);
  t.match(viewer.stats.dropped, { key: 1, delta: 30 }, 'what it has lost is known before it takes again');
  t.same(takeAll(viewer), ['video.init@0']);
  t.match(viewer.stats.dropped, { key: 1, delta: 30 });
  const late = feed.view({ start: 'newest' }, 0);
  t.same(takeAll(late), ['video.init@3000'], 'so does a new one, with init data');
  publisher.key(3_100);
  t.same(takeAll(viewer), ['video.key@3100']);
  t.same(takeAll(late), ['video.key@3100']);
});

t.test('the bound of no progress is reached: a viewer that takes nothing is stalled', async (t) => {
  const { feed, timers, publisher } = aFeed();
  const dead = feed.view({ start: 'newest' }, 0);
  const good = feed.view({ start: 'newest' }, 0);
  let wakes = 0;
  dead.onWake = () => {
    wakes += 1;
  };
  publisher.nowMs = 1_000;
  publisher.key(0);
  takeAll(good, 1_000);
  t.equal(timers.nextMs, 11_000);
  publisher.nowMs = 5_000;
  publisher.key(40);
  timers.poll(10_999);
  t.equal(dead.state.kind, 'live');
  timers.poll(11_000);
  t.equal(dead.state.kind, 'stalled');
  t.equal(wakes, 2, 'it is told');
  t.same(takeAll(dead), []);
  t.equal(feed.viewers.size, 1);
  t.equal(feed.counters.stalledViewers, 1);
  t.equal(timers.nextMs, 15_000, 'the other has something to take since 5,000');
  takeAll(good, 14_000);
  timers.poll(15_000);
  t.equal(good.state.kind, 'live');
  t.equal(timers.size, 0, 'nobody is behind');
});

t.test('taking and progress of the socket keep a slow viewer', async (t) => {
  const { feed, timers, publisher } = aFeed();
  publisher.key(0);
  for (let at = 40; at < 400; at += 40) publisher.delta(at);
  const viewer = feed.view({ start: 'newest' }, 0);
  timers.poll(9_000);
  viewer.take(9_000, { maxBytes: 1 });
  timers.poll(10_000);
  timers.poll(18_999);
  t.equal(viewer.state.kind, 'live');
  viewer.progress(18_999);
  timers.poll(19_000);
  timers.poll(28_998);
  t.equal(viewer.state.kind, 'live');
  timers.poll(28_999);
  t.equal(viewer.state.kind, 'stalled');
});

t.test('a viewer at the head never stalls', async (t) => {
  const { feed, timers, publisher } = aFeed();
  publisher.key(0);
  const viewer = feed.view({ start: 'newest' }, 0);
  takeAll(viewer);
  for (const at of [10_000, 20_000, 60_000]) timers.poll(at);
  t.equal(viewer.state.kind, 'live');
  t.equal(timers.size, 0);
});

t.test('closing is idempotent and nothing follows', async (t) => {
  const { feed, timers, publisher } = aFeed();
  const viewer = feed.view({ start: 'newest' }, 0);
  viewer.onWake = () => t.fail('it was closed');
  viewer.close(0);
  viewer.close(0);
  viewer.wake(0);
  viewer.finish('idle', 0);
  viewer.cutOff({ kind: 'stalled' }, 0);
  publisher.key(0);
  t.equal(viewer.state.kind, 'closed');
  t.same(takeAll(viewer), []);
  t.equal(timers.size, 0);
});

t.test('a waiting viewer can be told that nobody publishes', async (t) => {
  const { feed } = aFeed();
  const viewer = feed.view({ start: 'newest' }, 0);
  viewer.finish('unknown-path', 5);
  t.same(viewer.state, { kind: 'ended', reason: 'unknown-path' });
});

/** Whether a sequence of entries can be decoded: each delta after its key frame without a gap in its group. */
function isDecodable(taken: readonly string[], viewer: Viewer): boolean {
  let hasKey = false;
  let last = -1;
  for (const entry of taken) {
    const [name, at] = entry.split('@') as [string, string];
    const number = Number(at);
    if (name === 'video.key') hasKey = true;
    else if (name === 'video.delta' && (!hasKey || number !== last + 40)) return false;
    if (name.startsWith('video.') && name !== 'video.init') last = number;
  }
  return viewer.state.kind === 'live' || viewer.state.kind === 'waiting';
}

t.test(
  'any viewer at any speed gets only what it can decode, and every frame is taken or counted',
  async (t) => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('group' as const), frames: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ do: fc.constant('take' as const), frames: fc.nat(6) }),
      fc.record({ do: fc.constant('init' as const), frames: fc.nat(3) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(10), (steps, joinAt) => {
        const { feed, publisher } = aFeed({ maxLagMs: 400, maxLagBytes: 20 * UNIT }, 1_000);
        let viewer: Viewer | undefined;
        let before = KindCounts.zero();
        const taken: string[] = [];
        let at = 0;
        for (const [index, step] of steps.entries()) {
          if (index === joinAt) {
            viewer = feed.view({ start: 'newest' }, 0);
            before = KindCounts.copy(feed.log.counts);
          }
          if (step.do === 'group') {
            publisher.group(at, step.frames);
            at += step.frames * 40;
          } else if (step.do === 'init') publisher.init('video', step.frames, at);
          else if (viewer !== undefined) {
            const entries = viewer.take(0, { maxBytes: step.frames * UNIT });
            taken.push(...entries.map(describe));
          }
        }
        if (viewer === undefined) return true;
        taken.push(...takeAll(viewer));
        if (!isDecodable(taken, viewer)) return false;
        const { taken: counts, dropped } = viewer.stats;
        const since = KindCounts.difference(feed.log.counts, before);
        return KindCounts.FRAME_KINDS.every((kind) => {
          const seen = counts[kind] + dropped[kind];
          // Init data may be given again, and the group it joined began before it came.
          return counts[kind] >= 0 && dropped[kind] >= 0 && seen >= since[kind];
        });
      }),
      { numRuns: 300 },
    );
    t.pass('held for all runs');
  },
);
