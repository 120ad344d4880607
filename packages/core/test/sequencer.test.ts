import t from 'tap';
import type { Broadcast } from '../src/broadcast.js';
import type { JitterLimits } from '../src/jitter-buffer.js';
import { DEFAULT_FEED_LIMITS } from '../src/limits.js';
import { Sequencer } from '../src/sequencer.js';
import { Timers } from '../src/timers.js';
import { gateCounters } from '../src/track-gate.js';
import { aBroadcast, aFrame, TestPublisher } from './support/media.js';

function sequenced(
  broadcast: Broadcast,
  start: 'newest' | 'earliest' = 'newest',
  nowMs = 0,
  jitter?: JitterLimits,
) {
  const out: string[] = [];
  const timers = new Timers();
  const counters = gateCounters();
  const settled: number[] = [];
  const sequencer = new Sequencer({
    broadcast,
    start,
    limits: DEFAULT_FEED_LIMITS,
    jitter,
    timers,
    gateCounters: counters,
    onFrame: (gate, frame) => out.push(`${gate.track.name}.${frame.kind} ${frame.ordinal}`),
    onSettled: () => settled.push(out.length),
    onEnd: (reason) => out.push(reason),
  });
  sequencer.open(nowMs);
  return { sequencer, out, timers, counters, settled };
}

/** A broadcast that is filled frame by frame, as a link does. */
function aRemote(firstOrdinal = 0) {
  const broadcast = aBroadcast({ firstOrdinal });
  const video = broadcast.openTrack('video', 0, 0);
  const audio = broadcast.openTrack('audio', 0, 0);
  const group = (media: 'video' | 'audio', sequence: number, initVersion?: number) => {
    const opened = (media === 'video' ? video : audio).openGroup({ sequence, initVersion }, 0);
    if (opened === undefined) throw new Error('released');
    return opened;
  };
  return { broadcast, video, audio, group };
}

t.test('a local broadcast leaves in the order of ingest, each frame in the call that wrote it', async (t) => {
  const broadcast = aBroadcast();
  const { out, settled, timers } = sequenced(broadcast);
  const publisher = TestPublisher.of(broadcast);
  publisher.inits();
  publisher.audio(0);
  publisher.key(0);
  t.same(out, ['data0.init 0', 'video0.init 1', 'audio0.init 2', 'audio0.audio 3', 'video0.key 4']);
  t.equal(settled.at(-1), 5);
  t.equal(timers.size, 0);
});

t.test('started in the middle: init data first, then the newest group of everything in order', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.inits();
  publisher.group(0, 2);
  publisher.init('data', 2);
  publisher.group(80, 2);
  publisher.init('data', 3);
  publisher.delta(160);
  const { out } = sequenced(broadcast);
  t.same(out.slice(0, 4), ['video0.init 1', 'audio0.init 2', 'data0.init 7', 'video0.key 8']);
  t.same(out.slice(4), [
    'audio0.audio 9',
    'video0.delta 10',
    'audio0.audio 11',
    'data0.init 12',
    'video0.delta 13',
  ]);
});

t.test('audio before the first key frame is there from the beginning', async (t) => {
  const broadcast = aBroadcast();
  const publisher = TestPublisher.of(broadcast);
  publisher.audio(0);
  publisher.audio(20);
  publisher.key(30);
  t.same(sequenced(broadcast, 'earliest').out, ['audio0.audio 0', 'audio0.audio 1', 'video0.key 2']);
  t.same(sequenced(broadcast, 'newest').out, ['video0.key 2']);
});

t.test('tracks that arrive each in its own time leave in the order of ingest', async (t) => {
  const { broadcast, group } = aRemote();
  const { out, timers } = sequenced(broadcast);
  const audio = group('audio', 0);
  const video = group('video', 0);
  audio.append(aFrame({ ordinal: 1 }), 10);
  audio.append(aFrame({ ordinal: 3 }), 20);
  t.same(out, []);
  t.equal(timers.nextMs, 10 + DEFAULT_FEED_LIMITS.mergeHoldMs);
  video.append(aFrame({ kind: 'key', ordinal: 0 }), 30);
  t.same(out, ['video0.key 0', 'audio0.audio 1']);
  t.equal(timers.nextMs, 20 + DEFAULT_FEED_LIMITS.mergeHoldMs);
  video.append(aFrame({ kind: 'delta', ordinal: 2 }), 40);
  t.same(out.slice(2), ['video0.delta 2', 'audio0.audio 3']);
  t.equal(timers.size, 0);
});

