import fc from 'fast-check';
import t from 'tap';
import type { Broadcast } from '../src/broadcast.js';
import { BroadcastWriter } from '../src/broadcast-writer.js';
import type { FrameKind, TrackMedia } from '../src/frame.js';
import type { Group } from '../src/group.js';
import { FRAME_OVERHEAD_BYTES } from '../src/limits.js';
import { aBroadcast, aFrame, TestPublisher } from './support/media.js';

function groupsOf(broadcast: Broadcast): Group[] {
  return [...broadcast.tracks.values()].flatMap((track) => [...track.groups]);
}

function sequences(broadcast: Broadcast, name: string): number[] {
  return broadcast.tracks.get(name)?.groups.map((group) => group.sequence) ?? [];
}

function costOf(broadcast: Broadcast): number {
  return groupsOf(broadcast).reduce((sum, group) => sum + group.cost, 0);
}

t.test('the bound in bytes releases whole oldest groups', async (t) => {
  const broadcast = aBroadcast({ limits: { maxBytes: 12_000, historyMs: 1e9 } });
  const released: string[] = [];
  broadcast.observe({ onGroupReleased: (group) => released.push(`${group.track.name} ${group.sequence}`) });
  const publisher = TestPublisher.of(broadcast);
  publisher.size = 1_000;
  for (let group = 0; group < 4; group += 1) publisher.group(group * 120);
  t.ok(broadcast.cache.bytes <= 12_000);
  t.same(released, ['video0 0', 'audio0 0', 'video0 1', 'audio0 1', 'video0 2']);
  t.same(sequences(broadcast, 'video0'), [3]);
  t.equal(broadcast.cache.releasedGroups, 5);
  t.equal(broadcast.cache.trimmedFrames, 0);
  t.equal(broadcast.cache.bytes, costOf(broadcast));
});

t.test('the newest group is truncated for joining when it alone exceeds the bound in bytes', async (t) => {
  const broadcast = aBroadcast({ limits: { maxBytes: 12_000 } });
  const publisher = TestPublisher.of(broadcast);
  publisher.size = 1_000;
  publisher.key(0);
  t.ok(broadcast.joinGroup);
  for (let at = 1; at < 30; at += 1) publisher.delta(at * 40);
  const group = broadcast.tracks.get('video0')?.newestGroup;
  t.ok(broadcast.cache.bytes <= 12_000);
  t.equal(group?.state, 'open');
  t.equal(group?.frameCount, 30);
  t.equal(group?.firstRetained, broadcast.cache.trimmedFrames);
  t.equal(group?.frame(29)?.timestamp, 29 * 40, 'the newest is there');
  t.equal(broadcast.joinGroup, undefined);
  publisher.key(1200);
  t.equal(broadcast.joinGroup?.sequence, 1, 'the next key frame is a join point again');
});

t.test('a frame larger than the bound is kept while it is the newest', async (t) => {
  const broadcast = aBroadcast({ limits: { maxBytes: 2_000 } });
  const publisher = TestPublisher.of(broadcast);
  publisher.size = 5_000;
  publisher.key(0);
  t.equal(broadcast.joinGroup?.sequence, 0);
  publisher.delta(40);
  t.equal(broadcast.tracks.get('video0')?.newestGroup?.retained, 1);
});

t.test('the bound in media time releases the front of a group that does not end', async (t) => {
  const broadcast = aBroadcast({ limits: { maxMediaMs: 10_000 } });
  const publisher = TestPublisher.of(broadcast);
  publisher.key(0);
  for (let at = 40; at <= 30_000; at += 40) {
    publisher.delta(at);
    publisher.audio(at);
  }
  const video = broadcast.tracks.get('video0')?.newestGroup;
  t.equal(video?.frame(video.firstRetained)?.timestamp, 20_000);
  const oldest = groupsOf(broadcast).map((group) => group.firstPosition);
  t.ok(Math.min(...oldest) >= 20_000, 'no frame is older than the bound');
  t.equal(broadcast.joinGroup?.track.name, 'audio0', 'one can still join the audio');
});

