import t from 'tap';
import type { FrameKind, TrackMedia } from '../src/frame.js';
import type { Group } from '../src/group.js';
import type { Track } from '../src/track.js';
import { gateCounters, TrackGate } from '../src/track-gate.js';
import { aFrame } from './support/media.js';

function aGate(media: TrackMedia = 'video', maxHeldBytes = 10_000) {
  const out: string[] = [];
  const counters = gateCounters();
  const gate = new TrackGate({
    track: { media } as Track,
    maxHeldBytes,
    counters,
    onFrame: (_, frame, isStart, nowMs) =>
      out.push(`${frame.kind} ${frame.ordinal}${isStart ? ' start' : ''} at ${nowMs}`),
  });
  const push = (group: Group, kind: FrameKind, ordinal: number, nowMs = 0) =>
    gate.push(group, aFrame({ kind, ordinal, size: 1_000 }), nowMs);
  const init = (version: number, ordinal: number, nowMs = 0) =>
    gate.pushInit(version, aFrame({ kind: 'init', ordinal }), nowMs);
  return { gate, out, counters, push, init };
}

function aGroup(sequence: number, initVersion?: number): Group {
  return { sequence, initVersion } as Group;
}

t.test('a group passes from its key frame on', async (t) => {
  const { out, push } = aGate();
  const group = aGroup(0);
  push(group, 'key', 0);
  push(group, 'delta', 1);
  push(group, 'discardable', 2);
  t.same(out, ['key 0 start at 0', 'delta 1 at 0', 'discardable 2 at 0']);
});

t.test('video of a group whose key frame did not pass is refused', async (t) => {
  const { out, push, counters } = aGate();
  const headless = aGroup(0);
  push(headless, 'delta', 1);
  push(headless, 'discardable', 2);
  push(aGroup(1), 'key', 3);
  push(headless, 'delta', 4);
  t.same(out, ['key 3 start at 0']);
  t.match(counters['no-key-frame'], { delta: 2, discardable: 1 });
});

t.test('audio needs no key frame, and each group is a start', async (t) => {
  const { out, push } = aGate('audio');
  push(aGroup(0), 'audio', 0);
  const group = aGroup(1);
  push(group, 'audio', 1);
  push(group, 'audio', 2);
  t.same(out, ['audio 0 start at 0', 'audio 1 start at 0', 'audio 2 at 0']);
});

t.test('what comes behind its track is late', async (t) => {
  const { out, push, counters } = aGate('audio');
  push(aGroup(1), 'audio', 5);
  push(aGroup(0), 'audio', 4);
  push(aGroup(1), 'audio', 5);
  t.equal(out.length, 1);
  t.equal(counters.late.audio, 2);
});

t.test('frames wait for the init data they name and then pass in order', async (t) => {
  const { gate, out, push, init } = aGate();
  const group = aGroup(0, 0);
  push(group, 'key', 1, 10);
  push(group, 'delta', 2, 20);
  t.same(out, []);
  t.equal(gate.heldSinceMs, 10);
  init(0, 0, 30);
  t.same(out, ['init 0 at 30', 'key 1 start at 30', 'delta 2 at 30']);
  t.equal(gate.heldSinceMs, undefined);
});

t.test('newer init data serves groups that name an older version', async (t) => {
  const { out, push, init } = aGate();
  const group = aGroup(0, 0);
  init(0, 0);
  push(group, 'key', 1);
  init(1, 2);
  push(group, 'delta', 3);
  t.same(out.length, 4);
});

t.test('what waits for init data goes on waiting when an older version comes', async (t) => {
  const { gate, out, push, init } = aGate();
  push(aGroup(0, 2), 'key', 5, 10);
  init(1, 3, 20);
  t.same(out, ['init 3 at 20']);
  t.equal(gate.heldSinceMs, 20);
  init(2, 4, 30);
  t.same(out.slice(1), ['init 4 at 30', 'key 5 start at 30']);
});

t.test('init data that is not newer than what passed is late', async (t) => {
  const { out, init, counters } = aGate();
  init(1, 5);
  init(0, 0);
  init(1, 5);
  t.equal(out.length, 1);
  t.equal(counters.late.init, 2);
});

t.test('what waits is given up, and video then needs the next key frame', async (t) => {
  const { gate, out, push, init, counters } = aGate();
  const group = aGroup(0, 0);
  push(group, 'key', 1);
  push(group, 'delta', 2);
  gate.giveUp();
  t.match(counters['no-init'], { key: 1, delta: 1 });
  init(0, 0);
  push(group, 'delta', 3);
  push(aGroup(1, 0), 'key', 4);
  t.same(out, ['init 0 at 0', 'key 4 start at 0']);
  t.equal(counters['no-key-frame'].delta, 1);
});

t.test('the bound in bytes of what waits is reached', async (t) => {
  const { gate, push, counters } = aGate('audio', 3_000);
  const group = aGroup(0, 0);
  push(group, 'audio', 1);
  push(group, 'audio', 2);
  t.equal(counters['no-init'].audio, 0);
  push(group, 'audio', 3);
  t.equal(counters['no-init'].audio, 3);
  t.equal(gate.heldSinceMs, undefined);
});

t.test('after a dropped picture nothing passes until the next key frame', async (t) => {
  const { gate, out, push, counters } = aGate();
  const drop = (group: Group, kind: FrameKind, ordinal: number) =>
    gate.push(group, { kind, ordinal, timestamp: 0, payload: new Uint8Array(0), dropped: true }, 0);
  const group = aGroup(0);
  push(group, 'key', 0);
  drop(group, 'discardable', 1);
  push(group, 'delta', 2);
  drop(group, 'delta', 3);
  push(group, 'delta', 4);
  const headless = aGroup(1);
  drop(headless, 'key', 5);
  push(headless, 'delta', 6);
  push(aGroup(2), 'key', 7);
  t.same(out, ['key 0 start at 0', 'delta 2 at 0', 'key 7 start at 0']);
  t.match(counters.dropped, { key: 1, delta: 1, discardable: 1 });
  t.match(counters.broken, { delta: 2 });
});

t.test('dropped audio takes nothing with it', async (t) => {
  const { gate, out, push } = aGate('audio');
  const group = aGroup(0);
  gate.push(group, { kind: 'audio', ordinal: 0, timestamp: 0, payload: new Uint8Array(0), dropped: true }, 0);
  push(group, 'audio', 1);
  t.same(out, ['audio 1 start at 0']);
});
