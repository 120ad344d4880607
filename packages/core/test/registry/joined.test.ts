import t from 'tap';
import * as Path from '../../src/path.js';
import type { RegistryOptions } from '../../src/registry/options.js';
import { Registry } from '../../src/registry/registry.js';
import { joinRegistries } from '../support/links.js';
import { PATH, TestPublisher, takeAll } from '../support/media.js';

const PUBLISHER = { kind: 'rtmp', address: '127.0.0.1:5000' };

function aRelay(name: string, options: Partial<RegistryOptions> = {}) {
  return { name, registry: new Registry({ relayId: name, ...options }) };
}

function publish(registry: Registry, nowMs = 0, epochSeconds = 100) {
  const publication = registry.publish(PATH, { nowMs, epochSeconds, publisher: PUBLISHER });
  return { publication, publisher: new TestPublisher(publication.writer) };
}

t.test('a frame written at one relay reaches a viewer at the third in the same call', async (t) => {
  const [edge, hub, far] = [aRelay('edge'), aRelay('hub'), aRelay('far')];
  const links = [joinRegistries(edge, hub, 0), joinRegistries(hub, far, 0)];
  const pump = () => {
    for (let turn = 0; turn < 5; turn += 1) for (const link of links) link.pump();
  };
  const early = far.registry.view(PATH, { nowMs: 0 });
  const { publisher, publication } = publish(edge.registry);
  publisher.inits();
  publisher.audio(0);
  publisher.key(10);
  pump();
  t.same(takeAll(early), ['data.init@0', 'video.init@0', 'audio.init@0', 'audio@0', 'video.key@10']);
  const viewers = [1, 2, 3].map(() => far.registry.view(PATH, { nowMs: 0 }));
  pump();
  t.same(
    links.map((link) => link.subscriptions(PATH)),
    [
      [0, 1],
      [0, 1],
    ],
    'one subscription a link, whatever the viewers',
  );
  let wakes = 0;
  for (const viewer of viewers) {
    takeAll(viewer);
    viewer.onWake = () => {
      wakes += 1;
    };
  }
  publisher.delta(50);
  t.equal(wakes, 3);
  publication.end(100);
  pump();
  t.same(takeAll(early), ['video.delta@50']);
  for (const { registry } of [far, hub, edge]) registry.poll(1e6);
  pump();
  t.same(early.state, { kind: 'ended', reason: 'unpublished' });
  for (const { registry } of [edge, hub, far]) {
    registry.poll(2e6);
    t.same(registry.snapshot(), []);
    t.equal(registry.timers.size, 0);
  }
});

t.test('an edge serves its own viewers and the center at the same time', async (t) => {
  const [edge, center] = [aRelay('edge'), aRelay('center')];
  const link = joinRegistries(edge, center, 0);
  const { publisher } = publish(edge.registry);
  link.pump();
  const viewers = [edge, center].map(({ registry }) => registry.view(PATH, { nowMs: 0 }));
  link.pump();
  publisher.group(0, 2);
  t.same(
    viewers.map((viewer) => takeAll(viewer)),
    Array(2).fill(['video.key@0', 'audio@0', 'video.delta@40', 'audio@40']),
  );
});

t.test('a ring of relays does not forward in circles, and survives the loss of any one link', async (t) => {
  const relays = ['a', 'b', 'c', 'd'].map((name) => aRelay(name));
  const links = relays.map((relay, index) => joinRegistries(relay, relays[(index + 1) % 4] as never, 0));
  const pump = () => {
    for (let turn = 0; turn < 10; turn += 1) for (const link of links) link.pump();
  };
  const { publisher } = publish(relays[0]?.registry as Registry);
  pump();
  const viewers = relays.map(({ registry }) => registry.view(PATH, { nowMs: 0 }));
  pump();
  publisher.key(0);
  links[1]?.close(10);
  links[2]?.pump();
  pump();
  publisher.delta(40);
  links[0]?.close(20);
  pump();
  publisher.delta(80);
  pump();
  publisher.delta(120);
  const taken = viewers.map((viewer) => takeAll(viewer));
  t.same(taken[0], ['video.key@0', 'video.delta@40', 'video.delta@80', 'video.delta@120']);
  t.same(taken[3], taken[0], 'the other way round');
  t.same(taken[2], taken[0]);
  t.same(taken[1], ['video.key@0', 'video.delta@40'], 'cut off: nothing but what came before');
});

t.test('a publisher that moves to another edge takes its viewers along', async (t) => {
  const [one, two, center] = [aRelay('one'), aRelay('two'), aRelay('center')];
  const links = [joinRegistries(one, center, 0), joinRegistries(two, center, 0)];
  const pump = () => {
    for (let turn = 0; turn < 5; turn += 1) for (const link of links) link.pump();
  };
  const first = publish(one.registry, 0, 100);
  pump();
  const viewer = center.registry.view(PATH, { nowMs: 0 });
  pump();
  first.publisher.audio(5_000);
  const second = publish(two.registry, 10, 107);
  second.publisher.audio(0);
  pump();
  first.publication.end(10_000);
  second.publisher.audio(23);
  pump();
  t.same(takeAll(viewer), ['audio@5000', 'audio@5040', 'audio@5063']);
});

t.test('other paths are untouched by what happens to one', async (t) => {
  const [edge, center] = [aRelay('edge'), aRelay('center')];
  const link = joinRegistries(edge, center, 0);
  const other = Path.parse('default/live/other');
  const kept = edge.registry.publish(other, { nowMs: 0, epochSeconds: 1, publisher: PUBLISHER });
  const { publication } = publish(edge.registry);
  link.pump();
  const viewer = center.registry.view(other, { nowMs: 0 });
  center.registry.view(PATH, { nowMs: 0 });
  link.pump();
  publication.end(0);
  link.pump();
  new TestPublisher(kept.writer).audio(7);
  t.same(takeAll(viewer), ['audio@7']);
});
