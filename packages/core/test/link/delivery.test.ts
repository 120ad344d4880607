import t from 'tap';
import type { Frame, FrameKind } from '../../src/frame.js';
import * as Path from '../../src/path.js';
import { type Arrival, type Pair, type PairOptions, Publisher, pair, subscribe } from './fixture.js';

/** A frame that came, and how long after it was written, ms. */
interface Timed extends Arrival {
  readonly delayMs: number;
}

/** What `play` plays. */
interface Played {
  readonly seconds: number;
  readonly discardable?: boolean;
  /** From key frame to key frame. */
  readonly groupPictures?: number;
  /** Of the picture of this number, instead of what the others have. */
  readonly large?: { readonly picture: number; readonly bytes: number };
}

/** 25 pictures a second, 2.5 Mbit/s, a key frame every two seconds, every third picture discardable if asked; audio between. */
function play({ clock }: Pair, publisher: Publisher, options: Played): void {
  const { seconds, discardable = false, groupPictures = 50, large } = options;
  for (let picture = 0; picture < seconds * 25; picture += 1) {
    clock.at(clock.nowMs + picture * 40, () => {
      const kind: FrameKind =
        picture % groupPictures === 0 ? 'key' : discardable && picture % 3 === 2 ? 'discardable' : 'delta';
      const usual = kind === 'key' ? 60_000 : 11_500;
      const size = picture === large?.picture ? large.bytes : usual;
      publisher.write('video', kind, { timestamp: picture * 40, size });
      publisher.write('audio', 'audio', { timestamp: picture * 40 + 20, size: 300 });
    });
  }
}

/** Subscribes; `came` grows with what arrives. */
function watch(link: Pair, publisher: Publisher): { readonly came: Timed[]; readonly told: Frame[] } {
  const { clock, edge, center } = link;
  edge.port.broadcasts.set(publisher.broadcast.path, publisher.broadcast);
  const writtenMs = new Map<number, number>();
  publisher.broadcast.observe({ onFrame: (_group, frame) => writtenMs.set(frame.ordinal, clock.nowMs) });
  const seen = subscribe(center, clock, { path: publisher.broadcast.path, limits: { historyMs: 60_000 } });
  clock.advance(1_000);
  const came: Timed[] = [];
  const told: Frame[] = [];
  seen.broadcast?.observe({
    onFrame: ({ track, sequence }, frame) => {
      if (frame.dropped === true) told.push(frame);
      else
        came.push({
          track: track.name,
          sequence,
          frame,
          delayMs: clock.nowMs - (writtenMs.get(frame.ordinal) as number),
        });
    },
  });
  return { came, told };
}

function slow(rateBps: number, more: PairOptions = {}): Pair {
  const delivery = { latencyBudgetMs: 1_500 };
  return pair({
    link: { rateBps, latencyMs: 50 },
    ...more,
    edge: { delivery, ...more.edge },
    center: { delivery, ...more.center },
  });
}

const ofKind = (frames: readonly Timed[], kind: FrameKind) =>
  frames.filter(({ frame }) => frame.kind === kind);

t.test(
  'a link that is too slow loses deltas, no key frame and no audio, and is never far behind',
  async (t) => {
    const link = slow(1_500_000);
    const publisher = new Publisher(link.clock);
    const { came, told } = watch(link, publisher);
    play(link, publisher, { seconds: 16 });
    link.clock.advance(20_000);
    t.equal(ofKind(came, 'key').length, 8, 'every key frame');
    t.equal(ofKind(came, 'audio').length, 16 * 25, 'all audio');
    const deltas = ofKind(came, 'delta').length;
    t.ok(deltas > 150 && deltas < 270, `${deltas} of 392 deltas`);
    const worst = Math.max(...came.map(({ delayMs }) => delayMs));
    t.ok(worst < 2_500, `the delay is bounded by what a group is behind at its end: ${worst} ms`);
    t.ok(Math.max(...ofKind(came, 'audio').map(({ delayMs }) => delayMs)) < 150, 'audio waits for no video');
    const { dropped } = link.edge.session.snapshot().sent;
    t.equal(came.length + told.length, publisher.sent.length, 'what did not come is told');
    t.equal((dropped.skipped?.delta ?? 0) + (dropped.expired?.delta ?? 0), told.length, 'and counted');
    t.strictSame(link.center.session.snapshot().received.dropped, { 'by-peer': { delta: told.length } });
    t.strictSame(link.edge.session.snapshot().endedEarly.local, {}, 'no stream is reset');
  },
);