t.test('groups before the join point stay for the history and no longer', async (t) => {
  const broadcast = aBroadcast({ limits: { historyMs: 2_000 } });
  const publisher = TestPublisher.of(broadcast);
  for (let group = 0; group < 10; group += 1) {
    publisher.key(group * 1_000);
    for (let at = 0; at < 1_000; at += 100) publisher.delta(group * 1_000 + at);
  }
  t.same(sequences(broadcast, 'video0'), [7, 8, 9]);
});

t.test('the join point is kept however old it is, up to the bound', async (t) => {
  const broadcast = aBroadcast({ limits: { historyMs: 1_000, maxMediaMs: 60_000 } });
  const publisher = TestPublisher.of(broadcast);
  publisher.key(0);
  for (let at = 40; at < 50_000; at += 40) publisher.delta(at);
  t.equal(broadcast.joinGroup?.firstRetained, 0);
  t.equal(broadcast.joinGroup?.frameCount, 1250);
});

t.test('bounds in media time work over the 32-bit wrap', async (t) => {
  const broadcast = aBroadcast({ limits: { historyMs: 2_000 } });
  const publisher = TestPublisher.of(broadcast);
  const start = 0x1_0000_0000 - 4_500;
  for (let at = 0; at < 9_000; at += 100) {
    if (at % 1_000 === 0) publisher.key((start + at) >>> 0);
    else publisher.delta((start + at) >>> 0);
  }
  t.same(sequences(broadcast, 'video0'), [6, 7, 8]);
  t.equal(broadcast.mediaMs, 8_900);
});

t.test('a publisher whose timestamps start over does not lose its newest group', async (t) => {
  const broadcast = aBroadcast({ limits: { historyMs: 2_000 } });
  const publisher = TestPublisher.of(broadcast);
  publisher.group(3_600_000);
  publisher.group(0);
  publisher.group(120);
  t.equal(broadcast.joinGroup?.sequence, 2);
  t.equal(sequences(broadcast, 'video0').at(-1), 2);
});

t.test('many empty groups are bounded too', async (t) => {
  const broadcast = aBroadcast({ limits: { maxBytes: 10_000 } });
  const track = broadcast.openTrack('audio', 0, 0);
  for (let sequence = 0; sequence < 1_000; sequence += 1)
    track.openGroup({ sequence, initVersion: undefined }, 0);
  t.ok(broadcast.cache.bytes <= 10_000);
  t.ok(track.groups.length <= 20);
});

t.test('many empty frames are bounded too', async (t) => {
  const broadcast = aBroadcast({ limits: { maxBytes: 10_000, maxMediaMs: 1e9 } });
  const publisher = TestPublisher.of(broadcast);
  publisher.size = 0;
  publisher.key(0);
  for (let at = 0; at < 1_000; at += 1) publisher.delta(0);
  t.ok((broadcast.tracks.get('video0')?.newestGroup?.retained ?? 0) <= 10_000 / FRAME_OVERHEAD_BYTES);
});

t.test('groups that arrive late are ordered by their first ordinal and released in that order', async (t) => {
  const broadcast = aBroadcast({ limits: { maxBytes: 4_000, historyMs: 1e9 }, firstOrdinal: 0 });
  const released: string[] = [];
  broadcast.observe({ onGroupReleased: (group) => released.push(`${group.track.name} ${group.sequence}`) });
  const video = broadcast.openTrack('video', 0, 0);
  const audio = broadcast.openTrack('audio', 0, 0);
  const newest = video.openGroup({ sequence: 1, initVersion: undefined }, 0);
  newest?.append(aFrame({ kind: 'key', ordinal: 10, timestamp: 1_000, size: 500 }), 0);
  const sound = audio.openGroup({ sequence: 0, initVersion: undefined }, 0);
  sound?.append(aFrame({ ordinal: 3, timestamp: 100, size: 500 }), 0);
  const older = video.openGroup({ sequence: 0, initVersion: undefined }, 0);
  older?.append(aFrame({ kind: 'key', ordinal: 1, timestamp: 0, size: 500 }), 0);
  older?.append(aFrame({ kind: 'delta', ordinal: 2, timestamp: 40, size: 500 }), 0);
  t.equal(broadcast.joinGroup, newest, 'a late group is not a newer join point');
  newest?.append(aFrame({ kind: 'delta', ordinal: 11, timestamp: 1_040, size: 1_000 }), 0);
  t.same(released, ['video0 0'], 'the older group goes as a whole though it is open');
  t.equal(older?.state, 'truncated');
  t.equal(broadcast.joinGroup, newest);
  t.equal(broadcast.cache.bytes, costOf(broadcast));
});

