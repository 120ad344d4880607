import fc from 'fast-check';
import t from 'tap';
import type { FeedEntry } from '../../src/feed-log.js';
import type { Publication } from '../../src/registry/publication.js';
import { Registry } from '../../src/registry/registry.js';
import type { Viewer } from '../../src/viewer.js';
import { type JoinedRegistries, joinRegistries } from '../support/links.js';
import { PATH, TestPublisher, takeEntries } from '../support/media.js';

const PUBLISHER = { kind: 'rtmp', address: '127.0.0.1:5000' };
const RELAYS = 4;
const MAX_STALE_MS = 60_000;

type Step =
  | { do: 'publish' | 'unpublish' | 'view' | 'leave' | 'write' | 'take'; relay: number }
  | { do: 'join' | 'cut' | 'goAway'; relay: number; other: number }
  | { do: 'pump' }
  | { do: 'wait'; ms: number };

interface Watcher {
  readonly viewer: Viewer;
  readonly relay: number;
  readonly taken: FeedEntry[];
}

/** Four relays, links between them that come and go, one path. Frames cross at once; what is said crosses when pumped. */
class World {
  nowMs = 0;
  readonly registries = Array.from({ length: RELAYS }, (_, index) => {
    return new Registry({
      relayId: `r${index}`,
      lingerMs: 2_000,
      publisherLingerMs: 3_000,
      unknownWaitMs: 4_000,
    });
  });
  readonly links = new Map<string, JoinedRegistries>();
  readonly publications = new Map<
    number,
    { publication: Publication; publisher: TestPublisher; at: number }
  >();
  watchers: Watcher[] = [];

  run(step: Step): void {
    if (step.do === 'pump') this.pump();
    else if (step.do === 'wait') this.wait(step.ms);
    else if (step.do === 'join' || step.do === 'cut' || step.do === 'goAway') this.#link(step);
    else this.#act(step);
  }

  pump(): void {
    for (let turn = 0; turn < 20; turn += 1) for (const link of this.links.values()) link.pump();
  }

  wait(ms: number): void {
    this.nowMs += ms;
    for (const registry of this.registries) registry.poll(this.nowMs);
  }

  take(): void {
    for (const watcher of this.watchers) watcher.taken.push(...takeEntries(watcher.viewer, this.nowMs));
  }

  write(relay: number): void {
    const live = this.publications.get(relay);
    if (live === undefined) return;
    live.publisher.nowMs = this.nowMs;
    live.publisher.group(live.at, 2);
    live.at += 80;
  }

  end(): void {
    for (const { publication } of this.publications.values()) publication.end(this.nowMs);
    for (const { viewer } of this.watchers) viewer.close(this.nowMs);
  }

  #act({ do: act, relay }: { do: string; relay: number }): void {
    const registry = this.registries[relay] as Registry;
    if (act === 'publish' && !this.publications.has(relay)) {
      const options = {
        nowMs: this.nowMs,
        epochSeconds: Math.floor(this.nowMs / 1_000),
        publisher: PUBLISHER,
      };
      const publication = registry.publish(PATH, options);
      this.publications.set(relay, { publication, publisher: new TestPublisher(publication.writer), at: 0 });
    } else if (act === 'unpublish') {
      this.publications.get(relay)?.publication.end(this.nowMs);
      this.publications.delete(relay);
    } else if (act === 'view') {
      this.watchers.push({ viewer: registry.view(PATH, { nowMs: this.nowMs }), relay, taken: [] });
    } else if (act === 'leave')
      this.watchers.find((watcher) => watcher.relay === relay)?.viewer.close(this.nowMs);
    else if (act === 'write') this.write(relay);
    else this.take();
  }

  #link({ do: act, relay, other }: { do: string; relay: number; other: number }): void {
    if (relay === other) return;
    const key = [relay, other].sort().join('-');
    const link = this.links.get(key);
    const [a, b] = [Math.min(relay, other), Math.max(relay, other)];
    if (act === 'join' && link === undefined) {
      const end = (index: number) => ({ name: `r${index}`, registry: this.registries[index] as Registry });
      this.links.set(key, joinRegistries(end(a), end(b), this.nowMs));
    } else if (act === 'cut' && link !== undefined) {
      this.links.delete(key);
      link.close(this.nowMs);
    } else if (act === 'goAway') link?.goAway(this.nowMs);
  }
}

