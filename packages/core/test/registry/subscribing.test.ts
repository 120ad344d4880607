import t from 'tap';
import * as Path from '../../src/path.js';
import type { Publication } from '../../src/registry/publication.js';
import { aCenter, accept, push } from '../support/center.js';
import type { RecordingLink } from '../support/links.js';
import { PATH, takeAll } from '../support/media.js';

const PUBLISHER = { kind: 'rtmp', address: '127.0.0.1:5000' };

t.test('an announced path is subscribed to on first demand, once whatever the viewers', async (t) => {
  const { registry, link } = aCenter();
  const { recording, port } = link('edge');
  t.equal(port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0), 'accepted');
  t.same(recording.takeLog(), []);
  const viewers = [1, 2, 3].map(() => registry.view(PATH, { nowMs: 0 }));
  t.same(recording.takeLog(), [`subscribe ${PATH} newest`]);
  const broadcast = accept(recording.open[0], 10, 40);
  push(broadcast, 'key', 40, 0);
  t.same(
    viewers.map((viewer) => takeAll(viewer)),
    [['video.key@0'], ['video.key@0'], ['video.key@0']],
  );
  t.match(registry.snapshot()[0], {
    source: { kind: 'link', peer: 'edge', state: 'open', hops: ['edge'] },
    epoch: 10,
  });
});

t.test('with subscribe always it is subscribed to at once, from its beginning', async (t) => {
  const { link } = aCenter({ subscribeAlways: (path) => path === PATH });
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  port.announced(Path.parse('default/live/other'), { epoch: 10, hops: ['edge'] }, 0);
  t.same(recording.takeLog(), [`subscribe ${PATH} earliest`]);
});

t.test('a viewer that waits when a path is announced gets it from its beginning', async (t) => {
  const { registry, link } = aCenter();
  const { recording, port } = link('edge');
  const viewer = registry.view(PATH, { nowMs: 0 });
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  t.same(recording.takeLog(), [`subscribe ${PATH} earliest`]);
  const broadcast = accept(recording.open[0]);
  push(broadcast, 'audio', 0, 0);
  push(broadcast, 'key', 1, 5);
  t.same(takeAll(viewer), ['audio@0', 'video.key@5']);
});

t.test('the subscription ends after the linger, and a viewer within it finds it working', async (t) => {
  const { registry, link } = aCenter({ lingerMs: 2_000 });
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  registry.view(PATH, { nowMs: 0 }).close(100);
  const broadcast = accept(recording.open[0], 10, 0, 200);
  registry.view(PATH, { nowMs: 2_000 }).close(2_050);
  recording.takeLog();
  registry.poll(4_049);
  t.same(recording.takeLog(), []);
  registry.poll(4_050);
  t.same(recording.takeLog(), [`unsubscribe ${PATH}`]);
  t.equal(broadcast.ended, 'idle');
  t.equal(registry.timers.size, 0);
  registry.view(PATH, { nowMs: 5_000 });
  t.same(recording.takeLog(), [`subscribe ${PATH} newest`]);
});

t.test('without a linger the subscription ends with the last viewer', async (t) => {
  const { registry, link } = aCenter({ lingerMs: 0 });
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  const viewer = registry.view(PATH, { nowMs: 0 });
  viewer.close(0);
  t.same(recording.takeLog(), [`subscribe ${PATH} newest`, `unsubscribe ${PATH}`]);
});

t.test('a link may accept or refuse inside subscribe', async (t) => {
  const { registry, link } = aCenter();
  const { recording, port } = link('edge');
  recording.onSubscribe = (subscription) => push(accept(subscription), 'audio', 0, 5);
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  t.same(takeAll(registry.view(PATH, { nowMs: 0 })), ['audio@5']);
  const other = link('other');
  other.recording.onSubscribe = ({ events }) => events.onEnded({ kind: 'refused', reason: 'busy' }, 0);
  const path = Path.parse('default/live/other');
  other.port.announced(path, { epoch: 10, hops: ['other'] }, 0);
  registry.view(path, { nowMs: 0 });
  t.same(other.recording.takeLog().slice(-2), [`subscribe ${path} newest`, `unsubscribe ${path}`]);
});