t.test('when every group is down to its newest frame, nothing more is given up', async (t) => {
  const broadcast = aBroadcast({ limits: { maxBytes: 100 } });
  const publisher = TestPublisher.of(broadcast);
  publisher.key(0);
  publisher.audio(0);
  publisher.delta(40);
  t.same(
    groupsOf(broadcast).map((group) => group.retained),
    [1, 1],
  );
});

t.test('when the join point is released as a whole, the next best takes its place', async (t) => {
  const broadcast = aBroadcast({ limits: { maxMediaMs: 15_000 } });
  const publisher = TestPublisher.of(broadcast);
  publisher.key(0);
  broadcast.tracks.get('video0')?.newestGroup?.close('complete', 0);
  for (let at = 0; at < 20_000; at += 100) publisher.audio(at);
  t.same(sequences(broadcast, 'video0'), []);
  t.equal(broadcast.joinGroup?.track.name, 'audio0');
  t.ok(broadcast.joinGroup?.joinable);
});

t.test(
  'without video the newest audio group is the join point, without audio the newest data group',
  async (t) => {
    const sound = aBroadcast();
    const publisher = TestPublisher.of(sound);
    publisher.data(0);
    t.equal(sound.joinGroup?.track.name, 'data0');
    publisher.audio(0);
    publisher.audio(1_000);
    publisher.data(1_000);
    t.equal(sound.joinGroup?.track.name, 'audio0');
    t.equal(sound.joinGroup?.sequence, 1);
  },
);

t.test('with several video tracks the one with the lowest index is joined', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.key(0, 1);
  t.equal(broadcast.joinGroup?.track.name, 'video1');
  publisher.key(0, 0);
  publisher.key(1_000, 1);
  t.equal(broadcast.joinGroup?.track.name, 'video0');
});

t.test('the bounds hold and the counters are true for any publisher', async (t) => {
  const frame = fc.record({
    media: fc.constantFrom('key', 'delta', 'audio', 'data'),
    step: fc.oneof(fc.integer({ min: -200, max: 2_000 }), fc.integer({ min: -1e6, max: 1e6 })),
    size: fc.nat(3_000),
    index: fc.nat(1),
  });
  const limits = { maxBytes: 20_000, maxMediaMs: 8_000, historyMs: 1_000 };
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 150 }),
      fc.integer({ min: 0, max: 0xffff_ffff }),
      (frames, start) => {
        const broadcast = aBroadcast({ limits });
        const publisher = TestPublisher.of(broadcast);
        let timestamp = start;
        for (const { media, step, size, index } of frames) {
          timestamp = (timestamp + step) >>> 0;
          publisher.size = size;
          publisher[media](timestamp, index);
          const groups = groupsOf(broadcast);
          const filling = groups.filter((group) => group.retained === 1 && group.state === 'open').length;
          const isDown = groups.every((group) => group.retained <= 1);
          if (broadcast.cache.bytes !== costOf(broadcast) || broadcast.cache.groups !== groups.length)
            return false;
          if (broadcast.cache.bytes > limits.maxBytes && !isDown) return false;
          const oldest = Math.min(...groups.filter((g) => g.retained > 1).map((g) => g.firstPosition));
          if (broadcast.mediaMs - oldest > limits.maxMediaMs && filling < groups.length) return false;
          const join = broadcast.joinGroup;
          if (join !== undefined && (!join.joinable || !groups.includes(join))) return false;
        }
        return true;
      },
    ),
    { numRuns: 150 },
  );
  t.pass('held for all runs');
});