t.test(
  'a missing frame is waited for up to the bound; when it comes late it still leaves in its track',
  async (t) => {
    const { broadcast, group } = aRemote();
    const { out, timers, sequencer } = sequenced(broadcast);
    const audio = group('audio', 0);
    const video = group('video', 0);
    video.append(aFrame({ kind: 'key', ordinal: 0 }), 0);
    audio.append(aFrame({ ordinal: 2 }), 10);
    timers.poll(110);
    t.same(out, ['video0.key 0', 'audio0.audio 2']);
    video.append(aFrame({ kind: 'delta', ordinal: 1 }), 120);
    t.same(out.at(-1), 'video0.delta 1');
    t.match(sequencer.mergeCounters, { held: 1, late: 1, expiredGaps: 1 });
  },
);

t.test(
  'when a whole video group goes missing, audio goes on and video waits for the next key frame',
  async (t) => {
    const { broadcast, group } = aRemote();
    const { out, timers, counters } = sequenced(broadcast);
    const audio = group('audio', 0);
    const late = group('video', 0);
    audio.append(aFrame({ ordinal: 1 }), 0);
    timers.poll(100);
    const next = group('video', 1);
    next.append(aFrame({ kind: 'key', ordinal: 4 }), 150);
    timers.poll(250);
    late.append(aFrame({ kind: 'key', ordinal: 0 }), 300);
    late.append(aFrame({ kind: 'delta', ordinal: 2 }), 300);
    next.append(aFrame({ kind: 'delta', ordinal: 5 }), 310);
    t.same(out, ['audio0.audio 1', 'video0.key 4', 'video0.delta 5']);
    t.match(counters.late, { key: 1, delta: 1 });
  },
);

/** A key frame of group 1 has overtaken what is left of group 0: delta 2 and 4; audio has 1, 3, 5 and 7. */
function overtaken() {
  const remote = aRemote();
  const sequence = sequenced(remote.broadcast);
  const [audio, old, next] = [remote.group('audio', 0), remote.group('video', 0), remote.group('video', 1)];
  old.append(aFrame({ kind: 'key', ordinal: 0 }), 0);
  for (const ordinal of [1, 3, 5]) audio.append(aFrame({ ordinal }), 10);
  next.append(aFrame({ kind: 'key', ordinal: 6 }), 20);
  sequence.timers.poll(120);
  audio.append(aFrame({ ordinal: 7 }), 130);
  return { ...remote, ...sequence, audio, old, next };
}

t.test('a key frame that overtook the rest of its track waits for it, audio does not', async (t) => {
  const { out, old, timers, counters } = overtaken();
  t.same(out, ['video0.key 0', 'audio0.audio 1', 'audio0.audio 3', 'audio0.audio 5', 'audio0.audio 7']);
  old.append(aFrame({ kind: 'delta', ordinal: 2 }), 200);
  t.same(out.slice(5), ['video0.delta 2']);
  old.append(aFrame({ kind: 'delta', ordinal: 4 }), 210);
  t.same(out.slice(6), ['video0.delta 4', 'video0.key 6']);
  t.equal(timers.size, 0);
  t.equal(counters.late.delta, 0);
});

t.test('it does not wait when the rest will not come', async (t) => {
  const { out, old, settled } = overtaken();
  const before = settled.length;
  old.close('truncated', 150);
  t.same(out.slice(5), ['video0.key 6']);
  t.equal(settled.length, before + 1);
});

t.test('it waits no longer than the bound, and what comes then is late', async (t) => {
  const { out, old, timers, counters, sequencer } = overtaken();
  const dueMs = 120 + DEFAULT_FEED_LIMITS.groupHoldMs;
  t.equal(timers.nextMs, dueMs);
  timers.poll(dueMs);
  t.same(out.slice(5), ['video0.key 6']);
  old.append(aFrame({ kind: 'delta', ordinal: 2 }), dueMs + 1);
  t.equal(counters.late.delta, 1);
  t.same(sequencer.orderCounters, { held: 1, expired: 1, overflown: 0 });
});

t.test('the end lets out what waits for an older group, too', async (t) => {
  const { out, sequencer, timers } = overtaken();
  sequencer.close(150);
  t.same(out.slice(5), ['video0.key 6']);
  t.equal(timers.size, 0);
});

t.test('a group that comes without its head is refused until the next key frame', async (t) => {
  const { broadcast, group } = aRemote();
  const { out, counters } = sequenced(broadcast);
  const headless = group('video', 0);
  headless.append(aFrame({ kind: 'delta', ordinal: 0 }), 0);
  headless.append(aFrame({ kind: 'delta', ordinal: 1 }), 0);
  group('video', 1).append(aFrame({ kind: 'key', ordinal: 2 }), 0);
  t.same(out, ['video0.key 2']);
  t.equal(counters['no-key-frame'].delta, 2);
});

