import t from 'tap';
import * as Path from '../../src/path.js';
import type { RegistryOptions } from '../../src/registry/options.js';
import type { Publication } from '../../src/registry/publication.js';
import { Registry } from '../../src/registry/registry.js';
import { RecordingLink } from '../support/links.js';
import { PATH, TestPublisher, takeAll, takeEntries } from '../support/media.js';

const PUBLISHER = { kind: 'rtmp', address: '127.0.0.1:5000' };

function aRegistry(options: Partial<RegistryOptions> = {}): Registry {
  return new Registry({ relayId: 'edge', ...options });
}

function publish(registry: Registry, options: { nowMs?: number; epochSeconds?: number } = {}) {
  const { nowMs = 0, epochSeconds = 1_000 } = options;
  const publication: Publication = registry.publish(PATH, { nowMs, epochSeconds, publisher: PUBLISHER });
  return { publication, publisher: new TestPublisher(publication.writer) };
}

t.test(
  'a viewer before the publisher gets everything, one after starts at the newest key frame',
  async (t) => {
    const registry = aRegistry();
    const early = registry.view(PATH, { nowMs: 0 });
    const { publisher } = publish(registry);
    publisher.init('video');
    publisher.group(0, 1);
    publisher.group(40, 1);
    const late = registry.view(PATH, { nowMs: 0 });
    t.same(takeAll(early), ['video.init@0', 'video.key@0', 'audio@0', 'video.key@40', 'audio@40']);
    t.same(takeAll(late), ['video.init@40', 'video.key@40', 'audio@40']);
  },
);

t.test('the first viewer of a running broadcast may ask for its beginning', async (t) => {
  const registry = aRegistry();
  const { publisher } = publish(registry);
  publisher.group(0, 1);
  publisher.group(40, 1);
  t.same(takeAll(registry.view(PATH, { nowMs: 0, start: 'beginning' }))[0], 'video.key@0');
});

t.test('a path has one publisher at a time', async (t) => {
  const registry = aRegistry();
  const { publication } = publish(registry);
  t.throws(() => publish(registry), { code: 'LH_CORE_BROADCAST_IN_USE' });
  publication.end(1);
  publication.end(2);
  t.equal(publish(registry).publication.broadcast.ended, undefined);
});

t.test('the epoch is the second of publishing, and always above the last', async (t) => {
  const registry = aRegistry();
  const first = publish(registry, { epochSeconds: 1_000.7 });
  t.equal(first.publication.broadcast.epoch, 1_000);
  first.publication.end(0);
  t.same(registry.snapshot(), [], 'the path is forgotten');
  const second = publish(registry, { epochSeconds: 1_000.9 });
  t.equal(second.publication.broadcast.epoch, 1_001);
  second.publication.end(0);
  t.equal(publish(registry, { epochSeconds: 900 }).publication.broadcast.epoch, 1_002, 'the clock went back');
});

t.test('an epoch never leaves 32 bits, whatever a peer announces', async (t) => {
  const registry = aRegistry();
  const port = registry.addLink(new RecordingLink('peer'), 0);
  port.announced(PATH, { epoch: 0xffff_ffff, hops: ['peer'] }, 0);
  t.equal(publish(registry).publication.broadcast.epoch, 0xffff_ffff);
});

t.test('the last epoch of a path is forgotten when no publisher can get it again', async (t) => {
  const registry = aRegistry();
  publish(registry, { epochSeconds: 1_000 }).publication.end(0);
  const other = Path.parse('default/live/other');
  registry.publish(other, { nowMs: 0, epochSeconds: 1_000, publisher: PUBLISHER }).end(0);
  const again = publish(registry, { epochSeconds: 1_000 }).publication;
  t.equal(again.broadcast.epoch, 1_001, 'a publisher of another path in the same second changes nothing');
  again.end(0);
  registry.publish(other, { nowMs: 0, epochSeconds: 2_000, publisher: PUBLISHER }).end(0);
  t.equal(publish(registry, { epochSeconds: 10 }).publication.broadcast.epoch, 10);
});

t.test('a viewer of a path that nobody has waits for the stated time and is told', async (t) => {
  const registry = aRegistry({ unknownWaitMs: 3_000 });
  const viewer = registry.view(PATH, { nowMs: 100 });
  let wakes = 0;
  viewer.onWake = () => {
    wakes += 1;
  };
  const second = registry.view(PATH, { nowMs: 1_000 });
  t.equal(registry.nextTimeoutMs, 3_100);
  registry.poll(3_099);
  t.equal(viewer.state.kind, 'waiting');
  registry.poll(3_100);
  t.same(viewer.state, { kind: 'ended', reason: 'unknown-path' });
  t.equal(wakes, 1);
  t.equal(second.state.kind, 'waiting');
  registry.poll(4_000);
  t.equal(second.state.kind, 'ended');
  t.same(registry.snapshot(), []);
  t.equal(registry.nextTimeoutMs, undefined);
});

