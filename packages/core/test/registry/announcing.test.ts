import t from 'tap';
import * as Path from '../../src/path.js';
import type { RegistryOptions } from '../../src/registry/options.js';
import { Registry } from '../../src/registry/registry.js';
import { RecordingLink, recordingEvents } from '../support/links.js';
import { aFrame, PATH } from '../support/media.js';

const PUBLISHER = { kind: 'rtmp', address: '127.0.0.1:5000' };
const OTHER = Path.parse('default/live/other');

function aRelay(options: Partial<RegistryOptions> = {}) {
  const registry = new Registry({ relayId: 'me', ...options });
  const link = (peerName: string) => {
    const recording = new RecordingLink(peerName);
    return { recording, port: registry.addLink(recording, 0) };
  };
  const publish = (epochSeconds = 10, path = PATH) =>
    registry.publish(path, { nowMs: 0, epochSeconds, publisher: PUBLISHER });
  return { registry, link, publish };
}

t.test('a local broadcast is announced to every link while it has a publisher', async (t) => {
  const { link, publish } = aRelay();
  const a = link('a');
  const publication = publish();
  const b = link('b');
  t.same(a.recording.takeLog(), [`announce ${PATH} 10 via me`]);
  t.same(b.recording.takeLog(), [`announce ${PATH} 10 via me`], 'also to one that comes later');
  publication.end(5);
  t.same(a.recording.takeLog(), [`withdraw ${PATH}`]);
});

t.test('a path that is announced here is announced on, with this relay as the last hop', async (t) => {
  const { link } = aRelay();
  const [from, to] = [link('from'), link('to')];
  from.port.announced(PATH, { epoch: 10, hops: ['edge', 'from'] }, 0);
  t.same(to.recording.takeLog(), [`announce ${PATH} 10 via edge>from>me`]);
  t.same(from.recording.takeLog(), [], 'not back to where it came from');
  from.port.announced(PATH, { epoch: 11, hops: ['edge', 'from'] }, 0);
  t.same(to.recording.takeLog(), [`update ${PATH} 11 via edge>from>me`]);
  from.port.announced(PATH, { epoch: 11, hops: ['edge', 'from'] }, 0);
  t.same(to.recording.takeLog(), [], 'the same is not said twice');
  from.port.announced(PATH, { epoch: 11, hops: ['other', 'from'] }, 0);
  t.same(to.recording.takeLog(), [`update ${PATH} 11 via other>from>me`]);
  from.port.withdrawn(PATH, 0);
  t.same(to.recording.takeLog(), [`withdraw ${PATH}`]);
});

t.test('a path is not announced back, also when the peer is not among its hops', async (t) => {
  const { link } = aRelay();
  const { recording, port } = link('peer');
  port.announced(PATH, { epoch: 10, hops: ['edge'] }, 0);
  t.same(recording.takeLog(), []);
});

t.test('a path is not announced to a relay it has passed', async (t) => {
  const { link } = aRelay();
  const [from, edge] = [link('from'), link('edge')];
  from.port.announced(PATH, { epoch: 10, hops: ['edge', 'from'] }, 0);
  t.same(edge.recording.takeLog(), []);
});

t.test('a path that has passed this relay is refused, and what the peer had before is void', async (t) => {
  const { registry, link } = aRelay();
  const [peer, other] = [link('peer'), link('other')];
  t.equal(peer.port.announced(PATH, { epoch: 10, hops: ['me', 'peer'] }, 0), 'loop');
  t.same(registry.snapshot(), []);
  peer.port.announced(PATH, { epoch: 10, hops: ['edge', 'peer'] }, 0);
  t.equal(peer.port.announced(PATH, { epoch: 10, hops: ['me', 'x', 'peer'] }, 0), 'loop');
  t.same(registry.snapshot(), []);
  t.same(other.recording.takeLog(), [`announce ${PATH} 10 via edge>peer>me`, `withdraw ${PATH}`]);
});

t.test('who may announce what is asked', async (t) => {
  const { link } = aRelay({ mayAnnounce: (peerName, path) => peerName === 'edge' && path === PATH });
  const [edge, stranger] = [link('edge'), link('stranger')];
  const route = { epoch: 10, hops: ['edge'] };
  t.equal(edge.port.announced(PATH, route, 0), 'accepted');
  t.equal(edge.port.announced(OTHER, route, 0), 'forbidden');
  t.equal(stranger.port.announced(PATH, route, 0), 'forbidden');
});

