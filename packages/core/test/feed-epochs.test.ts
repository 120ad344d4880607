import t from 'tap';
import { aFeed, published } from './support/feeds.js';
import { aBroadcast, aFrame, TestPublisher, takeAll, takeEntries } from './support/media.js';

t.test('a new epoch goes on upward, with its init data again', async (t) => {
  const { feed } = aFeed();
  const viewer = feed.view({ start: 'newest' }, 0);
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
    takeEntries(feed.view({ start: 'newest' }, 0)).map((entry) => entry.epoch),
    [2, 2, 2],
  );
});

t.test('passthrough leaves the timestamps of a new epoch', async (t) => {
  const { feed } = aFeed({ timeline: 'passthrough' });
  const viewer = feed.view({ start: 'newest' }, 0);
  published(feed, 1).publisher.key(10_000);
  published(feed, 2).publisher.key(0);
  t.same(takeAll(viewer), ['video.key@10000', 'video.key@0']);
});

t.test(
  'what the old epoch holds leaves before the new one, what comes later of it does not leave',
  async (t) => {
    const { feed, timers } = aFeed();
    const viewer = feed.view({ start: 'newest' }, 0);
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
  const viewer = feed.view({ start: 'newest' }, 0);
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
  const viewer = feed.view({ start: 'newest' }, 0);
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
  const viewer = feed.view({ start: 'newest' }, 0);
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
  const viewer = feed.view({ start: 'newest' }, 0);
  viewer.onWake = () => feed.attach(three as never, 'earliest', 0);
  group?.append(aFrame({ ordinal: 5 }), 0);
  feed.attach(two as never, 'earliest', 0);
  t.equal(feed.broadcast, three);
});

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
  const done = feed.view({ start: 'newest' }, 0);
  takeAll(done);
  let wakes = 0;
  done.onWake = () => {
    wakes += 1;
  };
  const behind = feed.view({ start: 'newest' }, 0);
  const waiting = aFeed().feed;
  const never = waiting.view({ start: 'newest' }, 0);
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
  t.same(feed.view({ start: 'newest' }, 0).state, { kind: 'ended', reason: 'unpublished' });
  t.same(gone, ['ended']);
});