t.test('a waiting viewer that leaves leaves nothing behind', async (t) => {
  const registry = aRegistry();
  for (let count = 0; count < 3; count += 1) registry.view(PATH, { nowMs: count }).close(count);
  t.same(registry.snapshot(), []);
  t.equal(registry.timers.size, 0);
});

t.test('a waiting viewer waits on once there is a publisher', async (t) => {
  const registry = aRegistry({ unknownWaitMs: 3_000 });
  const viewer = registry.view(PATH, { nowMs: 0 });
  const { publisher } = publish(registry, { nowMs: 2_000 });
  registry.poll(60_000);
  t.equal(viewer.state.kind, 'waiting');
  publisher.audio(0);
  t.equal(viewer.state.kind, 'live');
});

t.test(
  'a publisher that returns within the linger keeps its viewers: new epoch, init again, upward timestamps',
  async (t) => {
    const registry = aRegistry({ publisherLingerMs: 5_000 });
    const first = publish(registry);
    const viewer = registry.view(PATH, { nowMs: 0 });
    first.publisher.init('audio', 1);
    first.publisher.audio(700_000);
    t.same(takeAll(viewer), ['audio.init@0', 'audio@700000']);
    first.publication.end(1_000);
    t.equal(viewer.state.kind, 'live');
    registry.poll(5_999);
    t.equal(viewer.state.kind, 'live');
    const second = publish(registry, { nowMs: 5_999, epochSeconds: 1_000 });
    registry.poll(20_000);
    second.publisher.init('audio', 1);
    second.publisher.audio(0);
    second.publisher.audio(23);
    const entries = takeEntries(viewer);
    t.same(
      entries.map((entry) => entry.timestamp),
      [700_040, 700_040, 700_063],
    );
    t.same(new Set(entries.map((entry) => entry.epoch)), new Set([1_001]));
  },
);

t.test('passthrough leaves the timestamps of a publisher that returned', async (t) => {
  const registry = aRegistry({ passthrough: (path) => path === PATH });
  const first = publish(registry);
  const viewer = registry.view(PATH, { nowMs: 0 });
  first.publisher.audio(700_000);
  first.publication.end(1_000);
  publish(registry).publisher.audio(0);
  t.same(takeAll(viewer), ['audio@700000', 'audio@0']);
});

t.test('viewers of a publisher that does not return end after the linger', async (t) => {
  const registry = aRegistry({ publisherLingerMs: 5_000 });
  const { publication, publisher } = publish(registry);
  const done = registry.view(PATH, { nowMs: 0 });
  const behind = registry.view(PATH, { nowMs: 0 });
  publisher.audio(0);
  takeAll(done);
  publication.end(1_000);
  registry.poll(6_000);
  t.same(done.state, { kind: 'ended', reason: 'unpublished' });
  t.same(takeAll(behind), ['audio@0'], 'what is left can still be taken');
  t.same(behind.state, { kind: 'ended', reason: 'unpublished' });
  t.same(registry.snapshot(), []);
  registry.poll(60_000);
  t.equal(registry.timers.size, 0);
});

t.test('without a linger viewers end at the next poll', async (t) => {
  const registry = aRegistry({ publisherLingerMs: 0, lingerMs: 0 });
  const { publication, publisher } = publish(registry);
  const viewer = registry.view(PATH, { nowMs: 0 });
  publisher.audio(0);
  takeAll(viewer);
  publication.end(10);
  registry.poll(10);
  t.same(viewer.state, { kind: 'ended', reason: 'unpublished' });
});

t.test('a feed without viewers goes after the linger; the next viewer finds the cache', async (t) => {
  const registry = aRegistry({ lingerMs: 2_000 });
  const { publisher } = publish(registry);
  publisher.group(0, 1);
  registry.view(PATH, { nowMs: 0 }).close(1_000);
  t.equal(registry.nextTimeoutMs, 3_000);
  registry.view(PATH, { nowMs: 2_000 }).close(2_500);
  t.equal(registry.nextTimeoutMs, 4_500, 'a viewer in between begins it anew');
  registry.poll(4_500);
  t.equal(registry.timers.size, 0);
  t.same(takeAll(registry.view(PATH, { nowMs: 5_000 })), ['video.key@0', 'audio@0']);
});

t.test('viewers that throw or end the broadcast when woken harm nobody', async (t) => {
  const faults: unknown[] = [];
  const registry = aRegistry({ onFault: (error) => faults.push(error) });
  const { publication, publisher } = publish(registry);
  const bad = registry.view(PATH, { nowMs: 0 });
  bad.onWake = () => {
    throw new Error('broken');
  };
  const ending = registry.view(PATH, { nowMs: 0 });
  ending.onWake = () => publication.end(0);
  const good = registry.view(PATH, { nowMs: 0 });
  t.equal(publisher.audio(0), 'written');
  t.equal(publisher.audio(20), 'ended');
  t.equal(faults.length, 1);
  t.same(takeAll(good), ['audio@0']);
});

