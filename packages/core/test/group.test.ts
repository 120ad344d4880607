import t from 'tap';
import type { Frame } from '../src/frame.js';
import { Group, type GroupOwner } from '../src/group.js';
import { FRAME_OVERHEAD_BYTES, GROUP_OVERHEAD_BYTES } from '../src/limits.js';
import { MediaClock } from '../src/media-clock.js';
import type { Track } from '../src/track.js';
import { aFrame } from './support/media.js';

function aGroup(media: 'video' | 'audio' = 'audio') {
  const events: string[] = [];
  const owner: GroupOwner = {
    groupGrew: (_, frame: Frame, nowMs) => events.push(`grew ${frame.ordinal} at ${nowMs}`),
    groupClosed: (group, nowMs) => events.push(`${group.state} at ${nowMs}`),
  };
  const track = { media } as Track;
  const clock = new MediaClock().openTrack();
  return { group: new Group({ track, sequence: 0, initVersion: undefined, owner, clock }), events };
}

t.test('frames are kept in order and counted', async (t) => {
  const { group, events } = aGroup();
  t.equal(group.firstOrdinal, undefined);
  t.equal(group.firstRetainedOrdinal, undefined);
  t.ok(group.append(aFrame({ ordinal: 3, timestamp: 100 }), 1));
  t.ok(group.append(aFrame({ ordinal: 5, timestamp: 123, size: 20 }), 2));
  t.equal(group.frameCount, 2);
  t.equal(group.firstOrdinal, 3);
  t.equal(group.lastOrdinal, 5);
  t.equal(group.bytes, 30);
  t.equal(group.cost, 30 + 2 * FRAME_OVERHEAD_BYTES + GROUP_OVERHEAD_BYTES);
  t.equal(group.firstPosition, 0);
  t.equal(group.lastPosition, 23);
  t.equal(group.frame(1)?.ordinal, 5);
  t.equal(group.frame(2), undefined);
  t.same(events, ['grew 3 at 1', 'grew 5 at 2']);
});

t.test('a frame that is not above the last is a duplicate and ignored', async (t) => {
  const { group, events } = aGroup();
  group.append(aFrame({ ordinal: 3 }), 0);
  t.notOk(group.append(aFrame({ ordinal: 3 }), 0));
  t.notOk(group.append(aFrame({ ordinal: 2 }), 0));
  t.equal(group.frameCount, 1);
  t.equal(events.length, 1);
});

t.test('a closed group takes nothing, and only the first close counts', async (t) => {
  const { group, events } = aGroup();
  group.append(aFrame(), 0);
  group.close('complete', 5);
  group.close('truncated', 6);
  t.equal(group.state, 'complete');
  t.notOk(group.append(aFrame({ ordinal: 1 }), 7));
  t.same(events, ['grew 0 at 0', 'complete at 5']);
});

t.test('released frames are gone and the others keep their index', async (t) => {
  const { group } = aGroup();
  for (let ordinal = 0; ordinal < 5; ordinal += 1)
    group.append(aFrame({ ordinal, timestamp: ordinal * 10 }), 0);
  t.ok(group.joinable);
  group.release(2);
  t.equal(group.firstRetained, 2);
  t.equal(group.retained, 3);
  t.equal(group.frameCount, 5);
  t.equal(group.frame(1), undefined);
  t.equal(group.frame(2)?.ordinal, 2);
  t.equal(group.firstOrdinal, 0);
  t.equal(group.firstRetainedOrdinal, 2);
  t.equal(group.firstPosition, 20);
  t.equal(group.bytes, 30);
  t.notOk(group.joinable, 'nobody can start in the middle');
});

t.test('a discarded group has no frames and takes none', async (t) => {
  const { group } = aGroup();
  group.append(aFrame({ timestamp: 100 }), 0);
  group.append(aFrame({ ordinal: 1, timestamp: 140 }), 0);
  group.discard();
  t.equal(group.state, 'truncated');
  t.equal(group.retained, 0);
  t.equal(group.bytes, 0);
  t.equal(group.firstPosition, 40, 'with no frames, the place of the newest');
  t.notOk(group.append(aFrame({ ordinal: 2 }), 0));
  group.discard();
  t.equal(group.state, 'truncated');
});

t.test('a complete group stays complete when it is discarded', async (t) => {
  const { group } = aGroup();
  group.close('complete', 0);
  group.discard();
  t.equal(group.state, 'complete');
});

t.test('indexAfter finds the first frame above an ordinal', async (t) => {
  const { group } = aGroup();
  for (const ordinal of [2, 4, 8, 9]) group.append(aFrame({ ordinal }), 0);
  t.same(
    [0, 2, 3, 4, 8, 9, 20].map((ordinal) => group.indexAfter(ordinal)),
    [0, 1, 1, 2, 3, 4, 4],
  );
  group.release(2);
  t.same(
    [0, 4, 8, 9].map((ordinal) => group.indexAfter(ordinal)),
    [2, 2, 3, 4],
  );
});

t.test('one can join video at a key frame only', async (t) => {
  const { group } = aGroup('video');
  t.notOk(group.joinable, 'there is no frame');
  group.append(aFrame({ kind: 'delta' }), 0);
  t.notOk(group.joinable);
  const { group: good } = aGroup('video');
  good.append(aFrame({ kind: 'key' }), 0);
  t.ok(good.joinable);
});
