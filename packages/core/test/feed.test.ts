import t from 'tap';
import { Feed, type FeedOptions } from '../src/feed.js';
import { DEFAULT_FEED_LIMITS, DEFAULT_VIEWER_LIMITS } from '../src/limits.js';
import { Timers } from '../src/timers.js';
import { aBroadcast, aFrame, PATH, TestPublisher, takeAll, takeEntries } from './support/media.js';

function aFeed(options: Partial<FeedOptions> = {}) {
  const timers = new Timers();
  const gone: string[] = [];
  const feed = new Feed({
    path: PATH,
    limits: DEFAULT_FEED_LIMITS,
    viewerLimits: DEFAULT_VIEWER_LIMITS,
    timeline: 'continuous',
    timers,
    onViewerGone: (viewer) => gone.push(viewer.state.kind),
    ...options,
  });
  return { feed, timers, gone };
}

function published(feed: Feed, epoch = 1) {
  const broadcast = aBroadcast({ epoch });
  const publisher = TestPublisher.of(broadcast);
  feed.attach(broadcast, 'earliest', 0);
  return { broadcast, publisher };
}

t.test('a viewer from before the publisher gets every frame once, in order', async (t) => {
  const { feed } = aFeed();
  const viewer = feed.view('newest', 0);
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
    const viewer = feed.view('newest', 0);
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
  t.same(takeAll(feed.view('newest', 0)).slice(0, 4), [
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
  t.same(takeAll(feed.view('newest', 0)), ['audio.init@2000', 'audio@2000', 'audio@2500']);
});

t.test('data only: a viewer starts at the newest data group', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  for (let at = 0; at <= 2_500; at += 500) publisher.data(at);
  t.same(takeAll(feed.view('newest', 0)), ['data@2000', 'data@2500']);
});

t.test('audio that starts much later joins in', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  publisher.group(0, 1);
  const viewer = feed.view('newest', 0);
  takeAll(viewer);
  publisher.key(60_000);
  publisher.init('audio', 1, 60_010);
  publisher.audio(60_020);
  t.same(takeAll(viewer), ['video.key@60000', 'audio.init@60010', 'audio@60020']);
  t.same(takeAll(feed.view('newest', 0)), ['video.key@60000', 'audio.init@60010', 'audio@60020']);
});

t.test('metadata that changes reaches viewers in its place and later ones at their start', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  publisher.init('data', 1);
  publisher.key(0);
  const viewer = feed.view('newest', 0);
  takeAll(viewer);
  publisher.init('data', 2, 20);
  publisher.delta(40);
  t.same(takeAll(viewer), ['data.init@20', 'video.delta@40']);
  publisher.key(80);
  const entries = takeEntries(feed.view('newest', 0));
  t.equal(entries[0]?.frame.payload[0], 2);
  t.equal(entries.length, 2);
});

t.test(
  'a viewer is woken in the call that writes the frame, and not again before it has taken',
  async (t) => {
    const { feed } = aFeed();
    const { publisher } = published(feed);
    const viewer = feed.view('newest', 0);
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
  const viewers = [feed.view('newest', 0), feed.view('newest', 0)];
  publisher.key(0);
  publisher.audio(10);
  const [a, b] = viewers.map((viewer) => viewer.take(0, { maxBytes: 1e6 }));
  t.equal(a, b);
  publisher.delta(40);
  const [c, d] = viewers.map((viewer) => viewer.take(0, { maxBytes: 1e6 }));
  t.equal(c, d);
  t.not(a, c);
  const [e, f] = [feed.view('newest', 0), feed.view('newest', 0)].map((viewer) =>
    viewer.take(0, { maxBytes: 1e6 }),
  );
  t.equal(e?.[0], f?.[0]);
});

t.test('a viewer that throws when woken is cut off, reported, and the others are served', async (t) => {
  const faults: unknown[] = [];
  const { feed, gone } = aFeed({ onFault: (error) => faults.push(error) });
  const { publisher } = published(feed);
  const bad = feed.view('newest', 0);
  const good = feed.view('newest', 0);
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
    const bad = feed.view('newest', 0);
    bad.onWake = () => {
      throw new Error('socket is gone');
    };
    const good = feed.view('newest', 0);
    t.throws(() => publisher.key(0), { message: 'socket is gone' });
    t.same(takeAll(good), ['video.key@0']);
  },
);