t.test('a viewer that publishes anew when it hears of the end is served', async (t) => {
  const registry = aRegistry({ publisherLingerMs: 0 });
  const first = publish(registry);
  first.publisher.audio(0);
  const viewer = registry.view(PATH, { nowMs: 0 });
  takeAll(viewer);
  let again: TestPublisher | undefined;
  viewer.onWake = () => {
    again = publish(registry, { nowMs: 10 }).publisher;
  };
  first.publication.end(10);
  registry.poll(10);
  t.equal(viewer.state.kind, 'ended');
  const next = registry.view(PATH, { nowMs: 10 });
  again?.audio(0);
  t.same(takeAll(next), ['audio@0']);
  t.equal(registry.snapshot().length, 1);
});

t.test('the state is told as plain data', async (t) => {
  const registry = aRegistry();
  const { publisher } = publish(registry);
  publisher.init('video');
  publisher.group(0, 2);
  registry.view(PATH, { nowMs: 0 });
  const [path] = registry.snapshot();
  t.match(path, {
    path: PATH,
    source: { kind: 'publisher', publisher: PUBLISHER },
    epoch: 1_000,
    mediaMs: 40,
    frames: { init: 1, key: 1, delta: 1, audio: 2 },
    bytes: 44,
    viewers: 1,
    downstreams: [],
    announcedBy: [],
    tracks: [
      { name: 'video0', groups: 1, newestGroup: 0, initVersion: 0 },
      { name: 'audio0', groups: 1, newestGroup: 0, initVersion: undefined },
    ],
  });
  t.same(JSON.parse(JSON.stringify(path)).path, PATH);
  t.equal(registry.broadcast(PATH)?.epoch, 1_000);
  t.equal(registry.broadcast(Path.parse('default/live/none')), undefined);
  registry.view(Path.parse('default/live/none'), { nowMs: 0 });
  t.match(registry.snapshot()[1], { source: { kind: 'none' }, epoch: undefined, tracks: [], bytes: 0 });
});

t.test('totals count what is over and what goes on', async (t) => {
  const registry = aRegistry({ publisherLingerMs: 0, viewerLimits: { stallMs: 500 } });
  const first = publish(registry);
  const viewer = registry.view(PATH, { nowMs: 0 });
  const stalled = registry.view(PATH, { nowMs: 0 });
  first.publisher.group(0, 2);
  takeAll(viewer);
  registry.poll(500);
  t.equal(stalled.state.kind, 'stalled');
  t.match(registry.totals(), {
    broadcasts: 1,
    viewers: 2,
    stalledViewers: 1,
    taken: { key: 1, delta: 1, audio: 2 },
  });
  first.publication.end(600);
  registry.poll(600);
  const second = publish(registry, { nowMs: 700 });
  const third = registry.view(PATH, { nowMs: 700 });
  second.publisher.audio(0);
  takeAll(third);
  t.match(registry.totals(), {
    broadcasts: 2,
    frames: { key: 1, delta: 1, audio: 3 },
    bytes: 50,
    viewers: 3,
    taken: { key: 1, delta: 1, audio: 3 },
    skips: 0,
    late: 0,
    refused: { late: { audio: 0 } },
  });
  second.publication.end(800);
  t.match(registry.totals(), { broadcasts: 2, viewers: 3 }, 'a viewer that waits for the next counts on');
});

t.test('totals of a path without viewers count what comes in', async (t) => {
  const registry = aRegistry();
  publish(registry).publisher.audio(0);
  registry.view(Path.parse('default/live/none'), { nowMs: 0 });
  t.match(registry.totals(), { broadcasts: 1, frames: { audio: 1 }, viewers: 1, takenBytes: 0 });
});

t.test('shutting down ends publishers and viewers and leaves nothing', async (t) => {
  const registry = aRegistry();
  const { publication, publisher } = publish(registry);
  const viewer = registry.view(PATH, { nowMs: 0 });
  publisher.audio(0);
  takeAll(viewer);
  const waiting = registry.view(Path.parse('default/live/none'), { nowMs: 0 });
  registry.shutDown(10);
  t.equal(publication.broadcast.ended, 'unpublished');
  t.equal(viewer.state.kind, 'ended');
  t.equal(waiting.state.kind, 'ended');
  t.same(registry.snapshot(), []);
  t.equal(registry.timers.size, 0);
});

t.test('whoever drives the timers hears of earlier deadlines', async (t) => {
  const registry = aRegistry({ unknownWaitMs: 3_000 });
  const heard: number[] = [];
  registry.timers.onEarlier = (atMs) => heard.push(atMs);
  registry.view(PATH, { nowMs: 0 });
  t.same(heard, [3_000]);
});

t.test('the last epochs of a bounded number of forgotten paths are remembered', async (t) => {
  const registry = aRegistry();
  const at = (index: number, epochSeconds: number) => {
    const path = Path.parse(`default/live/s${index}`);
    const publication = registry.publish(path, { nowMs: 0, epochSeconds, publisher: PUBLISHER });
    publication.end(0);
    return publication.broadcast.epoch;
  };
  for (let index = 0; index <= 10_000; index += 1) at(index, 1_000);
  t.equal(at(0, 900), 900, 'the first of 10,001 is forgotten');
  t.equal(at(10_000, 900), 1_001, 'the last is not');
});