t.test('a refused subscription is tried again after a wait that doubles up to a bound', async (t) => {
  const { registry, link } = aCenter({ unknownWaitMs: 1e9 });
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  const waits: number[] = [];
  let nowMs = 0;
  for (let attempt = 0; attempt < 8; attempt += 1) {
    recording.subscriptions.at(-1)?.events.onEnded({ kind: 'refused', reason: 'busy' }, nowMs);
    const next = registry.nextTimeoutMs ?? Number.NaN;
    waits.push(next - nowMs);
    nowMs = next;
    registry.poll(nowMs);
  }
  t.same(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  t.equal(recording.subscriptions.length, 9);
  t.match(registry.snapshot()[0], { source: { kind: 'link', state: 'opening' } });
});

t.test('several links that refuse are tried again each in its time; one that withdrew is not', async (t) => {
  const { registry, link } = aCenter({ unknownWaitMs: 1e9 });
  const [a, b, c] = [link('a'), link('b'), link('c')];
  for (const { port, recording } of [a, b, c]) {
    port.announced(PATH, { epoch: 10, hops: [recording.peerName] }, 0);
  }
  registry.view(PATH, { nowMs: 0 });
  const refuse = (recording: RecordingLink, nowMs: number) =>
    recording.subscriptions.at(-1)?.events.onEnded({ kind: 'refused', reason: 'busy' }, nowMs);
  refuse(a.recording, 0);
  refuse(b.recording, 100);
  c.port.withdrawn(PATH, 150);
  t.match(
    registry.snapshot()[0]?.source,
    { peer: 'c', state: 'opening', hops: [] },
    'what was asked is awaited',
  );
  refuse(c.recording, 200);
  t.equal(registry.nextTimeoutMs, 250);
  registry.poll(250);
  refuse(a.recording, 260);
  t.equal(registry.nextTimeoutMs, 350);
  registry.poll(350);
  t.same(
    [a, b, c].map(({ recording }) => recording.subscriptions.length),
    [2, 2, 1],
  );
});

t.test('failures are forgotten when nobody wants the path any more', async (t) => {
  const { registry, link } = aCenter({ lingerMs: 0 });
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  const viewer = registry.view(PATH, { nowMs: 0 });
  recording.open[0]?.events.onEnded({ kind: 'refused', reason: 'busy' }, 0);
  viewer.close(0);
  t.equal(registry.timers.size, 0);
  registry.view(PATH, { nowMs: 1 });
  t.equal(recording.subscriptions.length, 2);
});

t.test(
  'among several links that have a path: the highest epoch, then the fewest hops, then the first',
  async (t) => {
    const { registry, link } = aCenter();
    const [far, near, old] = ['far', 'near', 'old'].map((name) => link(name));
    far?.port.announced(PATH, { epoch: 10, hops: ['edge', 'far'] }, 0);
    near?.port.announced(PATH, { epoch: 10, hops: ['near'] }, 0);
    old?.port.announced(PATH, { epoch: 9, hops: ['old'] }, 0);
    link('second').port.announced(PATH, { epoch: 10, hops: ['second'] }, 0);
    registry.view(PATH, { nowMs: 0 });
    t.equal(near?.recording.open.length, 1);
    t.same(registry.snapshot()[0]?.announcedBy, ['far', 'near', 'old', 'second']);
  },
);

t.test('a subscription that is closed while it is accepted fills nothing', async (t) => {
  const { registry, link } = aCenter();
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  const viewer = registry.view(PATH, { nowMs: 0 });
  let publication: Publication | undefined;
  const first = accept(recording.open[0]);
  push(first, 'audio', 0, 0);
  first.observe({
    onEnd: () => {
      publication = registry.publish(PATH, { nowMs: 0, epochSeconds: 50, publisher: PUBLISHER });
    },
  });
  port.announced(PATH, { epoch: 11, hops: ['edge'] }, 0);
  const second = accept(recording.subscriptions[1], 11);
  t.equal(second.ended, 'replaced');
  t.same(recording.open, []);
  t.match(registry.snapshot()[0], { source: { kind: 'publisher' }, epoch: 50 });
  publication?.writer.write(
    { media: 'audio', index: 0, kind: 'audio', timestamp: 7, payload: new Uint8Array(1) },
    0,
  );
  t.same(takeAll(viewer), ['audio@0', 'audio@40'], 'the viewer follows the publisher');
});

t.test('accepting twice is an error of the link', async (t) => {
  const { registry, link } = aCenter();
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  const [subscription] = recording.open;
  accept(subscription);
  t.throws(() => accept(subscription), { name: 'AssertionError' });
});

t.test('what a link reports after it was closed is ignored', async (t) => {
  const { registry, link } = aCenter({ lingerMs: 0 });
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  const viewer = registry.view(PATH, { nowMs: 0 });
  const [subscription] = recording.open;
  viewer.close(0);
  subscription?.events.onEnded({ kind: 'lost', reason: 'late' }, 5);
  t.equal(registry.timers.size, 0);
});

t.test('a link that closes inside subscribe is not called again', async (t) => {
  const { registry, link } = aCenter();
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  recording.onSubscribe = () => {
    recording.closed = true;
    port.closed(0);
  };
  const viewer = registry.view(PATH, { nowMs: 0 });
  t.equal(viewer.state.kind, 'waiting');
  t.same(recording.takeLog(), [`subscribe ${PATH} newest`]);
});

t.test('a publisher that comes inside subscribe beats it', async (t) => {
  const { registry, link } = aCenter();
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  recording.onSubscribe = () => registry.publish(PATH, { nowMs: 0, epochSeconds: 50, publisher: PUBLISHER });
  registry.view(PATH, { nowMs: 0 });
  t.same(recording.open, []);
  t.match(registry.snapshot()[0], { source: { kind: 'publisher' }, epoch: 50 });
});

t.test('a link that throws breaks one call, not the path', async (t) => {
  const { registry, link } = aCenter();
  const { recording, port } = link('edge');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  recording.onSubscribe = () => {
    throw new Error('broken link');
  };
  t.throws(() => registry.view(PATH, { nowMs: 0 }), { message: 'broken link' });
  const publication = registry.publish(PATH, { nowMs: 0, epochSeconds: 50, publisher: PUBLISHER });
  publication.writer.write(
    { media: 'audio', index: 0, kind: 'audio', timestamp: 5, payload: new Uint8Array(1) },
    0,
  );
  t.same(takeAll(registry.view(PATH, { nowMs: 0 })), ['audio@5']);
});
