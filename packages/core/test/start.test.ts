import t from 'tap';
import type { StartPosition } from '../src/start.js';
import { aBroadcast, aFrame, TestPublisher } from './support/media.js';

function startOf(broadcast: ReturnType<typeof aBroadcast>, position: StartPosition) {
  const { firstOrdinal, cursors } = broadcast.startingGroups(position);
  return {
    firstOrdinal,
    cursors: cursors.map(({ group, index }) => `${group.track.name}/${group.sequence}@${index}`),
  };
}

t.test('newest: the newest video group and what began with it', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.inits();
  publisher.group(0);
  publisher.group(120);
  t.same(startOf(broadcast, { from: 'newest' }), { firstOrdinal: 9, cursors: ['video0/1@0', 'audio0/1@0'] });
});

t.test('newest of nothing: whatever comes', async (t) => {
  t.same(startOf(aBroadcast({ firstOrdinal: 40 }), { from: 'newest' }), { firstOrdinal: 40, cursors: [] });
});

t.test('newest when the newest group cannot be joined: from the newest audio group', async (t) => {
  const broadcast = aBroadcast({ limits: { maxMediaMs: 15_000 } });
  const publisher = TestPublisher.of(broadcast);
  publisher.key(0);
  for (let at = 0; at < 25_000; at += 100) {
    publisher.delta(at);
    publisher.audio(at);
  }
  const start = startOf(broadcast, { from: 'newest' });
  t.same(start.cursors, ['audio0/2@0']);
});

t.test('earliest: all of a broadcast that is still here', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.audio(0);
  publisher.group(0);
  publisher.group(120);
  t.same(startOf(broadcast, { from: 'earliest' }), {
    firstOrdinal: 0,
    cursors: ['audio0/0@0', 'video0/0@0', 'audio0/1@0', 'video0/1@0', 'audio0/2@0'],
  });
});

t.test('earliest of a broadcast whose beginning is gone: like newest', async (t) => {
  const broadcast = aBroadcast({ limits: { historyMs: 100 } });
  const publisher = TestPublisher.of(broadcast);
  for (let group = 0; group < 4; group += 1) publisher.group(group * 120);
  t.same(startOf(broadcast, { from: 'earliest' }), startOf(broadcast, { from: 'newest' }));
});

t.test('earliest of a remote broadcast that was joined in the middle: like newest', async (t) => {
  const broadcast = aBroadcast({ firstOrdinal: 10 });
  const video = broadcast.openTrack('video', 0, 0);
  video
    .openGroup({ sequence: 2, initVersion: undefined }, 0)
    ?.append(aFrame({ kind: 'key', ordinal: 10 }), 0);
  video
    .openGroup({ sequence: 3, initVersion: undefined }, 0)
    ?.append(aFrame({ kind: 'key', ordinal: 12 }), 0);
  t.same(startOf(broadcast, { from: 'earliest' }), { firstOrdinal: 12, cursors: ['video0/3@0'] });
});

t.test('a group that is open and empty is for every subscriber, a closed empty one for none', async (t) => {
  const broadcast = aBroadcast();
  const track = broadcast.openTrack('audio', 0, 0);
  track.openGroup({ sequence: 0, initVersion: undefined }, 0)?.close('truncated', 0);
  track.openGroup({ sequence: 1, initVersion: undefined }, 0);
  t.same(startOf(broadcast, { from: 'newest' }).cursors, ['audio0/1@0']);
});

t.test('key frames of other video tracks right before the join point are taken along', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.key(0, 1);
  publisher.key(0, 0);
  publisher.key(2_000, 1);
  publisher.key(2_010, 0);
  t.same(startOf(broadcast, { from: 'newest' }), { firstOrdinal: 2, cursors: ['video1/1@0', 'video0/1@0'] });
});

t.test('a video track whose key frame stands elsewhere is left to its next one', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.delta(0, 2);
  publisher.key(0, 1);
  publisher.key(1_000, 0);
  t.same(startOf(broadcast, { from: 'newest' }), { firstOrdinal: 1, cursors: ['video0/0@0'] });
});

t.test('resume: what follows an ordinal, in the middle of groups', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.group(0);
  publisher.group(120);
  const position = { from: 'resume', epoch: 1, ordinal: 8 } as const;
  t.same(startOf(broadcast, position), { firstOrdinal: 9, cursors: ['audio0/1@1', 'video0/1@2'] });
});

t.test('resume at the head: the open groups, for what comes', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.group(0);
  const position = { from: 'resume', epoch: 1, ordinal: 5 } as const;
  t.same(startOf(broadcast, position), { firstOrdinal: 6, cursors: ['video0/0@3', 'audio0/0@3'] });
});

t.test('resume of another epoch: like newest', async (t) => {
  const broadcast = aBroadcast({ epoch: 5 });
  TestPublisher.of(broadcast).group(0);
  const position = { from: 'resume', epoch: 4, ordinal: 5 } as const;
  t.same(startOf(broadcast, position), startOf(broadcast, { from: 'newest' }));
});

t.test('resume behind the cache: what is left of a video group is of no use, audio is', async (t) => {
  const broadcast = aBroadcast({ limits: { maxMediaMs: 5_000 } });
  const publisher = TestPublisher.of(broadcast);
  publisher.key(0);
  for (let at = 0; at < 10_000; at += 100) {
    publisher.delta(at);
    publisher.audio(at);
  }
  const start = startOf(broadcast, { from: 'resume', epoch: 1, ordinal: 3 });
  t.equal(start.cursors.length, 1);
  t.match(start.cursors[0], /^audio0/);
});

t.test('nothing came: there is no position to resume from', async (t) => {
  t.equal(aBroadcast({ firstOrdinal: 7 }).resumeOrdinal, undefined);
});

t.test('the resume position is before the first gap of what is still open', async (t) => {
  const broadcast = aBroadcast();
  const video = broadcast.openTrack('video', 0, 0);
  const audio = broadcast.openTrack('audio', 0, 0);
  video.setInit(0, aFrame({ kind: 'init', ordinal: 0 }), 0);
  const closed = audio.openGroup({ sequence: 0, initVersion: undefined }, 0);
  closed?.append(aFrame({ ordinal: 2 }), 0);
  closed?.close('complete', 0);
  const group = video.openGroup({ sequence: 0, initVersion: 0 }, 0);
  group?.append(aFrame({ kind: 'key', ordinal: 4 }), 0);
  group?.append(aFrame({ kind: 'delta', ordinal: 5 }), 0);
  t.equal(broadcast.resumeOrdinal, 5, 'the gap before the open group does not count');
  const open = audio.openGroup({ sequence: 1, initVersion: undefined }, 0);
  open?.append(aFrame({ ordinal: 8 }), 0);
  t.equal(broadcast.resumeOrdinal, 5);
  group?.append(aFrame({ kind: 'delta', ordinal: 6 }), 0);
  video.setInit(1, aFrame({ kind: 'init', ordinal: 7 }), 0);
  t.equal(broadcast.resumeOrdinal, 8);
});

t.test('when all groups are closed, one resumes after the newest frame', async (t) => {
  const broadcast = aBroadcast();
  const group = broadcast.openTrack('audio', 0, 0).openGroup({ sequence: 0, initVersion: undefined }, 0);
  group?.append(aFrame({ ordinal: 1 }), 0);
  group?.append(aFrame({ ordinal: 5 }), 0);
  group?.close('complete', 0);
  t.equal(broadcast.resumeOrdinal, 5);
});