const relay = fc.nat(RELAYS - 1);
const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constantFrom('publish', 'unpublish', 'view', 'leave', 'write', 'write', 'take'),
      relay,
    }),
    fc.record({ do: fc.constantFrom('join', 'join', 'cut', 'goAway'), relay, other: relay }),
    fc.record({ do: fc.constant('pump') }),
    fc.record({ do: fc.constant('wait'), ms: fc.nat(2_500) }),
  ) as fc.Arbitrary<Step>,
  { maxLength: 60 },
);

/** Per epoch and track ordinals grow, epochs do not mix, and a delta follows its key frame. */
function isSound(taken: readonly FeedEntry[]): boolean {
  const last = new Map<string, number>();
  const epochs: number[] = [];
  let hasKey = false;
  for (const { epoch, media, frame } of taken) {
    if (epochs.at(-1) !== epoch) {
      if (epochs.includes(epoch)) return false;
      epochs.push(epoch);
      hasKey = false;
    }
    const key = `${epoch} ${media}`;
    if (frame.ordinal <= (last.get(key) ?? -1)) return false;
    last.set(key, frame.ordinal);
    if (frame.kind === 'key') hasKey = true;
    if (frame.kind === 'delta' && !hasKey) return false;
  }
  return true;
}

function check(holds: boolean, rule: string): void {
  if (!holds) throw new Error(rule);
}

t.test('whatever publishers, viewers and links do: one subscription a link, sound viewers', async (t) => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const world = new World();
      for (const step of sequence) {
        world.run(step);
        for (const [name, link] of world.links) {
          const [there, back] = link.subscriptions(PATH);
          check(
            there <= 2 && back <= 2,
            `${name}: one subscription for the old epoch and one for the new at most`,
          );
        }
      }
      world.pump();
      for (const [name, link] of world.links) {
        const [there, back] = link.subscriptions(PATH);
        check(there + back <= 1, `${name}: one subscription, one way, once all is said`);
      }
      world.take();
      for (const { taken } of world.watchers) check(isSound(taken), 'a viewer got what it cannot use');
    }),
    { numRuns: 400 },
  );
  t.pass('held for all runs');
});

t.test('when everybody has left nothing is left: no path, no subscription, no timer', async (t) => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const world = new World();
      for (const step of sequence) world.run(step);
      world.end();
      for (let turn = 0; turn < 5; turn += 1) {
        world.pump();
        world.wait(MAX_STALE_MS);
      }
      for (const [name, link] of world.links)
        check(link.subscriptions(PATH).join() === '0,0', `${name} is subscribed`);
      for (const registry of world.registries) {
        check(registry.timers.size === 0, 'a timer is left');
        check(registry.snapshot().length === 0, `a path is left: ${JSON.stringify(registry.snapshot())}`);
      }
    }),
    { numRuns: 300 },
  );
  t.pass('held for all runs');
});

t.test(
  'when things calm down every viewer that can reach a publisher sees its next key frame at once',
  async (t) => {
    fc.assert(
      fc.property(steps, relay, (sequence, at) => {
        const world = new World();
        for (const step of sequence) world.run(step);
        for (const index of world.publications.keys()) world.run({ do: 'unpublish', relay: index });
        for (let index = 0; index + 1 < RELAYS; index += 1) {
          world.run({ do: 'cut', relay: index, other: index + 1 });
          world.run({ do: 'join', relay: index, other: index + 1 });
        }
        world.pump();
        world.wait(20_000);
        world.run({ do: 'publish', relay: at });
        world.pump();
        world.watchers = [];
        for (let index = 0; index < RELAYS; index += 1) world.run({ do: 'view', relay: index });
        world.pump();
        world.wait(0);
        world.write(at);
        world.take();
        for (const { relay: index, taken } of world.watchers) {
          const got = taken.map((entry) => entry.frame.kind).join(' ');
          check(got === 'key audio delta audio', `the viewer at r${index} got: ${got}`);
        }
      }),
      { numRuns: 300 },
    );
    t.pass('held for all runs');
  },
);
