/** Registries joined by link sessions over virtual links: everything of a relay but its sockets. */
import { Random, VirtualClock, type VirtualLinkOptions, virtualLink } from '@longhaul/testkit';
import t from 'tap';
import type { FeedEntry } from '../../src/feed-log.js';
import { LinkSession } from '../../src/link/index.js';
import type { RegistryOptions } from '../../src/registry/options.js';
import { Registry } from '../../src/registry/registry.js';
import type { Viewer } from '../../src/viewer.js';
import { PATH } from './fixture.js';

const PUBLISHER = { kind: 'rtmp', address: '127.0.0.1:5000' };

class Relay {
  readonly registry: Registry;
  readonly name: string;
  readonly clock: VirtualClock;

  constructor(name: string, clock: VirtualClock, options: Partial<RegistryOptions> = {}) {
    this.name = name;
    this.clock = clock;
    this.registry = new Registry({ relayId: name, ...options });
    clock.every(5, (nowMs) => this.registry.poll(nowMs));
  }

  /** Dials `other`. Returns how to make the link vanish. */
  dial(other: Relay, options: VirtualLinkOptions = {}) {
    const { clock } = this;
    const { dialer, acceptor, link } = virtualLink({
      latencyMs: 40,
      ...options,
      clock,
      dialer: { name: this.name },
      acceptor: { name: other.name },
    });
    const sessions = (
      [
        [this, dialer],
        [other, acceptor],
      ] as const
    ).map(([relay, connection]) => {
      const session = new LinkSession(connection, {
        relayId: relay.name,
        now: () => clock.nowMs,
        port: (made) => relay.registry.addLink(made, clock.nowMs),
      });
      clock.every(5, (nowMs) => session.poll(nowMs));
      session.start();
      return session;
    });
    return { sessions, vanish: () => link.vanish() };
  }

  view(): { viewer: Viewer; entries: FeedEntry[] } {
    const viewer = this.registry.view(PATH, { nowMs: this.clock.nowMs });
    const entries: FeedEntry[] = [];
    this.clock.every(5, (nowMs) => {
      entries.push(...viewer.take(nowMs, { maxBytes: 1e9 }));
    });
    return { viewer, entries };
  }

  /** Publishes `seconds` in real time: 25 pictures a second, a key frame a second, audio between. */
  publish(seconds: number, options: { epochSeconds?: number; seed?: number } = {}) {
    const { clock } = this;
    const publication = this.registry.publish(PATH, {
      nowMs: clock.nowMs,
      epochSeconds: options.epochSeconds ?? 100,
      publisher: PUBLISHER,
    });
    const random = new Random(options.seed ?? 1);
    const sent: string[] = [];
    const write = (
      media: 'video' | 'audio' | 'data',
      kind: 'init' | 'key' | 'delta' | 'audio',
      timestamp: number,
    ) => {
      const payload = random.bytes(kind === 'key' ? 3_000 : kind === 'audio' ? 100 : 700);
      sent.push(`${media} ${kind} ${timestamp} ${Buffer.from(payload).toString('base64', 0, 24)}`);
      publication.writer.write({ media, index: 0, kind, timestamp, payload }, clock.nowMs);
    };
    write('data', 'init', 0);
    write('video', 'init', 0);
    write('audio', 'init', 0);
    for (let picture = 0; picture < seconds * 25; picture += 1) {
      clock.at(clock.nowMs + picture * 40, () => {
        write('video', picture % 25 === 0 ? 'key' : 'delta', picture * 40);
        write('audio', 'audio', picture * 40 + 20);
      });
    }
    return { publication, sent };
  }
}

function seen(entries: readonly FeedEntry[]): string[] {
  return entries.map(
    ({ media, frame: { kind, timestamp, payload } }) =>
      `${media} ${kind} ${timestamp} ${Buffer.from(payload).toString('base64', 0, 24)}`,
  );
}

t.test('over a clean link a viewer that waited gets every frame once, in the order of ingest', async (t) => {
  const clock = new VirtualClock();
  const [edge, center] = [new Relay('edge', clock), new Relay('center', clock)];
  center.dial(edge);
  clock.advance(300);
  const { viewer, entries } = center.view();
  const { sent, publication } = edge.publish(6);
  clock.advance(7_000);
  t.strictSame(seen(entries), sent);
  publication.end(clock.nowMs);
  clock.advance(15_000);
  t.equal(viewer.state.kind, 'ended');
});

