import t from 'tap';
import { aCenter, accept, push } from '../support/center.js';
import { PATH, takeAll } from '../support/media.js';

const PUBLISHER = { kind: 'rtmp', address: '127.0.0.1:5000' };

t.test('when a link is lost another continues the same epoch: nothing twice, nothing missed', async (t) => {
  const { registry, link } = aCenter();
  const [a, b] = [link('a'), link('b')];
  a.port.announced(PATH, { epoch: 10, hops: ['a'] }, 0);
  b.port.announced(PATH, { epoch: 10, hops: ['e', 'b'] }, 0);
  const viewer = registry.view(PATH, { nowMs: 0 });
  const broadcast = accept(a.recording.open[0]);
  push(broadcast, 'key', 0, 0);
  push(broadcast, 'delta', 1, 40);
  a.recording.closed = true;
  a.port.closed(50);
  t.ok(b.recording.takeLog().includes(`subscribe ${PATH} newest resume 10/1`));
  t.equal(accept(b.recording.open[0], 10, 2, 60), broadcast);
  t.notOk(push(broadcast, 'delta', 1, 40), 'a duplicate is ignored');
  push(broadcast, 'delta', 2, 80);
  t.same(takeAll(viewer), ['video.key@0', 'video.delta@40', 'video.delta@80']);
  t.equal(broadcast.ended, undefined);
});

t.test('the same link may come back and continue; viewers wait for the linger', async (t) => {
  const { registry, link } = aCenter({ publisherLingerMs: 5_000 });
  const first = link('edge');
  first.port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  const viewer = registry.view(PATH, { nowMs: 0 });
  const broadcast = accept(first.recording.open[0]);
  push(broadcast, 'key', 0, 0);
  first.port.closed(1_000);
  first.port.closed(1_000);
  t.equal(registry.nextTimeoutMs, 6_000);
  const second = link('edge');
  t.same(
    second.recording.takeLog(),
    [`subscribe ${PATH} newest resume 10/0`],
    'asked before it can have announced anything',
  );
  second.port.announced(PATH, { epoch: 10, hops: ['edge'] }, 2_000);
  t.same(second.recording.takeLog(), [], 'and not again');
  accept(second.recording.open[0], 10, 1, 2_100);
  push(broadcast, 'delta', 1, 40);
  registry.poll(7_000);
  t.same(takeAll(viewer), ['video.key@0', 'video.delta@40']);
  t.equal(viewer.state.kind, 'live');
});

t.test('a link that does not come back: the broadcast and its viewers end after the linger', async (t) => {
  const { registry, link } = aCenter({ publisherLingerMs: 5_000 });
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  const viewer = registry.view(PATH, { nowMs: 0 });
  const broadcast = accept(recording.open[0]);
  push(broadcast, 'key', 0, 0);
  takeAll(viewer);
  port.closed(1_000);
  registry.poll(6_000);
  t.equal(broadcast.ended, 'link-lost');
  t.same(viewer.state, { kind: 'ended', reason: 'link-lost' });
  t.same(registry.snapshot(), []);
  registry.poll(1e6);
  t.equal(registry.timers.size, 0);
});

t.test('a subscription lost on a link that goes on is tried again and resumed', async (t) => {
  const { registry, link } = aCenter();
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  push(accept(recording.open[0]), 'audio', 0, 0);
  recording.open[0]?.events.onEnded({ kind: 'lost', reason: 'reset' }, 100);
  recording.takeLog();
  registry.poll(350);
  t.same(recording.takeLog(), [`subscribe ${PATH} newest resume 10/0`]);
});

t.test(
  'when the epoch is over viewers wait for the next, which is subscribed to from its beginning',
  async (t) => {
    const { registry, link } = aCenter({ publisherLingerMs: 5_000 });
    const { recording, port } = link('edge');
    port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
    const viewer = registry.view(PATH, { nowMs: 0 });
    const broadcast = accept(recording.open[0]);
    push(broadcast, 'audio', 0, 9_000);
    port.withdrawn(PATH, 100);
    push(broadcast, 'audio', 1, 9_020);
    recording.subscriptions[0]?.events.onEnded({ kind: 'finished' }, 150);
    t.equal(broadcast.ended, 'unpublished');
    recording.takeLog();
    port.announced(PATH, { epoch: 11, hops: ['edge'] }, 2_000);
    t.same(recording.takeLog(), [`subscribe ${PATH} earliest`]);
    push(accept(recording.subscriptions[1], 11), 'audio', 0, 0);
    t.same(takeAll(viewer), ['audio@9000', 'audio@9020', 'audio@9060']);
  },
);

