import t from 'tap';
import { aBroadcast, aFrame } from './support/media.js';

function anInit(ordinal: number) {
  return aFrame({ kind: 'init', ordinal });
}

t.test('groups are kept in ascending sequence whatever the order they open in', async (t) => {
  const track = aBroadcast().openTrack('video', 0, 0);
  for (const sequence of [2, 0, 3, 1]) track.openGroup({ sequence, initVersion: undefined }, 0);
  t.same(
    track.groups.map((group) => group.sequence),
    [0, 1, 2, 3],
  );
  t.equal(track.newestGroup?.sequence, 3);
});

t.test('a group that is open is not opened twice', async (t) => {
  const track = aBroadcast().openTrack('video', 0, 0);
  const group = track.openGroup({ sequence: 1, initVersion: undefined }, 0);
  t.equal(track.openGroup({ sequence: 1, initVersion: 7 }, 0), group);
  t.equal(track.groups.length, 1);
});

t.test('a group at or below a released one is too old', async (t) => {
  const track = aBroadcast().openTrack('audio', 0, 0);
  const group = track.openGroup({ sequence: 4, initVersion: undefined }, 0);
  t.ok(group);
  if (group !== undefined) track.release(group);
  t.equal(track.openGroup({ sequence: 4, initVersion: undefined }, 0), undefined);
  t.equal(track.openGroup({ sequence: 3, initVersion: undefined }, 0), undefined);
  t.ok(track.openGroup({ sequence: 5, initVersion: undefined }, 0));
});

t.test('init data has ascending versions; older and repeated ones are ignored', async (t) => {
  const track = aBroadcast().openTrack('video', 0, 0);
  t.ok(track.setInit(1, anInit(0), 0));
  t.notOk(track.setInit(1, anInit(1), 0));
  t.notOk(track.setInit(0, anInit(2), 0));
  t.equal(track.newestInit?.version, 1);
  t.equal(track.newestInit?.frame.ordinal, 0);
});

t.test(
  'init versions are kept from the one in effect at the oldest frame on, and those that groups name',
  async (t) => {
    const track = aBroadcast().openTrack('video', 0, 0);
    const versions = () => track.inits.map((init) => init.version);
    track.setInit(0, anInit(0), 0);
    const first = track.openGroup({ sequence: 0, initVersion: 0 }, 0);
    for (const version of [1, 2, 3]) track.setInit(version, anInit(version * 10), 0);
    t.same(versions(), [0, 1, 2, 3]);
    t.equal(track.init(2)?.frame.ordinal, 20);
    t.same(track.pruneInits(10), []);
    t.same(
      track.pruneInits(25).map((init) => init.version),
      [1],
      '0 is named by a group, 2 is in effect at 25',
    );
    if (first !== undefined) track.release(first);
    t.equal(track.pruneInits(25).length, 1);
    t.same(versions(), [2, 3]);
    track.pruneInits(Number.POSITIVE_INFINITY);
    t.same(versions(), [3], 'the newest always stays');
    t.equal(track.init(2), undefined);
  },
);

t.test('a publisher that changes its init data without end is held to a number of versions', async (t) => {
  for (const withGroup of [false, true]) {
    const broadcast = aBroadcast();
    const track = broadcast.openTrack('video', 0, 0);
    const group = withGroup ? track.openGroup({ sequence: 0, initVersion: 0 }, 0) : undefined;
    group?.append(aFrame({ kind: 'key', ordinal: 0 }), 0);
    for (let version = 0; version < 1_000; version += 1) track.setInit(version, anInit(version + 1), 0);
    t.equal(track.inits.length, 64);
    t.equal(track.newestInit?.version, 999);
    t.ok(broadcast.cache.bytes < 64 * 1_000);
  }
});

t.test('nothing is taken once the broadcast has ended', async (t) => {
  const broadcast = aBroadcast();
  const track = broadcast.openTrack('video', 0, 0);
  broadcast.end('idle', 0);
  t.notOk(track.setInit(0, anInit(0), 0));
  t.equal(track.openGroup({ sequence: 0, initVersion: undefined }, 0), undefined);
});