t.test('nothing is dropped on a link that is fast enough', async (t) => {
  for (const link of [
    slow(3_000_000),
    slow(4_000_000, { link: { rateBps: 4_000_000, latencyMs: 100, loss: 0.02, meanBurst: 3 } }),
    slow(50_000_000, { link: { rateBps: 50_000_000, latencyMs: 150, jitterMs: 20, loss: 0.01 } }),
  ]) {
    const publisher = new Publisher(link.clock);
    const { came, told } = watch(link, publisher);
    play(link, publisher, { seconds: 12, discardable: true });
    link.clock.advance(15_000);
    t.equal(came.length, publisher.sent.length);
    t.equal(told.length, 0);
    const { sent } = link.edge.session.traffic;
    t.strictSame(sent, link.edge.session.snapshot().sent);
    t.strictSame(sent.dropped, {});
    t.equal(link.center.session.traffic.received.frames, sent.frames);
  }
});

t.test('a group that was held up is sent whole when the next key frame hardly waits for it', async (t) => {
  // One picture of 1.6 s is as an outage: what is behind it is over the budget, and has left 0.7 s after the next key frame came.
  const link = slow(6_000_000);
  const publisher = new Publisher(link.clock);
  const { came, told } = watch(link, publisher);
  play(link, publisher, { seconds: 6, large: { picture: 64, bytes: 1_200_000 } });
  link.clock.advance(8_000);
  const late = ofKind(came, 'delta').filter(({ delayMs }) => delayMs > 1_550);
  t.ok(late.length > 0, `${late.length} pictures behind it were over the budget`);
  t.equal(told.length, 0);
  t.equal(came.length, publisher.sent.length);
});

t.test('a group that was held up gives way to a key frame that is late itself', async (t) => {
  const link = slow(6_000_000);
  const publisher = new Publisher(link.clock);
  const { came, told } = watch(link, publisher);
  play(link, publisher, { seconds: 6, large: { picture: 64, bytes: 1_600_000 } });
  link.clock.advance(8_000);
  const { dropped } = link.edge.session.snapshot().sent;
  t.strictSame(dropped, { skipped: { delta: told.length } });
  t.ok(told.length > 10, `${told.length} pictures`);
  const keys = ofKind(came, 'key').map(({ delayMs }) => delayMs);
  t.equal(keys.length, 3);
  t.ok(Math.max(...keys) < 1_200, `half the budget and its own way: ${keys}`);
});

t.test('pictures that are late are better than none while no key frame is near', async (t) => {
  const link = slow(1_500_000);
  const publisher = new Publisher(link.clock, { limits: { historyMs: 60_000 } });
  const { came } = watch(link, publisher);
  play(link, publisher, { seconds: 20, groupPictures: 250 });
  link.clock.advance(25_000);
  t.equal(ofKind(came, 'key').length, 2);
  const deltas = ofKind(came, 'delta').length;
  // The link can carry 62 % of the stream.
  t.ok(deltas > 0.55 * 498, `${deltas} of 498`);
});

t.test('pictures that are four budgets late are not sent, though no key frame is near', async (t) => {
  const link = slow(800_000);
  const publisher = new Publisher(link.clock, { limits: { historyMs: 60_000 } });
  const { came } = watch(link, publisher);
  play(link, publisher, { seconds: 14, groupPictures: 350 });
  link.clock.advance(20_000);
  const worst = Math.max(...came.map(({ delayMs }) => delayMs));
  t.ok(worst > 5_500 && worst < 7_000, `${worst} ms`);
  t.ok((link.edge.session.snapshot().sent.dropped.expired?.delta ?? 0) > 100);
});