t.test('a viewer may close others, itself, and bring new ones when woken', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  const first = feed.view('newest', 0);
  const second = feed.view('newest', 0);
  let third: string[] = [];
  first.onWake = () => {
    second.close(0);
    first.close(0);
    third = takeAll(feed.view('newest', 0));
  };
  second.onWake = () => t.fail('it was closed');
  publisher.key(0);
  t.same(third, ['video.key@0']);
  t.equal(feed.viewers.size, 1);
});

t.test('a new epoch goes on upward, with its init data again', async (t) => {
  const { feed } = aFeed();
  const viewer = feed.view('newest', 0);
  const one = published(feed, 1);
  one.publisher.init('video', 1);
  one.publisher.key(10_000);
  one.publisher.writer.end(0);
  t.equal(feed.broadcast, undefined);
  const two = published(feed, 2);
  two.publisher.init('video', 1);
  two.publisher.key(0);
  two.publisher.delta(40);
  t.same(takeAll(viewer), [
    'video.init@0',
    'video.key@10000',
    'video.init@10040',
    'video.key@10040',
    'video.delta@10080',
  ]);
  t.equal(feed.epochs, 2);
  t.same(
    takeEntries(feed.view('newest', 0)).map((entry) => entry.epoch),
    [2, 2, 2],
  );
});

t.test('passthrough leaves the timestamps of a new epoch', async (t) => {
  const { feed } = aFeed({ timeline: 'passthrough' });
  const viewer = feed.view('newest', 0);
  published(feed, 1).publisher.key(10_000);
  published(feed, 2).publisher.key(0);
  t.same(takeAll(viewer), ['video.key@10000', 'video.key@0']);
});

t.test(
  'what the old epoch holds leaves before the new one, what comes later of it does not leave',
  async (t) => {
    const { feed, timers } = aFeed();
    const viewer = feed.view('newest', 0);
    const old = aBroadcast({ epoch: 1 });
    const group = old.openTrack('audio', 0, 0).openGroup({ sequence: 0, initVersion: undefined }, 0);
    feed.attach(old, 'earliest', 0);
    group?.append(aFrame({ ordinal: 0, timestamp: 0 }), 0);
    group?.append(aFrame({ ordinal: 2, timestamp: 40 }), 0);
    t.same(takeAll(viewer), ['audio@0']);
    const { publisher } = published(feed, 2);
    publisher.audio(0);
    group?.append(aFrame({ ordinal: 3, timestamp: 60 }), 10);
    t.same(takeAll(viewer), ['audio@40', 'audio@80']);
    t.equal(timers.size, 1, 'only that of stalls');
  },
);

t.test('a viewer that comes between two epochs waits for the next and gets all of it', async (t) => {
  const { feed } = aFeed();
  const one = published(feed, 1);
  one.publisher.inits();
  one.publisher.key(0);
  one.publisher.writer.end(0);
  const viewer = feed.view('newest', 0);
  t.equal(viewer.state.kind, 'waiting');
  t.same(takeAll(viewer), []);
  const two = published(feed, 2);
  two.publisher.init('audio');
  two.publisher.audio(5);
  t.same(takeAll(viewer), ['audio.init@40', 'audio@40']);
});

t.test('a viewer that comes before the first frame of a new epoch gets nothing of the old', async (t) => {
  const { feed } = aFeed();
  const one = published(feed, 1);
  one.publisher.inits();
  one.publisher.key(0);
  const two = published(feed, 2);
  const viewer = feed.view('newest', 0);
  t.same(takeAll(viewer), []);
  two.publisher.key(0);
  t.same(takeAll(viewer), ['video.key@40']);
});

t.test('a viewer may attach the next epoch when it is woken for the tail of the last', async (t) => {
  const { feed } = aFeed();
  const old = aBroadcast({ epoch: 1 });
  const next = aBroadcast({ epoch: 2 });
  const group = old.openTrack('audio', 0, 0).openGroup({ sequence: 0, initVersion: undefined }, 0);
  feed.attach(old, 'earliest', 0);
  const viewer = feed.view('newest', 0);
  viewer.onWake = () => feed.attach(next, 'earliest', 0);
  group?.append(aFrame({ ordinal: 5 }), 0);
  old.end('unpublished', 0);
  t.equal(feed.broadcast, next);
  TestPublisher.of(next).audio(0);
  t.same(takeAll(viewer), ['audio@0', 'audio@40']);
});