t.test('the bound of announced paths per link is reached, and withdrawing makes room', async (t) => {
  const { registry, link } = aRelay({ maxAnnouncedPerLink: 2 });
  const { port } = link('edge');
  const paths = ['a', 'b', 'c'].map((stream) => Path.join({ domain: 'd', app: 'a', stream }));
  const outcomes = paths.map((path) => port.announced(path, { epoch: 1, hops: ['edge'] }, 0));
  t.same(outcomes, ['accepted', 'accepted', 'limit']);
  t.equal(
    port.announced(paths[0] as never, { epoch: 2, hops: ['edge'] }, 0),
    'accepted',
    'a known one may change',
  );
  port.withdrawn(paths[0] as never, 0);
  port.withdrawn(paths[0] as never, 0);
  t.equal(port.announced(paths[2] as never, { epoch: 1, hops: ['edge'] }, 0), 'accepted');
  t.equal(registry.snapshot().length, 2);
});

t.test('what is announced follows the source: another link, a local publisher, nobody', async (t) => {
  const { link, publish } = aRelay();
  const [a, b, to] = [link('a'), link('b'), link('to')];
  a.port.announced(PATH, { epoch: 10, hops: ['a'] }, 0);
  b.port.announced(PATH, { epoch: 10, hops: ['edge', 'b'] }, 0);
  t.same(to.recording.takeLog(), [`announce ${PATH} 10 via a>me`]);
  t.same(b.recording.takeLog(), [`announce ${PATH} 10 via a>me`]);
  a.port.closed(5);
  t.same(to.recording.takeLog(), [`update ${PATH} 10 via edge>b>me`]);
  t.same(b.recording.takeLog(), [`withdraw ${PATH}`]);
  const publication = publish(20);
  t.same(to.recording.takeLog(), [`update ${PATH} 20 via me`]);
  t.same(b.recording.takeLog(), [`announce ${PATH} 20 via me`]);
  publication.end(6);
  t.same(to.recording.takeLog(), [`update ${PATH} 10 via edge>b>me`]);
});

