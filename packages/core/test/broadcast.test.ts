import t from 'tap';
import type { Broadcast, BroadcastObserver } from '../src/broadcast.js';
import { aBroadcast, aFrame, TestPublisher } from './support/media.js';

function observed(broadcast: Broadcast): string[] {
  const log: string[] = [];
  const observer: Required<BroadcastObserver> = {
    onTrack: (track, nowMs) => log.push(`${nowMs} track ${track.name}`),
    onInit: (track, init, nowMs) => log.push(`${nowMs} init ${track.name} ${init.version}`),
    onGroup: (group, nowMs) => log.push(`${nowMs} group ${group.track.name} ${group.sequence}`),
    onFrame: (group, frame, nowMs) => log.push(`${nowMs} frame ${group.track.name} ${frame.ordinal}`),
    onGroupClosed: (group, nowMs) =>
      log.push(`${nowMs} ${group.state} ${group.track.name} ${group.sequence}`),
    onGroupReleased: (group, nowMs) => log.push(`${nowMs} released ${group.track.name} ${group.sequence}`),
    onEnd: (reason, nowMs) => log.push(`${nowMs} end ${reason}`),
  };
  broadcast.observe(observer);
  return log;
}

t.test('observers hear of everything in order with the time', async (t) => {
  const broadcast = aBroadcast();
  const log = observed(broadcast);
  const publisher = TestPublisher.of(broadcast);
  publisher.nowMs = 7;
  publisher.init('video');
  publisher.key(0);
  publisher.nowMs = 8;
  publisher.key(40);
  publisher.writer.end(9);
  t.same(log, [
    '7 track video0',
    '7 init video0 0',
    '7 group video0 0',
    '7 frame video0 1',
    '8 complete video0 0',
    '8 group video0 1',
    '8 frame video0 2',
    '9 complete video0 1',
    '9 end unpublished',
  ]);
});

t.test('a track is made once', async (t) => {
  const broadcast = aBroadcast();
  const track = broadcast.openTrack('audio', 3, 0);
  t.equal(track.name, 'audio3');
  t.equal(broadcast.openTrack('audio', 3, 0), track);
  t.same([...broadcast.tracks.keys()], ['audio3']);
});

t.test('the bound of tracks is reached', async (t) => {
  const broadcast = aBroadcast({ limits: { maxTracks: 2 } });
  broadcast.openTrack('audio', 0, 0);
  broadcast.openTrack('video', 0, 0);
  t.throws(() => broadcast.openTrack('data', 0, 0), { code: 'LH_CORE_TRACK_LIMIT' });
  t.equal(broadcast.openTrack('audio', 0, 0).name, 'audio0', 'a known one is still there');
});

t.test('an ended broadcast takes nothing new and truncates what was open', async (t) => {
  const broadcast = aBroadcast();
  const log = observed(broadcast);
  const group = broadcast.openTrack('audio', 0, 0).openGroup({ sequence: 0, initVersion: undefined }, 0);
  broadcast.end('link-lost', 5);
  broadcast.end('idle', 6);
  t.equal(group?.state, 'truncated');
  t.equal(broadcast.ended, 'link-lost');
  t.same(log.slice(-2), ['5 truncated audio0 0', '5 end link-lost']);
  t.notOk(group?.append(aFrame(), 7));
  t.throws(() => broadcast.openTrack('data', 0, 8), { code: 'LH_CORE_BROADCAST_ENDED' });
});

t.test('frames, bytes and the next ordinal are counted', async (t) => {
  const broadcast = aBroadcast({ firstOrdinal: 100 });
  t.equal(broadcast.nextOrdinal, 100);
  const track = broadcast.openTrack('video', 0, 0);
  track.setInit(0, aFrame({ kind: 'init', ordinal: 4 }), 0);
  t.equal(broadcast.nextOrdinal, 100, 'old init data does not move it back');
  const group = track.openGroup({ sequence: 0, initVersion: 0 }, 0);
  group?.append(aFrame({ kind: 'key', ordinal: 103, size: 30 }), 0);
  t.equal(broadcast.nextOrdinal, 104);
  t.equal(broadcast.totals.bytes, 40);
  t.match(broadcast.totals.frames, { init: 1, key: 1, delta: 0 });
  t.equal(broadcast.mediaMs, 0);
  t.equal(broadcast.joinGroup, group);
});

t.test('an observer that throws is reported and harms nobody', async (t) => {
  const faults: unknown[] = [];
  const broadcast = aBroadcast({ onFault: (error) => faults.push(error) });
  broadcast.observe({
    onFrame() {
      throw new Error('broken');
    },
  });
  const log = observed(broadcast);
  t.equal(TestPublisher.of(broadcast).audio(0), 'written');
  t.equal(faults.length, 1);
  t.ok(log.includes('0 frame audio0 0'));
});

t.test('an observer that ends the broadcast in a callback does not overtake the event', async (t) => {
  const broadcast = aBroadcast();
  broadcast.observe({ onFrame: () => broadcast.end('idle', 1) });
  const log = observed(broadcast);
  const publisher = TestPublisher.of(broadcast);
  publisher.audio(0);
  t.equal(publisher.audio(20), 'ended');
  t.same(log.slice(-3), ['0 frame audio0 0', '1 truncated audio0 0', '1 end idle']);
});

t.test('the bounds hold while an observer throws without a fault handler', async (t) => {
  const broadcast = aBroadcast({ limits: { maxBytes: 5_000 } });
  broadcast.observe({
    onFrame() {
      throw new Error('broken');
    },
  });
  const publisher = TestPublisher.of(broadcast);
  publisher.size = 1000;
  for (let at = 0; at < 50; at += 1) t.throws(() => publisher.audio(at * 20));
  t.ok(broadcast.cache.bytes <= 5_000 + 1_128);
});