t.test(
  'a broadcast that ends before its announcement has crossed reaches those who waited for it',
  async (t) => {
    const clock = new VirtualClock();
    const [edge, hub, far] = ['edge', 'hub', 'far'].map((name) => new Relay(name, clock)) as [
      Relay,
      Relay,
      Relay,
    ];
    hub.dial(edge, { latencyMs: 300 });
    far.dial(hub, { latencyMs: 300 });
    clock.advance(3_000);
    const [near, distant] = [hub.view(), far.view()];
    const { sent, publication } = edge.publish(0.2);
    clock.advance(200);
    publication.end(clock.nowMs);
    clock.advance(4_000);
    t.equal(sent.length, 13);
    t.strictSame(seen(near.entries), sent);
    t.strictSame(seen(distant.entries), sent);
    clock.advance(20_000);
    for (const { registry } of [edge, hub, far]) {
      t.strictSame(registry.snapshot(), []);
      t.equal(registry.timers.size, 0, 'nothing is kept of it');
    }
  },
);

t.test('three relays in a row over lossy links: every frame once, in order per track', async (t) => {
  const clock = new VirtualClock();
  const relays = ['edge', 'hub', 'far'].map((name) => new Relay(name, clock));
  const [edge, hub, far] = relays as [Relay, Relay, Relay];
  hub.dial(edge, { loss: 0.03, jitterMs: 15, seed: 4 });
  hub.dial(far, { loss: 0.03, jitterMs: 15, seed: 5 });
  clock.advance(1_000);
  const first = far.view();
  const second = far.view();
  const { sent } = edge.publish(8);
  clock.advance(12_000);
  for (const { entries } of [first, second]) {
    for (const media of ['video', 'audio', 'data']) {
      t.strictSame(
        seen(entries).filter((line) => line.startsWith(media)),
        sent.filter((line) => line.startsWith(media)),
        media,
      );
    }
  }
  t.equal(hub.registry.snapshot().length, 1);
});

t.test('a publisher that returns keeps its viewers: new epoch, timestamps go on', async (t) => {
  const clock = new VirtualClock();
  const [edge, center] = [new Relay('edge', clock), new Relay('center', clock)];
  center.dial(edge);
  clock.advance(300);
  const { viewer, entries } = center.view();
  const first = edge.publish(2, { epochSeconds: 100 });
  clock.advance(2_500);
  first.publication.end(clock.nowMs);
  clock.advance(1_000);
  const second = edge.publish(2, { epochSeconds: 103, seed: 2 });
  clock.advance(3_000);
  t.equal(viewer.state.kind, 'live');
  t.strictSame(seen(entries), [...first.sent, ...second.sent]);
  t.strictSame([...new Set(entries.map(({ epoch }) => epoch))], [100, 103]);
  const media = entries.filter(({ frame }) => frame.kind !== 'init');
  t.ok(
    media.every(
      (entry, index) => index === 0 || entry.timestamp >= (media[index - 1] as FeedEntry).timestamp,
    ),
  );
});

t.test('a link that is lost is resumed over the next one: nothing twice, nothing missing', async (t) => {
  const clock = new VirtualClock();
  const [edge, center] = [new Relay('edge', clock), new Relay('center', clock)];
  const link = center.dial(edge);
  clock.advance(300);
  const { entries } = center.view();
  const { sent } = edge.publish(10);
  clock.advance(3_010);
  link.vanish();
  clock.advance(500);
  for (const session of link.sessions) session.close(0, 'replaced');
  center.dial(edge);
  clock.advance(10_000);
  t.equal(new Set(seen(entries)).size, entries.length, 'nothing twice');
  for (const media of ['video', 'audio']) {
    t.strictSame(
      seen(entries).filter((line) => line.startsWith(media)),
      sent.filter((line) => line.startsWith(media)),
      media,
    );
  }
});

t.test('a viewer that waits for a redial has media again after one round trip', async (t) => {
  const [clock, latencyMs] = [new VirtualClock(), 95];
  const [edge, center] = [new Relay('edge', clock), new Relay('center', clock)];
  const link = center.dial(edge, { latencyMs });
  clock.advance(500);
  const { entries } = center.view();
  edge.publish(10);
  clock.advance(3_000);
  link.vanish();
  for (const session of link.sessions) session.close(0, 'lost');
  clock.advance(1_000);
  const before = entries.length;
  // The link is usable when it is dialled, as with 0-RTT: the Subscribe leaves beside the Hello.
  center.dial(edge, { latencyMs });
  const dialledMs = clock.nowMs;
  while (entries.length === before && clock.nowMs < dialledMs + 2_000) clock.advance(1);
  const trips = (clock.nowMs - dialledMs) / (2 * latencyMs);
  t.ok(trips >= 1 && trips <= 1.15, `${trips.toFixed(2)} round trips`);
});

t.test('rings do not go round: each relay takes the shortest way', async (t) => {
  const clock = new VirtualClock();
  const relays = ['a', 'b', 'c'].map((name) => new Relay(name, clock, { subscribeAlways: () => true }));
  const [a, b, c] = relays as [Relay, Relay, Relay];
  a.dial(b);
  b.dial(c);
  c.dial(a);
  clock.advance(500);
  const { sent } = a.publish(2);
  const views = [b, c].map((relay) => relay.view());
  clock.advance(5_000);
  for (const { entries } of views) t.equal(entries.length, sent.length);
});