t.test('init data that changes all the time is bounded with the frames around it', async (t) => {
  const broadcast = aBroadcast({ limits: { maxBytes: 20_000, historyMs: 500 } });
  const publisher = TestPublisher.of(broadcast);
  for (let at = 0; at < 200; at += 1) {
    if (at % 10 === 0) publisher.key(at * 40);
    publisher.init('data', at);
    publisher.delta(at * 40 + 1);
  }
  const versions = broadcast.tracks.get('data0')?.inits.map((init) => init.version) ?? [];
  const oldest = Math.min(...groupsOf(broadcast).map((group) => group.firstOrdinal ?? 0));
  t.equal(versions.at(-1), 199);
  t.ok(
    (broadcast.tracks.get('data0')?.inits[1]?.frame.ordinal ?? 0) >= oldest,
    'one version from before the cache',
  );
  t.equal(
    versions.length,
    (versions.at(-1) ?? 0) - (versions[0] ?? 0) + 1,
    'no version from within it is missing',
  );
});

t.test('init data alone is bounded to the newest of each track', async (t) => {
  const broadcast = aBroadcast({ limits: { maxBytes: 10_000 } });
  const publisher = TestPublisher.of(broadcast);
  for (let fill = 0; fill < 250; fill += 1) publisher.init('data', fill);
  t.ok(broadcast.cache.bytes <= 10_000 + FRAME_OVERHEAD_BYTES);
  t.equal(broadcast.tracks.get('data0')?.newestInit?.version, 249);
});

t.test('video that has stopped is no place to start any more, until it goes on', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.key(0);
  for (let at = 100; at <= 9_900; at += 100) publisher.audio(at);
  t.equal(broadcast.joinGroup?.track.name, 'video0');
  for (let at = 10_000; at <= 21_000; at += 100) publisher.audio(at);
  t.equal(broadcast.joinGroup?.track.name, 'audio0');
  t.equal(broadcast.joinGroup?.sequence, 2);
  publisher.delta(21_010);
  t.equal(broadcast.joinGroup?.track.name, 'video0');
});

t.test('a track that falls silent in an open group takes nothing from the others', async (t) => {
  const broadcast = aBroadcast();
  const writer = new BroadcastWriter(broadcast);
  const write = (media: TrackMedia, kind: FrameKind, timestamp: number, index = 0) =>
    writer.write({ media, index, kind, timestamp, payload: new Uint8Array(100) }, timestamp);
  write('video', 'key', 0, 1);
  write('video', 'delta', 40, 1);
  for (let timestamp = 0; timestamp < 90_000; timestamp += 40) {
    write('video', timestamp % 2_000 === 0 ? 'key' : 'delta', timestamp);
    write('audio', 'audio', timestamp);
  }
  t.equal(broadcast.tracks.get('video1')?.newestGroup?.retained, 1, 'its newest frame stays');
  for (const name of ['video0', 'audio0']) {
    const groups = broadcast.tracks.get(name)?.groups ?? [];
    t.ok(groups.length > 2 && groups.length < 5, `${name} has ${groups.length} groups`);
    t.ok(groups.every((group) => group.joinable && group.frameCount === 50));
  }
  t.equal(broadcast.cache.trimmedFrames, 1);
  t.equal(broadcast.joinGroup?.track.name, 'video0');
});

t.test('a join point released for the bytes is not given out', async (t) => {
  const broadcast = aBroadcast({ limits: { maxBytes: 8_000 } });
  const publisher = TestPublisher.of(broadcast);
  publisher.size = 1_000;
  publisher.key(0);
  broadcast.tracks.get('video0')?.newestGroup?.close('complete', 0);
  for (let at = 0; at < 200; at += 20) publisher.audio(at);
  t.same(sequences(broadcast, 'video0'), []);
  t.equal(broadcast.joinGroup, undefined, 'the audio has lost its front too');
});

t.test('a group that its track is filling stays, however long ago its last frame came', async (t) => {
  const broadcast = aBroadcast({ limits: { historyMs: 1_000 } });
  const sound = broadcast.openTrack('audio', 0, 0).openGroup({ sequence: 0, initVersion: undefined }, 0);
  sound?.append(aFrame({ ordinal: 0, timestamp: 0 }), 0);
  const video = broadcast.openTrack('video', 0, 0);
  for (let at = 1; at < 6; at += 1) {
    const group = video.openGroup({ sequence: at, initVersion: undefined }, 0);
    group?.append(aFrame({ kind: 'key', ordinal: at, timestamp: at * 1_000 }), 0);
    group?.close('complete', 0);
  }
  t.ok(sound?.append(aFrame({ ordinal: 9, timestamp: 5_000 }), 0), 'its next frame still has a place');
});
