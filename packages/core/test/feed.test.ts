import t from 'tap';
import { aFeed, published } from './support/feeds.js';
import { aBroadcast, aFrame, TestPublisher, takeAll, takeEntries } from './support/media.js';

t.test('a viewer from before the publisher gets every frame once, in order', async (t) => {
  const { feed } = aFeed();
  const viewer = feed.view({ start: 'newest' }, 0);
  t.equal(viewer.state.kind, 'waiting');
  const { publisher } = published(feed);
  publisher.init('data');
  publisher.init('audio');
  publisher.audio(0);
  publisher.init('video');
  publisher.key(20);
  publisher.audio(23);
  t.equal(viewer.state.kind, 'live');
  t.same(takeAll(viewer), [
    'data.init@0',
    'audio.init@0',
    'audio@0',
    'video.init@0',
    'video.key@20',
    'audio@23',
  ]);
});

t.test(
  'a viewer that comes later starts at the newest key frame with init data and metadata first',
  async (t) => {
    const { feed } = aFeed();
    const { publisher } = published(feed);
    publisher.inits();
    publisher.group(0);
    publisher.group(120, 2);
    const viewer = feed.view({ start: 'newest' }, 0);
    t.equal(viewer.state.kind, 'live');
    t.same(takeAll(viewer), [
      'data.init@120',
      'video.init@120',
      'audio.init@120',
      'video.key@120',
      'audio@120',
      'video.delta@160',
      'audio@160',
    ]);
  },
);

t.test('a feed attached in the middle gives the same', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.inits();
  publisher.group(0);
  publisher.group(120, 2);
  const { feed } = aFeed();
  feed.attach(broadcast, 'newest', 0);
  t.same(takeAll(feed.view({ start: 'newest' }, 0)).slice(0, 4), [
    'data.init@120',
    'video.init@120',
    'audio.init@120',
    'video.key@120',
  ]);
});

t.test('audio only: a viewer starts at the newest audio group', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  publisher.init('audio');
  for (let at = 0; at <= 2_500; at += 500) publisher.audio(at);
  t.same(takeAll(feed.view({ start: 'newest' }, 0)), ['audio.init@2000', 'audio@2000', 'audio@2500']);
});

t.test('data only: a viewer starts at the newest data group', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  for (let at = 0; at <= 2_500; at += 500) publisher.data(at);
  t.same(takeAll(feed.view({ start: 'newest' }, 0)), ['data@2000', 'data@2500']);
});

t.test('audio that starts much later joins in', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  publisher.group(0, 1);
  const viewer = feed.view({ start: 'newest' }, 0);
  takeAll(viewer);
  publisher.key(60_000);
  publisher.init('audio', 1, 60_010);
  publisher.audio(60_020);
  t.same(takeAll(viewer), ['video.key@60000', 'audio.init@60010', 'audio@60020']);
  t.same(takeAll(feed.view({ start: 'newest' }, 0)), ['video.key@60000', 'audio.init@60010', 'audio@60020']);
});

t.test('metadata that changes reaches viewers in its place and later ones at their start', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  publisher.init('data', 1);
  publisher.key(0);
  const viewer = feed.view({ start: 'newest' }, 0);
  takeAll(viewer);
  publisher.init('data', 2, 20);
  publisher.delta(40);
  t.same(takeAll(viewer), ['data.init@20', 'video.delta@40']);
  publisher.key(80);
  const entries = takeEntries(feed.view({ start: 'newest' }, 0));
  t.equal(entries[0]?.frame.payload[0], 2);
  t.equal(entries.length, 2);
});

t.test(
  'a viewer is woken in the call that writes the frame, and not again before it has taken',
  async (t) => {
    const { feed } = aFeed();
    const { publisher } = published(feed);
    const viewer = feed.view({ start: 'newest' }, 0);
    let wakes = 0;
    viewer.onWake = () => {
      wakes += 1;
    };
    publisher.key(0);
    t.equal(wakes, 1);
    publisher.delta(40);
    publisher.delta(80);
    t.equal(wakes, 1);
    takeAll(viewer);
    publisher.delta(120);
    t.equal(wakes, 2);
  },
);

t.test('viewers at the same place take the same array of the same entries', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  const viewers = [feed.view({ start: 'newest' }, 0), feed.view({ start: 'newest' }, 0)];
  publisher.key(0);
  publisher.audio(10);
  const [a, b] = viewers.map((viewer) => viewer.take(0, { maxBytes: 1e6 }));
  t.equal(a, b);
  publisher.delta(40);
  const [c, d] = viewers.map((viewer) => viewer.take(0, { maxBytes: 1e6 }));
  t.equal(c, d);
  t.not(a, c);
  const [e, f] = [feed.view({ start: 'newest' }, 0), feed.view({ start: 'newest' }, 0)].map((viewer) =>
    viewer.take(0, { maxBytes: 1e6 }),
  );
  t.equal(e?.[0], f?.[0]);
});

t.test('a viewer that throws when woken is cut off, reported, and the others are served', async (t) => {
  const faults: unknown[] = [];
  const { feed, gone } = aFeed({ onFault: (error) => faults.push(error) });
  const { publisher } = published(feed);
  const bad = feed.view({ start: 'newest' }, 0);
  const good = feed.view({ start: 'newest' }, 0);
  bad.onWake = () => {
    throw new Error('socket is gone');
  };
  publisher.key(0);
  t.equal(faults.length, 1);
  t.same(bad.state, { kind: 'ended', reason: 'fault' });
  t.same(takeAll(good), ['video.key@0']);
  t.same(gone, ['ended']);
});