for (const seconds of [7, 12]) {
  t.test(`an outage of ${seconds} s costs a long group nothing where the link catches up`, async (t) => {
    // One picture takes so long; the link can do four times the stream.
    const link = slow(10_000_000);
    const publisher = new Publisher(link.clock, { limits: { historyMs: 60_000 } });
    const { came, told } = watch(link, publisher);
    const large = { picture: 25, bytes: seconds * 1_250_000 };
    play(link, publisher, { seconds: 24, groupPictures: 600, large });
    link.clock.advance(30_000);
    t.ok(Math.max(...came.map(({ delayMs }) => delayMs)) > seconds * 1_000 - 500);
    t.strictSame(told, []);
  });
}

t.test('late pictures are sent while nothing waits behind them', async (t) => {
  // One picture takes 2 seconds, all others together a hundredth of what the link can do.
  const link = slow(6_000_000);
  const publisher = new Publisher(link.clock);
  const { came, told } = watch(link, publisher);
  for (let picture = 0; picture < 500; picture += 1) {
    link.clock.at(link.clock.nowMs + picture * 40, () => {
      const kind: FrameKind = picture % 250 === 0 ? 'key' : 'delta';
      publisher.write('video', kind, { timestamp: picture * 40, size: picture === 300 ? 1_500_000 : 300 });
    });
  }
  link.clock.advance(25_000);
  const waited = came.filter(({ delayMs }) => delayMs > 1_600);
  t.ok(waited.length > 5, `${waited.length} pictures were later than the budget`);
  t.equal(told.length, 0);
  t.equal(came.length, 500);
});

t.test('a subscriber that can wait for ever loses nothing to its budget', async (t) => {
  const link = slow(1_500_000, { center: { delivery: { latencyBudgetMs: 0 } } });
  const publisher = new Publisher(link.clock, { limits: { historyMs: 60_000 } });
  const { came } = watch(link, publisher);
  play(link, publisher, { seconds: 10 });
  link.clock.advance(30_000);
  t.strictSame(link.edge.session.snapshot().sent.dropped, {});
  t.equal(came.length, publisher.sent.length);
});

t.test('frames that nothing refers to go first', async (t) => {
  // Without a third of its pictures the stream fits.
  const link = slow(2_000_000);
  const publisher = new Publisher(link.clock);
  const { came } = watch(link, publisher);
  play(link, publisher, { seconds: 12, discardable: true });
  link.clock.advance(15_000);
  const { dropped } = link.edge.session.snapshot().sent;
  const lostDeltas = (dropped.skipped?.delta ?? 0) + (dropped.expired?.delta ?? 0);
  const lostOthers = (dropped.skipped?.discardable ?? 0) + (dropped.expired?.discardable ?? 0);
  t.ok(lostOthers > 20, `${lostOthers} discardable frames were dropped`);
  t.ok(lostDeltas < lostOthers / 4, `${lostDeltas} deltas`);
  t.equal(ofKind(came, 'key').length, 6);
});

t.test('two broadcasts share what a link can do', async (t) => {
  const link = slow(3_000_000);
  const other = Path.parse('default/live/other');
  const publishers = [new Publisher(link.clock), new Publisher(link.clock, { path: other })] as const;
  const seen = publishers.map((publisher) => watch(link, publisher));
  for (const publisher of publishers) play(link, publisher, { seconds: 20 });
  link.clock.advance(22_000);
  const [first, second] = seen.map(({ came }) => ofKind(came, 'delta').length) as [number, number];
  t.ok(first > 200 && second > 200, `${first} and ${second} of 490 deltas`);
  t.ok(Math.abs(first - second) < 60);
  for (const { came } of seen) {
    t.equal(ofKind(came, 'key').length, 10);
    t.equal(ofKind(came, 'audio').length, 500);
  }
});

t.test('a stream of which not even the key frame has left is reset', async (t) => {
  // A key frame takes 2.4 seconds, and there is one every two.
  const link = slow(200_000);
  const publisher = new Publisher(link.clock);
  const { came } = watch(link, publisher);
  play(link, publisher, { seconds: 8 });
  link.clock.advance(12_000);
  const { EXPIRED = 0 } = link.edge.session.snapshot().endedEarly.local;
  t.ok(EXPIRED > 0);
  t.equal(link.center.session.snapshot().endedEarly.peer.EXPIRED, EXPIRED);
  t.equal(ofKind(came, 'key').length + EXPIRED, 4, 'each key frame has come or was given up');
  t.equal(ofKind(came, 'audio').length, 8 * 25);
});