t.test('links that still announce a finished epoch are not asked for it', async (t) => {
  const { registry, link } = aCenter();
  const [a, b] = [link('a'), link('b')];
  a.port.announced(PATH, { epoch: 10, hops: ['a'] }, 0);
  b.port.announced(PATH, { epoch: 10, hops: ['b'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  accept(a.recording.open[0]);
  a.recording.open[0]?.events.onEnded({ kind: 'finished' }, 100);
  const late = link('late');
  late.port.announced(PATH, { epoch: 10, hops: ['late'] }, 110);
  t.equal(b.recording.subscriptions.length, 0);
  t.equal(late.recording.subscriptions.length, 0);
  b.port.announced(PATH, { epoch: 11, hops: ['b'] }, 120);
  t.equal(b.recording.subscriptions.length, 1);
});

t.test(
  'a new epoch on the same link: the old one is read until the new one is accepted, then it is closed',
  async (t) => {
    const { registry, link } = aCenter();
    const { recording, port } = link('edge');
    port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
    const viewer = registry.view(PATH, { nowMs: 0 });
    const old = accept(recording.open[0]);
    push(old, 'audio', 0, 1_000);
    port.announced(PATH, { epoch: 11, hops: ['edge'] }, 100);
    t.equal(recording.open.length, 2);
    push(old, 'audio', 1, 1_020);
    t.same(takeAll(viewer), ['audio@1000', 'audio@1020'], 'the tail arrives');
    const next = accept(recording.open[1], 11);
    t.equal(recording.open.length, 1);
    t.equal(old.ended, 'replaced');
    push(next, 'audio', 0, 0);
    t.same(takeAll(viewer), ['audio@1060']);
  },
);

t.test('the old epoch may finish before the new one is accepted', async (t) => {
  const { registry, link } = aCenter();
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  const old = accept(recording.open[0]);
  port.announced(PATH, { epoch: 11, hops: ['edge'] }, 100);
  recording.subscriptions[0]?.events.onEnded({ kind: 'finished' }, 110);
  t.equal(old.ended, 'unpublished');
  t.equal(accept(recording.subscriptions[1], 11).epoch, 11);
});

t.test('when the new epoch is refused the old one goes on and the new one is tried again', async (t) => {
  const { registry, link } = aCenter();
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  const old = accept(recording.open[0]);
  port.announced(PATH, { epoch: 11, hops: ['edge'] }, 100);
  recording.subscriptions[1]?.events.onEnded({ kind: 'refused', reason: 'busy' }, 110);
  t.equal(old.ended, undefined);
  registry.poll(360);
  t.equal(recording.subscriptions.length, 3);
  port.announced(PATH, { epoch: 12, hops: ['edge'] }, 400);
  t.equal(
    recording.open.filter((open) => open === recording.subscriptions[2]).length,
    0,
    'the one under way is closed',
  );
  t.equal(accept(recording.subscriptions.at(-1), 12).epoch, 12);
  t.equal(old.ended, 'replaced');
});

t.test('a newer epoch on another link takes over', async (t) => {
  const { registry, link } = aCenter();
  const [a, b] = [link('a'), link('b')];
  a.port.announced(PATH, { epoch: 10, hops: ['a'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  accept(a.recording.open[0]);
  b.port.announced(PATH, { epoch: 9, hops: ['b'] }, 0);
  t.equal(b.recording.subscriptions.length, 0);
  b.port.announced(PATH, { epoch: 12, hops: ['x', 'b'] }, 0);
  accept(b.recording.open[0], 12);
  t.equal(a.recording.open.length, 0);
  t.equal(registry.snapshot()[0]?.epoch, 12);
});

t.test(
  'a subscription whose announcement is withdrawn goes on unless another link has the path',
  async (t) => {
    const { registry, link } = aCenter();
    const [a, b] = [link('a'), link('b')];
    a.port.announced(PATH, { epoch: 10, hops: ['a'] }, 0);
    registry.view(PATH, { nowMs: 0 });
    const broadcast = accept(a.recording.open[0]);
    push(broadcast, 'audio', 0, 0);
    a.port.withdrawn(PATH, 100);
    a.port.withdrawn(PATH, 100);
    t.equal(a.recording.open.length, 1);
    b.port.announced(PATH, { epoch: 10, hops: ['b'] }, 200);
    t.equal(b.recording.takeLog().at(-1), `subscribe ${PATH} earliest resume 10/0`);
    t.equal(a.recording.open.length, 1, 'until the other is accepted');
    accept(b.recording.open[0]);
    t.equal(a.recording.open.length, 0);
  },
);

t.test('a link that goes away soon is left for another that has the same epoch', async (t) => {
  const { registry, link } = aCenter();
  const [a, b] = [link('a'), link('b')];
  a.port.announced(PATH, { epoch: 10, hops: ['a'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  const broadcast = accept(a.recording.open[0]);
  push(broadcast, 'audio', 0, 0);
  a.port.goingAway(50);
  t.equal(a.recording.open.length, 1, 'nobody else has it');
  b.port.announced(PATH, { epoch: 10, hops: ['x', 'y', 'b'] }, 100);
  t.equal(accept(b.recording.open[0]), broadcast);
  t.same(a.recording.open, []);
  a.port.closed(200);
  t.equal(b.recording.open.length, 1);
});

t.test('when the old and the new source are lost both, the path waits', async (t) => {
  const { registry, link } = aCenter();
  const [a, b] = [link('a'), link('b')];
  a.port.announced(PATH, { epoch: 10, hops: ['a'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  accept(a.recording.open[0]);
  b.port.announced(PATH, { epoch: 11, hops: ['b'] }, 0);
  a.port.closed(10);
  t.equal(b.recording.open.length, 1);
  b.port.closed(20);
  t.match(registry.snapshot()[0], { source: { kind: 'none' }, epoch: 10 });
});

t.test('a lost link whose successor was under way falls back to what is left', async (t) => {
  const { registry, link } = aCenter();
  const [a, b] = [link('a'), link('b')];
  a.port.announced(PATH, { epoch: 10, hops: ['a'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  accept(a.recording.open[0]);
  b.port.announced(PATH, { epoch: 11, hops: ['b'] }, 0);
  b.port.closed(20);
  t.equal(a.recording.open.length, 1);
  t.match(registry.snapshot()[0], { source: { kind: 'link', peer: 'a', state: 'open' } });
});

t.test(
  'a local publisher beats every link and the subscription ends; when it leaves the link is asked again',
  async (t) => {
    const { registry, link } = aCenter();
    const { recording, port } = link('edge');
    port.announced(PATH, { epoch: 2_000, hops: ['edge'] }, 0);
    const viewer = registry.view(PATH, { nowMs: 0 });
    const remote = accept(recording.open[0], 2_000);
    push(remote, 'audio', 0, 0);
    const publication = registry.publish(PATH, { nowMs: 10, epochSeconds: 1_000, publisher: PUBLISHER });
    t.equal(publication.broadcast.epoch, 2_001);
    t.equal(remote.ended, 'replaced');
    t.same(recording.open, []);
    port.announced(PATH, { epoch: 3_000, hops: ['edge'] }, 20);
    t.same(recording.open, []);
    publication.end(30);
    t.equal(recording.open.length, 1);
    push(accept(recording.open[0], 3_000), 'audio', 0, 0);
    t.same(takeAll(viewer), ['audio@0', 'audio@40']);
  },
);

t.test('a newer link to the same peer is preferred: the older may be dead and not know it', async (t) => {
  const { registry, link } = aCenter();
  const old = link('edge');
  old.port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  const broadcast = accept(old.recording.open[0]);
  push(broadcast, 'audio', 0, 0);
  const fresh = link('edge');
  t.equal(old.recording.open.length, 1, 'until the newer one has the path');
  fresh.port.announced(PATH, { epoch: 10, hops: ['edge'] }, 10);
  t.same(
    fresh.recording.open.map(({ request }) => request.resume),
    [{ epoch: 10, ordinal: 0 }],
  );
  t.equal(accept(fresh.recording.open[0], 10, 1), broadcast);
  t.equal(old.recording.open.length, 0);
});

t.test('an older epoch elsewhere does not cut off the tail of a newer one', async (t) => {
  const { registry, link } = aCenter();
  const [a, b] = [link('a'), link('b')];
  a.port.announced(PATH, { epoch: 11, hops: ['a'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  accept(a.recording.open[0], 11);
  b.port.announced(PATH, { epoch: 10, hops: ['b'] }, 0);
  a.port.goingAway(5);
  a.port.withdrawn(PATH, 10);
  t.equal(b.recording.open.length, 0);
  a.recording.subscriptions[0]?.events.onEnded({ kind: 'finished' }, 20);
  t.equal(b.recording.open.length, 1, 'then it is all there is');
});

t.test('a peer that serves an older epoch than it announces is asked again, but not at once', async (t) => {
  const { registry, link } = aCenter();
  const peer = link('edge');
  registry.view(PATH, { nowMs: 0 });
  peer.port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  let asked = 1;
  for (let nowMs = 0; nowMs <= 60_000; nowMs += 10) {
    registry.poll(nowMs);
    const newest = peer.recording.subscriptions.at(-1);
    if (peer.recording.subscriptions.length < asked) continue;
    asked += 1;
    accept(newest, 5, 0, nowMs);
    t.equal(peer.recording.open.length, 1);
  }
  t.ok(asked > 5 && asked < 15, `${asked} times in a minute`);
  t.equal(registry.broadcast(PATH)?.epoch, 5, 'what it has is taken');
});

t.test('a subscription may be accepted after its announcement was withdrawn', async (t) => {
  const { registry, link } = aCenter();
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  const viewer = registry.view(PATH, { nowMs: 0 });
  port.withdrawn(PATH, 5);
  push(accept(recording.open[0]), 'audio', 0, 7);
  t.same(takeAll(viewer), ['audio@7'], 'what was under way still comes');
});

t.test('what a lost link announced is asked of the next one only while somebody waits for it', async (t) => {
  const { registry, link } = aCenter({ publisherLingerMs: 5_000, lingerMs: 0 });
  const first = link('edge');
  first.port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  const viewer = registry.view(PATH, { nowMs: 0 });
  push(accept(first.recording.open[0]), 'key', 0, 0);
  first.port.closed(1_000);
  viewer.close(1_100);
  const second = link('edge');
  t.notMatch(second.recording.takeLog().join(), /subscribe/);
});

t.test('a guess that is wrong is refused once and forgotten', async (t) => {
  const { registry, link } = aCenter({ publisherLingerMs: 60_000 });
  const first = link('edge');
  first.port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  push(accept(first.recording.open[0]), 'key', 0, 0);
  const other = link('other');
  other.recording.takeLog();
  first.port.closed(1_000);
  const second = link('edge');
  t.match(second.recording.takeLog().join(), /subscribe/);
  t.notMatch(other.recording.takeLog().join(), /announce/, 'nobody is told of a guess');
  second.recording.open[0]?.events.onEnded({ kind: 'refused', reason: 'NOT_FOUND' }, 2_000);
  registry.poll(20_000);
  t.notMatch(second.recording.takeLog().join(), /subscribe/, 'not tried again');
  second.port.announced(PATH, { epoch: 11, hops: ['edge'] }, 21_000);
  t.match(second.recording.takeLog().join(), /subscribe/, 'but an announcement counts');
});

t.test('a guess that was right is told to others, and does not keep the path for ever', async (t) => {
  const { registry, link } = aCenter({ publisherLingerMs: 60_000, lingerMs: 0 });
  const first = link('edge');
  first.port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  const viewer = registry.view(PATH, { nowMs: 0 });
  push(accept(first.recording.open[0]), 'key', 0, 0);
  first.port.closed(1_000);
  const other = link('other');
  other.recording.takeLog();
  const second = link('edge');
  accept(second.recording.open[0], 10, 1, 2_000);
  t.match(other.recording.takeLog().join(), /announce/);
  viewer.close(3_000);
  t.same(registry.snapshot(), [], 'it was never announced');
});

t.test('a peer that has the path through here now is not guessed to have it', async (t) => {
  const { registry, link } = aCenter({ publisherLingerMs: 60_000 });
  const first = link('edge');
  first.port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  push(accept(first.recording.open[0]), 'key', 0, 0);
  first.port.closed(1_000);
  const second = link('edge');
  t.equal(second.recording.open.length, 1);
  t.equal(second.port.announced(PATH, { epoch: 11, hops: ['e', 'center', 'edge'] }, 2_000), 'loop');
  t.same(registry.snapshot()[0]?.announcedBy, []);
});

t.test('only so many lost announcements of a path are remembered, the newest', async (t) => {
  const { registry, link } = aCenter({ publisherLingerMs: 60_000 });
  const links = Array.from({ length: 17 }, (_, n) => link(`edge-${n}`));
  for (const { port } of links) port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  push(accept(links[0]?.recording.open[0]), 'key', 0, 0);
  for (const each of links) {
    each.recording.closed = true;
    each.port.closed(1_000);
  }
  t.notMatch(link('edge-0').recording.takeLog().join(), /subscribe/);
  t.match(link('edge-1').recording.takeLog().join(), /subscribe/);
});