t.test('init data that comes after its frames lets them out', async (t) => {
  const { broadcast, group, video } = aRemote(5);
  const { out, timers, sequencer } = sequenced(broadcast);
  const frames = group('video', 3, 0);
  frames.append(aFrame({ kind: 'key', ordinal: 5 }), 10);
  frames.append(aFrame({ kind: 'delta', ordinal: 6 }), 20);
  t.same(out, []);
  t.equal(timers.nextMs, 10 + DEFAULT_FEED_LIMITS.initHoldMs);
  video.setInit(0, aFrame({ kind: 'init', ordinal: 1 }), 30);
  t.same(out, ['video0.init 1', 'video0.key 5', 'video0.delta 6']);
  t.equal(sequencer.mergeCounters.late, 0, 'it was wanted');
  timers.poll(10_000);
  t.equal(timers.size, 0);
});

t.test(
  'init data that does not come within the bound is given up, other tracks do not wait for it',
  async (t) => {
    const { broadcast, group, video, audio } = aRemote(5);
    const { out, timers, counters } = sequenced(broadcast);
    const frames = group('video', 3, 0);
    const sound = group('audio', 0, 0);
    frames.append(aFrame({ kind: 'key', ordinal: 5 }), 10);
    audio.setInit(0, aFrame({ kind: 'init', ordinal: 2 }), 20);
    sound.append(aFrame({ ordinal: 6 }), 30);
    t.same(out, ['audio0.init 2', 'audio0.audio 6']);
    timers.poll(10 + DEFAULT_FEED_LIMITS.initHoldMs);
    t.equal(counters['no-init'].key, 1);
    video.setInit(0, aFrame({ kind: 'init', ordinal: 1 }), 5_000);
    frames.append(aFrame({ kind: 'delta', ordinal: 7 }), 5_010);
    t.same(out.slice(2), ['video0.init 1']);
    t.equal(timers.size, 0);
  },
);

t.test('two tracks that wait for init data are given up each in its time', async (t) => {
  const { broadcast, group } = aRemote();
  const { timers, counters } = sequenced(broadcast);
  group('video', 0, 0).append(aFrame({ kind: 'key', ordinal: 0 }), 0);
  group('audio', 0, 0).append(aFrame({ ordinal: 1 }), 500);
  timers.poll(DEFAULT_FEED_LIMITS.initHoldMs);
  t.equal(counters['no-init'].key, 1);
  t.equal(counters['no-init'].audio, 0);
  t.equal(timers.nextMs, 500 + DEFAULT_FEED_LIMITS.initHoldMs);
  timers.poll(500 + DEFAULT_FEED_LIMITS.initHoldMs);
  t.equal(counters['no-init'].audio, 1);
});

t.test('the end lets out all that waits, in order, and then says so', async (t) => {
  const { broadcast, group } = aRemote();
  const { out, timers, sequencer } = sequenced(broadcast);
  const audio = group('audio', 0);
  audio.append(aFrame({ ordinal: 4 }), 0);
  group('video', 0).append(aFrame({ kind: 'key', ordinal: 2 }), 0);
  t.ok(sequencer.heldBytes > 0);
  broadcast.end('unpublished', 5);
  t.same(out, ['video0.key 2', 'audio0.audio 4', 'unpublished']);
  t.equal(timers.size, 0);
});

t.test('once closed it hears nothing more, and what waited for init data is given up', async (t) => {
  const { broadcast, group } = aRemote();
  const { out, timers, sequencer, counters } = sequenced(broadcast);
  const audio = group('audio', 0, 0);
  audio.append(aFrame({ ordinal: 0 }), 0);
  sequencer.close(1);
  sequencer.close(2);
  audio.append(aFrame({ ordinal: 1 }), 3);
  broadcast.end('idle', 4);
  t.same(out, []);
  t.equal(counters['no-init'].audio, 1);
  t.equal(timers.size, 0);
});

t.test('with a jitter buffer frames leave when they are due, and at the end all of them', async (t) => {
  const { broadcast, group, video } = aRemote();
  const { out, timers, settled, sequencer } = sequenced(broadcast, 'newest', 0, {
    maxMs: 200,
    maxBytes: 1e6,
  });
  const append = (ordinal: number, timestamp: number, nowMs: number) =>
    group('video', 0).append(aFrame({ kind: ordinal === 0 ? 'key' : 'delta', ordinal, timestamp }), nowMs);
  append(0, 0, 0);
  append(1, 2_000, 2_100);
  append(2, 2_040, 2_110);
  t.same(out, ['video0.key 0', 'video0.delta 1']);
  t.equal(Math.ceil(timers.nextMs ?? 0), 2_140);
  const before = settled.length;
  timers.poll(2_140);
  t.same(out.slice(2), ['video0.delta 2']);
  t.equal(settled.length, before + 1);
  t.match(sequencer.jitterCounters, { held: 1, delayMs: 30 });
  video.setInit(0, aFrame({ kind: 'init', ordinal: 3 }), 2_150);
  append(4, 2_120, 2_150);
  t.same(out.slice(3), ['video0.init 3']);
  broadcast.end('unpublished', 2_160);
  t.same(out.slice(4), ['video0.delta 4', 'unpublished']);
  t.equal(timers.size, 0);
});