t.test('what was dropped before it came here is told on', async (t) => {
  const link = slow(8_000_000);
  const publisher = new Publisher(link.clock);
  const { came, told } = watch(link, publisher);
  publisher.write('video', 'key', { timestamp: 0, size: 1_000 });
  const group = publisher.broadcast.tracks.get('video0')?.newestGroup;
  const lost = {
    kind: 'delta',
    ordinal: 1,
    timestamp: 40,
    payload: new Uint8Array(0),
    dropped: true,
  } as const;
  group?.append(lost, link.clock.nowMs);
  group?.close('complete', link.clock.nowMs);
  link.clock.advance(1_000);
  t.strictSame(told, [lost]);
  t.equal(came.length, 1);
  t.strictSame(link.edge.session.snapshot().sent.dropped, {}, 'it was not dropped here');
  t.equal(publisher.broadcast.totals.frames.delta, 0, 'nor did it come');
});

t.test('the budget can be changed while the link runs', async (t) => {
  const link = slow(1_500_000, { center: { delivery: { latencyBudgetMs: 0 } } });
  const publisher = new Publisher(link.clock);
  const { told } = watch(link, publisher);
  play(link, publisher, { seconds: 20 });
  link.clock.advance(8_000);
  t.equal(told.length, 0);
  t.equal(link.edge.session.snapshot().served[0]?.latencyBudgetMs, 0);
  link.center.session.setDelivery({ latencyBudgetMs: 1_000 });
  link.clock.advance(4_000);
  t.equal(link.edge.session.snapshot().served[0]?.latencyBudgetMs, 1_000);
  t.ok(told.length > 0);
  link.edge.session.setDelivery({ expiry: false });
  link.clock.advance(2_000);
  const then = told.length;
  link.clock.advance(4_000);
  t.equal(told.length, then);
});

t.test(
  'a subscriber gets the key frame that it starts at before the audio that was cached beside it',
  async (t) => {
    // 30 KB of key frame and as much audio, over a link that takes 240 ms for either.
    const link = slow(1_000_000);
    const publisher = new Publisher(link.clock);
    publisher.write('video', 'key', { timestamp: 0, size: 30_000 });
    for (let n = 0; n < 100; n += 1) {
      publisher.write('audio', 'audio', { timestamp: n * 20, size: 300 });
      publisher.write('video', 'delta', { timestamp: n * 20 + 10, size: 100 });
    }
    link.edge.port.broadcasts.set(publisher.broadcast.path, publisher.broadcast);
    const { clock, center } = link;
    const seen = subscribe(center, clock, { path: publisher.broadcast.path });
    clock.advance(1_500);
    const kinds = seen.arrivals.map(({ frame }) => frame.kind);
    t.equal(kinds.indexOf('key'), 0, `before the key frame: ${kinds.slice(0, kinds.indexOf('key'))}`);
    t.equal(kinds.length, 201, 'all of it');
  },
);

t.test('audio does not wait for a key frame whose stream is given up', async (t) => {
  const link = slow(1_000_000);
  const publisher = new Publisher(link.clock);
  publisher.write('video', 'key', { timestamp: 0, size: 60_000 });
  for (let n = 0; n < 10; n += 1) publisher.write('audio', 'audio', { timestamp: n * 20, size: 300 });
  link.edge.port.broadcasts.set(publisher.broadcast.path, publisher.broadcast);
  const seen = subscribe(link.center, link.clock, { path: publisher.broadcast.path });
  link.clock.advance(250);
  t.strictSame(seen.arrivals, [], 'the key frame is on its way');
  publisher.broadcast.tracks.get('video0')?.groups[0]?.close('truncated', link.clock.nowMs);
  seen.broadcast?.tracks.get('video0')?.groups[0]?.close('truncated', link.clock.nowMs);
  link.clock.advance(1_000);
  t.equal(seen.arrivals.filter(({ frame }) => frame.kind === 'audio').length, 10);
});