t.test('a newer attachment made by a woken viewer wins over the one under way', async (t) => {
  const { feed } = aFeed();
  const [one, two, three] = [1, 2, 3].map((epoch) => aBroadcast({ epoch }));
  const group = one?.openTrack('audio', 0, 0).openGroup({ sequence: 0, initVersion: undefined }, 0);
  feed.attach(one as never, 'earliest', 0);
  const viewer = feed.view('newest', 0);
  viewer.onWake = () => feed.attach(three as never, 'earliest', 0);
  group?.append(aFrame({ ordinal: 5 }), 0);
  feed.attach(two as never, 'earliest', 0);
  t.equal(feed.broadcast, three);
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
    const viewer = feed.view('newest', 10);
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

t.test('attaching the broadcast it follows, or anything after the end, does nothing', async (t) => {
  const { feed } = aFeed();
  const { broadcast, publisher } = published(feed);
  publisher.key(0);
  feed.attach(broadcast, 'earliest', 0);
  t.equal(feed.epochs, 1);
  feed.end('unpublished', 0);
  feed.end('idle', 0);
  feed.attach(aBroadcast({ epoch: 2 }), 'newest', 0);
  t.equal(feed.epochs, 1);
  t.equal(feed.ended, 'unpublished');
});

t.test('at the end viewers at the head end at once, others when they have taken the rest', async (t) => {
  const { feed, gone } = aFeed();
  const { publisher } = published(feed);
  publisher.key(0);
  const done = feed.view('newest', 0);
  takeAll(done);
  let wakes = 0;
  done.onWake = () => {
    wakes += 1;
  };
  const behind = feed.view('newest', 0);
  const waiting = aFeed().feed;
  const never = waiting.view('newest', 0);
  waiting.end('idle', 0);
  t.same(never.state, { kind: 'ended', reason: 'idle' });
  feed.end('unpublished', 0);
  t.same(done.state, { kind: 'ended', reason: 'unpublished' });
  t.equal(wakes, 1);
  t.equal(behind.state.kind, 'live');
  t.same(takeAll(behind), ['video.key@0']);
  t.same(behind.state, { kind: 'ended', reason: 'unpublished' });
  t.same(gone, ['ended', 'ended']);
  t.equal(feed.viewers.size, 0);
});

t.test('a viewer of a feed that has ended ends at once', async (t) => {
  const { feed, gone } = aFeed();
  feed.end('unpublished', 0);
  t.same(feed.view('newest', 0).state, { kind: 'ended', reason: 'unpublished' });
  t.same(gone, ['ended']);
});

t.test('a viewer may ask for the beginning and gets it while it is there', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  publisher.group(0, 1);
  publisher.group(40, 1);
  t.same(takeAll(feed.view('beginning', 0)), ['video.key@0', 'audio@0', 'video.key@40', 'audio@40']);
  for (let at = 80; at < 20_000; at += 1_000) publisher.group(at, 1);
  t.same(takeAll(feed.view('beginning', 0)), ['video.key@19080', 'audio@19080']);
});

t.test('frames of a video track that a viewer cannot decode are not given to it', async (t) => {
  const { feed } = aFeed();
  const { publisher } = published(feed);
  publisher.key(0, 1);
  publisher.key(1_000, 0);
  publisher.delta(1_040, 1);
  publisher.delta(1_040, 0);
  const early = feed.view('beginning', 0);
  const late = feed.view('newest', 0);
  t.same(takeAll(late), ['video.key@1000', 'video.delta@1040']);
  t.same(takeAll(early), ['video1.key@0', 'video.key@1000', 'video1.delta@1040', 'video.delta@1040']);
  t.match(late.stats.dropped, { delta: 1 });
  publisher.delta(1_080, 1);
  t.same(takeAll(late), []);
  t.same(takeAll(early), ['video1.delta@1080']);
  publisher.key(1_120, 1);
  publisher.delta(1_160, 1);
  t.same(takeAll(late), ['video1.key@1120', 'video1.delta@1160']);
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