t.test('a source that fails is not announced until it works', async (t) => {
  const { registry, link } = aRelay({ unknownWaitMs: 1e9 });
  const [from, to] = [link('from'), link('to')];
  from.port.announced(PATH, { epoch: 10, hops: ['from'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  to.recording.takeLog();
  from.recording.subscriptions[0]?.events.onEnded({ kind: 'refused', reason: 'busy' }, 0);
  t.same(to.recording.takeLog(), [`withdraw ${PATH}`]);
  registry.poll(250);
  t.same(to.recording.takeLog(), []);
  from.recording.subscriptions[1]?.events.onAccepted({ epoch: 10, firstOrdinal: 0 }, 300);
  t.same(to.recording.takeLog(), [`announce ${PATH} 10 via from>me`]);
});

t.test('a link that closes inside announce is not kept', async (t) => {
  const { registry, publish } = aRelay();
  const link = new RecordingLink('a');
  const announce = link.announce.bind(link);
  const publication = publish();
  let close = () => {};
  link.announce = (path, route) => {
    const announcement = announce(path, route);
    close();
    return announcement;
  };
  const port = registry.addLink(link, 0);
  link.takeLog();
  publication.end(0);
  close = () => {
    link.closed = true;
    port.closed(0);
  };
  const again = publish();
  again.end(0);
  t.same(link.takeLog(), [`withdraw ${PATH}`, `announce ${PATH} 11 via me`]);
});

t.test('a peer is served a local broadcast until it unsubscribes', async (t) => {
  const { registry, link, publish } = aRelay();
  const publication = publish();
  const { port } = link('center');
  const events = recordingEvents();
  const demand = port.requested(PATH, events, 0);
  t.equal(events.broadcast, publication.broadcast);
  t.same(registry.snapshot()[0]?.downstreams, ['center']);
  demand.close(5);
  demand.close(6);
  t.same(registry.snapshot()[0]?.downstreams, []);
  t.same(events.log, ['broadcast 10']);
});

t.test('a path that nobody has is refused at once', async (t) => {
  const { registry, link } = aRelay();
  const { port } = link('center');
  const events = recordingEvents();
  port.requested(PATH, events, 0).close(0);
  registry.view(PATH, { nowMs: 0 });
  port.requested(PATH, events, 0).close(0);
  t.same(events.log, ['refused unknown-path', 'refused unknown-path']);
});

t.test('a path that comes from the peer itself, or through it, is refused as a loop', async (t) => {
  const { link } = aRelay();
  const [from, edge] = [link('from'), link('edge')];
  from.port.announced(PATH, { epoch: 10, hops: ['edge', 'from'] }, 0);
  const events = recordingEvents();
  from.port.requested(PATH, events, 0);
  edge.port.requested(PATH, events, 0);
  t.same(events.log, ['refused loop', 'refused loop']);
});

t.test('a peer that asks for a path of another link is served once that link accepts', async (t) => {
  const { registry, link } = aRelay({ lingerMs: 1_000 });
  const [from, to] = [link('from'), link('to')];
  from.port.announced(PATH, { epoch: 10, hops: ['from'] }, 0);
  const [first, second] = [recordingEvents(), recordingEvents()];
  const demands = [first, second].map((events) => to.port.requested(PATH, events, 0));
  t.same(from.recording.takeLog(), [`subscribe ${PATH} earliest`]);
  t.same(first.log, []);
  from.recording.open[0]?.events.onAccepted({ epoch: 10, firstOrdinal: 0 }, 5);
  t.same([first.log, second.log], [['broadcast 10'], ['broadcast 10']]);
  t.equal(first.broadcast, second.broadcast);
  for (const demand of demands) demand.close(10);
  registry.poll(1_010);
  t.same(from.recording.takeLog(), [`unsubscribe ${PATH}`]);
});

t.test('a peer that withdraws another request while it is served harms nobody', async (t) => {
  const { link } = aRelay();
  const [from, to] = [link('from'), link('to')];
  from.port.announced(PATH, { epoch: 10, hops: ['from'] }, 0);
  const second = recordingEvents();
  const demands: { close(nowMs: number): void }[] = [];
  demands.push(
    to.port.requested(
      PATH,
      { onBroadcast: (_, nowMs) => demands[1]?.close(nowMs), onRefused: () => t.fail('it was refused') },
      0,
    ),
  );
  demands.push(to.port.requested(PATH, second, 0));
  from.recording.open[0]?.events.onAccepted({ epoch: 10, firstOrdinal: 0 }, 5);
  t.same(second.log, []);
});

t.test('a peer waits for a bounded time for a path that does not start', async (t) => {
  const { registry, link } = aRelay({ unknownWaitMs: 3_000, lingerMs: 0 });
  const [from, to] = [link('from'), link('to')];
  from.port.announced(PATH, { epoch: 10, hops: ['from'] }, 0);
  const events = recordingEvents();
  to.port.requested(PATH, events, 0);
  registry.poll(2_999);
  t.same(events.log, []);
  registry.poll(3_000);
  t.same(events.log, ['refused unavailable']);
  t.same(from.recording.open, [], 'nobody wants it any more');
});

t.test('a peer that waits is refused when the last source is withdrawn or finished', async (t) => {
  const { link } = aRelay();
  const [from, to] = [link('from'), link('to')];
  from.port.announced(PATH, { epoch: 10, hops: ['from'] }, 0);
  const events = recordingEvents();
  to.port.requested(PATH, events, 0);
  from.recording.open[0]?.events.onEnded({ kind: 'finished' }, 5);
  t.same(events.log, ['refused unavailable']);
});

t.test('a peer that asks while the epoch changes gets the new one', async (t) => {
  const { registry, link } = aRelay();
  const [from, to] = [link('from'), link('to')];
  from.port.announced(PATH, { epoch: 10, hops: ['from'] }, 0);
  registry.view(PATH, { nowMs: 0 });
  from.recording.open[0]?.events.onAccepted({ epoch: 10, firstOrdinal: 0 }, 0);
  from.port.announced(PATH, { epoch: 11, hops: ['from'] }, 0);
  const events = recordingEvents();
  to.port.requested(PATH, events, 0);
  t.same(events.log, []);
  from.recording.subscriptions[1]?.events.onAccepted({ epoch: 11, firstOrdinal: 0 }, 0);
  t.same(events.log, ['broadcast 11']);
});

t.test('a peer goes on reading while the source is lost and resumed', async (t) => {
  const { link } = aRelay();
  const [from, to] = [link('from'), link('to')];
  from.port.announced(PATH, { epoch: 10, hops: ['from'] }, 0);
  const events = recordingEvents();
  to.port.requested(PATH, events, 0);
  from.recording.open[0]?.events.onAccepted({ epoch: 10, firstOrdinal: 0 }, 0);
  const group = events.broadcast
    ?.openTrack('audio', 0, 0)
    .openGroup({ sequence: 0, initVersion: undefined }, 0);
  group?.append(aFrame({ ordinal: 0 }), 0);
  from.port.closed(10);
  const back = link('from');
  back.port.announced(PATH, { epoch: 10, hops: ['from'] }, 20);
  back.recording.open[0]?.events.onAccepted({ epoch: 10, firstOrdinal: 1 }, 30);
  t.ok(group?.append(aFrame({ ordinal: 1 }), 40));
  t.same(events.log, ['broadcast 10']);
  t.equal(events.broadcast?.ended, undefined);
});

t.test('a link that is lost takes its requests and announcements with it', async (t) => {
  const { registry, link } = aRelay({ lingerMs: 0 });
  const [from, to] = [link('from'), link('to')];
  from.port.announced(PATH, { epoch: 10, hops: ['from'] }, 0);
  const [waiting, served] = [recordingEvents(), recordingEvents()];
  const demand = to.port.requested(PATH, waiting, 0);
  to.recording.closed = true;
  to.port.closed(5);
  demand.close(6);
  t.same(from.recording.open, []);
  const publication = registry.publish(OTHER, { nowMs: 7, epochSeconds: 10, publisher: PUBLISHER });
  from.port.requested(OTHER, served, 7);
  from.recording.closed = true;
  from.port.closed(8);
  t.same(
    registry.snapshot().map(({ path, downstreams }) => [path, downstreams]),
    [[OTHER, []]],
  );
  publication.end(9);
  t.same(registry.snapshot(), []);
  t.same(waiting.log, []);
});

t.test('a changed answer to subscribe always takes effect when reconsidered', async (t) => {
  let isAlways = false;
  const { registry, link } = aRelay({ subscribeAlways: () => isAlways, lingerMs: 100 });
  const { recording, port } = link('from');
  port.announced(PATH, { epoch: 10, hops: ['from'] }, 0);
  isAlways = true;
  registry.reconsider(0);
  t.same(recording.takeLog(), [`subscribe ${PATH} newest`]);
  isAlways = false;
  registry.reconsider(10);
  registry.poll(110);
  t.same(recording.takeLog(), [`unsubscribe ${PATH}`]);
});

t.test('shutting down tells every link', async (t) => {
  const { registry, link, publish } = aRelay();
  const { recording, port } = link('peer');
  publish();
  port.announced(OTHER, { epoch: 10, hops: ['peer'] }, 0);
  registry.view(OTHER, { nowMs: 0 });
  recording.takeLog();
  registry.shutDown(5);
  t.same(recording.takeLog(), [`withdraw ${PATH}`, `unsubscribe ${OTHER}`]);
});

t.test('after shutting down nothing is announced, subscribed to or kept', async (t) => {
  const { registry, link, publish } = aRelay({ subscribeAlways: () => true });
  const [from, to] = [link('from'), link('to')];
  from.port.announced(PATH, { epoch: 10, hops: ['from'] }, 0);
  const events = recordingEvents();
  to.port.requested(PATH, events, 0);
  registry.shutDown(5);
  t.same(events.log, ['refused unavailable']);
  from.recording.takeLog();
  to.recording.takeLog();
  from.port.announced(OTHER, { epoch: 10, hops: ['from'] }, 10);
  registry.view(PATH, { nowMs: 10 });
  publish(20, OTHER).end(15);
  t.same([...from.recording.takeLog(), ...to.recording.takeLog()], []);
  registry.poll(1e6);
  t.equal(registry.timers.size, 0);
});