t.test(
  'without a fault handler the error reaches whoever wrote the frame, once all were served',
  async (t) => {
    const { feed } = aFeed();
    const { publisher } = published(feed);
    const bad = feed.view({ start: 'newest' }, 0);
    bad.onWake = () => {
      throw new Error('socket is gone');
    };
    const good = feed.view({ start: 'newest' }, 0);
    t.throws(() => publisher.key(0), { message: 'socket is gone' });
    t.same(takeAll(good), ['video.key@0']);
  },
);

t.test('a viewer may close others, itself, and bring new ones when woken', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  const first = feed.view({ start: 'newest' }, 0);
  const second = feed.view({ start: 'newest' }, 0);
  let third: string[] = [];
  first.onWake = () => {
    second.close(0);
    first.close(0);
    third = takeAll(feed.view({ start: 'newest' }, 0));
  };
  second.onWake = () => t.fail('it was closed');
  publisher.key(0);
  t.same(third, ['video.key@0']);
  t.equal(feed.viewers.size, 1);
});

t.test(
  'a viewer that joins while frames are held starts at what has left and gets the rest after',
  async (t) => {
    const { feed, timers } = aFeed();
    const broadcast = aBroadcast();
    const video = broadcast.openTrack('video', 0, 0).openGroup({ sequence: 0, initVersion: undefined }, 0);
    const audio = broadcast.openTrack('audio', 0, 0).openGroup({ sequence: 0, initVersion: undefined }, 0);
    feed.attach(broadcast, 'earliest', 0);
    video?.append(aFrame({ kind: 'key', ordinal: 0, timestamp: 0 }), 0);
    audio?.append(aFrame({ ordinal: 2, timestamp: 5 }), 0);
    const viewer = feed.view({ start: 'newest' }, 10);
    t.same(takeAll(viewer), ['video.key@0']);
    let wakes = 0;
    viewer.onWake = () => {
      wakes += 1;
    };
    timers.poll(100);
    t.equal(wakes, 1);
    t.same(takeAll(viewer), ['audio@5']);
  },
);

t.test('a viewer may ask for the beginning and gets it while it is there', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  publisher.group(0, 1);
  publisher.group(40, 1);
  t.same(takeAll(feed.view({ start: 'beginning' }, 0)), [
    'video.key@0',
    'audio@0',
    'video.key@40',
    'audio@40',
  ]);
  for (let at = 80; at < 20_000; at += 1_000) publisher.group(at, 1);
  t.same(takeAll(feed.view({ start: 'beginning' }, 0)), ['video.key@19080', 'audio@19080']);
});

t.test('frames of a video track that a viewer cannot decode are not given to it', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  publisher.key(0, 1);
  publisher.key(1_000, 0);
  publisher.delta(1_040, 1);
  publisher.delta(1_040, 0);
  const early = feed.view({ start: 'beginning' }, 0);
  const late = feed.view({ start: 'newest' }, 0);
  t.same(takeAll(late), ['video.key@1000', 'video.delta@1040']);
  t.same(takeAll(early), ['video1.key@0', 'video.key@1000', 'video1.delta@1040', 'video.delta@1040']);
  t.match(late.stats.dropped, { delta: 1 });
  publisher.delta(1_080, 1);
  t.same(takeAll(early), ['video1.delta@1080']);
  t.same(takeAll(late), [], 'at the same place it does not share what the other took');
  publisher.key(1_120, 1);
  publisher.delta(1_160, 1);
  t.same(takeAll(late), ['video1.key@1120', 'video1.delta@1160']);
});

t.test('the jitter buffer is shared by all viewers of a path, and asked for each broadcast', async (t) => {
  const asked: number[] = [];
  const { feed, timers } = aFeed({
    jitter: ({ epoch }) => {
      asked.push(epoch);
      return epoch === 1 ? { maxMs: 200, maxBytes: 1e6 } : undefined;
    },
  });
  const { publisher } = published(feed);
  const viewers = [0, 1].map(() => feed.view({ start: 'newest' }, 0));
  publisher.key(0);
  publisher.nowMs = 2_100;
  publisher.delta(2_000);
  publisher.nowMs = 2_110;
  publisher.delta(2_040);
  for (const viewer of viewers) t.same(takeAll(viewer), ['video.key@0', 'video.delta@2000']);
  timers.poll(2_140);
  for (const viewer of viewers) t.same(takeAll(viewer), ['video.delta@2040']);
  t.match(feed.counters, { jitter: { held: 1, delayMs: 30 }, order: { held: 0 } });
  published(feed, 2);
  t.same(asked, [1, 2]);
  t.equal(feed.counters.jitter, undefined);
});

t.test('what was done is counted', async (t) => {
  const { feed, timers } = aFeed();
  t.equal(feed.counters.logMs, 0);
  const broadcast = aBroadcast();
  const group = broadcast.openTrack('audio', 0, 0).openGroup({ sequence: 0, initVersion: undefined }, 0);
  feed.attach(broadcast, 'earliest', 0);
  group?.append(aFrame({ ordinal: 1, timestamp: 0 }), 0);
  timers.poll(100);
  group?.append(aFrame({ ordinal: 2, timestamp: 500 }), 100);
  t.match(feed.counters, { frames: { audio: 2 }, merge: { held: 1, expiredGaps: 1 }, epochs: 1, logMs: 500 });
  broadcast.end('unpublished', 100);
  t.match(
    feed.counters,
    { merge: { held: 1, expiredGaps: 1, late: 0, overflownGaps: 0 } },
    'also when it is over',
  );
});
