import { CloseCode, EndCode, RequestErrorCode, StreamCode, type Subscribe } from '@longhaul/wire';
import t from 'tap';
import * as Path from '../../src/path.js';
import { linesOf, PATH, Publisher, pair, subscribe } from './fixture.js';
import { rawPair } from './raw.js';

const SUBSCRIBE: Subscribe = {
  kind: 'subscribe',
  subscriptionId: 1,
  path: PATH,
  tracks: [],
  start: 'newest',
  latencyBudgetMs: 0,
  resume: undefined,
};

t.test('a late subscriber starts at a key frame, with init first and audio from there on', async (t) => {
  const { clock, edge, center } = pair();
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  publisher.init();
  publisher.play(10);
  clock.advance(3_500);
  const seen = subscribe(center, clock);
  clock.advance(8_000);
  const video = seen.arrivals.filter(({ track }) => track === 'video0');
  t.equal(video[0]?.frame.kind, 'key');
  t.equal(video[0]?.frame.timestamp, 3_000);
  t.equal(seen.accepted[0]?.firstOrdinal, video[0]?.frame.ordinal);
  const first = video[0]?.frame.ordinal as number;
  t.strictSame(
    linesOf(seen.arrivals, 'audio0'),
    linesOf(publisher.sent, 'audio0').filter((line) => Number(line.split(' ')[2]) > first),
  );
  t.equal(seen.inits.length, 3);
  t.equal(seen.arrivals.length, 7 * 50);
});

t.test('a subscription of the registry that takes its time is answered when it is served', async (t) => {
  const { clock, edge, center } = pair();
  edge.port.later.add(PATH);
  const seen = subscribe(center, clock);
  clock.advance(500);
  t.strictSame(seen.accepted, []);
  t.equal(edge.session.snapshot().served[0]?.epoch, undefined);
  const publisher = new Publisher(clock, { epoch: 5 });
  edge.port.waiting.get(PATH)?.onBroadcast(publisher.broadcast, clock.nowMs);
  publisher.play(1);
  clock.advance(2_000);
  t.strictSame(seen.accepted, [{ epoch: 5, firstOrdinal: 0 }]);
  t.equal(seen.arrivals.length, 50);
});

t.test('the registry may refuse', async (t) => {
  const { clock, edge, center } = pair();
  const unknown = subscribe(center, clock);
  clock.advance(200);
  edge.port.later.add(PATH);
  const loop = subscribe(center, clock);
  clock.advance(200);
  edge.port.waiting.get(PATH)?.onRefused('loop', clock.nowMs);
  clock.advance(200);
  t.strictSame(unknown.ends, [{ kind: 'refused', reason: 'NOT_FOUND: unknown-path' }]);
  t.strictSame(loop.ends, [{ kind: 'refused', reason: 'LOOP: loop' }]);
  t.equal(edge.port.demands, 0);
  t.strictSame(edge.session.snapshot().served, []);
});

t.test('an unsubscribed broadcast costs nothing any more', async (t) => {
  const { clock, edge, center } = pair();
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  publisher.init();
  const seen = subscribe(center, clock);
  clock.advance(200);
  publisher.play(4);
  clock.advance(1_500);
  const before = seen.arrivals.length;
  seen.subscription.close(clock.nowMs);
  seen.subscription.close(clock.nowMs);
  clock.advance(200);
  t.equal(edge.port.demands, 0);
  const { sent } = edge.session.snapshot();
  clock.advance(3_000);
  t.equal(edge.session.snapshot().sent.frames, sent.frames);
  t.equal(seen.arrivals.length, before);
  t.strictSame(seen.ends, []);
  t.strictSame(edge.session.snapshot().served, []);
  t.strictSame(center.session.snapshot().requested, []);
  t.equal(center.session.snapshot().openStreams.receiving, 0);
});

t.test('a slow link loses whole groups that leave the cache, counts them and goes on', async (t) => {
  // 25 * 1.5 kB + 4.5 kB a second are 340 kbit/s and a bit of audio: the link takes less than half of it.
  const { clock, edge, center } = pair({
    link: { rateBps: 150_000, limits: { sendBufferBytes: 8_000, streamWindowBytes: 32_000 } },
  });
  const publisher = new Publisher(clock, { limits: { maxBytes: 150_000, historyMs: 1_000 } });
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  const seen = subscribe(center, clock);
  clock.advance(300);
  publisher.play(30);
  clock.advance(30_000);
  publisher.writer.end(clock.nowMs);
  clock.advance(20_000);
  const { sent, endedEarly } = edge.session.snapshot();
  const { received } = center.session.snapshot();
  const evicted = sent.dropped.evicted ?? {};
  t.ok((endedEarly.local['EVICTED'] ?? 0) > 3, 'groups were reset');
  t.equal(endedEarly.local['EVICTED'], center.session.snapshot().endedEarly.peer['EVICTED']);
  t.equal(evicted.audio, undefined, 'audio goes first and is never lost');
  t.strictSame(linesOf(seen.arrivals, 'audio0'), linesOf(publisher.sent, 'audio0'));
  const lost = Object.values(evicted).reduce((sum, count) => sum + count, 0);
  t.equal(sent.frames + lost, publisher.sent.length, 'every frame is either sent or counted');
  t.ok(received.frames <= sent.frames);
  const video = seen.arrivals.filter(({ track }) => track === 'video0');
  for (const sequence of new Set(video.map((arrival) => arrival.sequence))) {
    const wanted = publisher.sent.filter(
      (sentFrame) => sentFrame.track === 'video0' && sentFrame.sequence === sequence,
    );
    const came = video.filter((arrival) => arrival.sequence === sequence);
    t.strictSame(
      linesOf(came, 'video0'),
      linesOf(wanted, 'video0').slice(0, came.length),
      `group ${sequence}`,
    );
  }
  t.match(seen.broadcast?.tracks.get('video0')?.newestGroup, { sequence: 29, state: 'complete' });
  t.strictSame(seen.ends, [{ kind: 'finished' }]);
});

t.test('the newest group goes first when the link is behind', async (t) => {
  const { clock, edge, center } = pair({
    link: { rateBps: 250_000, limits: { sendBufferBytes: 8_000, streamWindowBytes: 64_000 } },
  });
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  const seen = subscribe(center, clock);
  clock.advance(300);
  publisher.play(12);
  clock.advance(12_000);
  const lagOf = (sequence: number) => {
    const group = seen.broadcast?.tracks.get('video0')?.groups.find((other) => other.sequence === sequence);
    return group?.frameCount ?? 0;
  };
  t.ok(lagOf(11) > 10, 'the newest group has most of its frames');
  t.ok(lagOf(10) < 25, 'the one before waits for its rest');
});

t.test('a reader that does not read stops its streams and nothing else', async (t) => {
  const { clock, end, peer } = rawPair({
    session: 'acceptor',
    link: { limits: { sendBufferBytes: 8_000, streamWindowBytes: 16_000 } },
  });
  const publisher = new Publisher(clock, { limits: { maxBytes: 100_000, historyMs: 500 } });
  end.port.broadcasts.set(PATH, publisher.broadcast);
  peer.reading = false;
  const request = peer.request().send(SUBSCRIBE);
  publisher.play(10);
  clock.advance(11_000);
  const { sent, served } = end.session.snapshot();
  t.ok((sent.dropped.evicted?.delta ?? 0) > 50);
  t.ok((served[0]?.openStreams ?? 0) <= 3, 'streams of evicted groups are gone');
  t.equal(end.session.state.at, 'open');
  request.send({ kind: 'subscribe-update', latencyBudgetMs: 300 });
  clock.advance(50);
  t.equal(end.session.snapshot().served[0]?.latencyBudgetMs, 300);
  request.bidi.send.finish();
  clock.advance(100);
  t.equal(request.finished, true);
  t.ok((end.session.snapshot().sent.dropped.unsubscribed?.delta ?? 0) > 0);
  const total = end.session.snapshot().sent;
  const lost = Object.values(total.dropped).flatMap((kinds) => Object.values(kinds));
  t.equal(total.frames + lost.reduce((sum, count) => sum + count, 0), 500, 'every frame is sent or counted');
});

t.test('a group that its front was trimmed of is given up', async (t) => {
  const { clock, end, peer } = rawPair({
    session: 'acceptor',
    link: { limits: { sendBufferBytes: 4_000, streamWindowBytes: 8_000 } },
  });
  const publisher = new Publisher(clock, { limits: { maxBytes: 30_000 } });
  end.port.broadcasts.set(PATH, publisher.broadcast);
  peer.reading = false;
  peer.request().send(SUBSCRIBE);
  clock.advance(50);
  publisher.write('video', 'key', { timestamp: 0, size: 5_000 });
  for (let index = 1; index < 40; index += 1) {
    clock.advance(40);
    publisher.write('video', 'delta', { timestamp: index * 40, size: 2_000 });
  }
  clock.advance(100);
  const { sent, endedEarly } = end.session.snapshot();
  t.equal(endedEarly.local['EVICTED'], 1);
  t.equal(sent.frames + (sent.dropped.evicted?.delta ?? 0) + (sent.dropped.evicted?.key ?? 0), 40);
  publisher.write('video', 'key', { timestamp: 2_000, size: 1_000 });
  clock.advance(100);
  t.equal(
    end.session.snapshot().served[0]?.openStreams,
    1,
    'the next group has its stream, the old one is forgotten',
  );
});

t.test('a truncated group is told so', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const publisher = new Publisher(clock);
  end.port.broadcasts.set(PATH, publisher.broadcast);
  peer.request().send(SUBSCRIBE);
  clock.advance(50);
  publisher.write('video', 'key', { timestamp: 0, size: 100 });
  publisher.broadcast.tracks.get('video0')?.newestGroup?.close('truncated', clock.nowMs);
  clock.advance(50);
  t.match(peer.unis, [
    { items: [{ kind: 'group-header' }, { kind: 'key' }, { kind: 'truncated' }], ended: 'finished' },
  ]);
});

t.test('a group truncated while the link is behind is told so when it catches up', async (t) => {
  const { clock, edge, center } = pair({ link: { rateBps: 200_000, limits: { sendBufferBytes: 4_000 } } });
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  const seen = subscribe(center, clock);
  clock.advance(300);
  publisher.write('video', 'key', { timestamp: 0, size: 40_000 });
  publisher.broadcast.end('link-lost', clock.nowMs);
  clock.advance(5_000);
  t.equal(seen.broadcast?.tracks.get('video0')?.newestGroup?.state, 'truncated');
  t.equal(seen.arrivals.length, 1);
  t.strictSame(seen.ends, [{ kind: 'lost', reason: 'SOURCE_LOST' }]);
});

t.test('only the tracks asked for are sent', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const publisher = new Publisher(clock);
  end.port.broadcasts.set(PATH, publisher.broadcast);
  publisher.init();
  peer.request().send({ ...SUBSCRIBE, tracks: [{ media: 'audio', index: 0 }] });
  publisher.play(1);
  clock.advance(2_000);
  t.strictSame(Object.keys(end.session.snapshot().served[0]?.tracks ?? {}), ['audio0']);
  const headers = peer.unis.map(({ items }) => (items[0] as { track: { media: string } }).track.media);
  t.strictSame([...new Set(headers)], ['audio']);
});

t.test('tracks that begin later are sent as well', async (t) => {
  const { clock, edge, center } = pair();
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  const seen = subscribe(center, clock);
  clock.advance(200);
  publisher.write('audio', 'audio', { timestamp: 0, size: 10 });
  clock.advance(200);
  publisher.write('data', 'init', { timestamp: 5, size: 10 });
  publisher.write('data', 'data', { timestamp: 5, size: 10 });
  clock.advance(200);
  t.strictSame(seen.arrivals.map(({ track }) => track).sort(), ['audio0', 'data0']);
  t.equal(seen.inits[0]?.track, 'data0');
});

t.test('a new init version goes out on the same stream', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const publisher = new Publisher(clock);
  end.port.broadcasts.set(PATH, publisher.broadcast);
  publisher.write('video', 'init', { timestamp: 0, size: 30 });
  peer.request().send(SUBSCRIBE);
  clock.advance(50);
  publisher.write('video', 'init', { timestamp: 40, size: 30 });
  publisher.write('video', 'key', { timestamp: 40, size: 30 });
  clock.advance(50);
  t.match(peer.unis[0]?.items, [{ kind: 'track-header' }, { version: 0 }, { version: 1, timestamp: 40 }]);
  t.match(peer.unis[1]?.items, [{ kind: 'group-header', initVersion: 1 }, { kind: 'key' }]);
  publisher.writer.end(clock.nowMs);
  clock.advance(50);
  t.strictSame(
    peer.unis.map(({ ended }) => ended),
    ['finished', 'finished'],
  );
});

t.test('the end tells how many streams there were', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const publisher = new Publisher(clock);
  end.port.broadcasts.set(PATH, publisher.broadcast);
  publisher.init();
  const request = peer.request().send(SUBSCRIBE);
  publisher.play(2);
  clock.advance(3_000);
  publisher.writer.end(clock.nowMs);
  clock.advance(100);
  t.strictSame(request.messages, [
    { kind: 'subscribe-ok', epoch: 1, firstOrdinal: 3 },
    { kind: 'subscribe-end', reason: EndCode.UNPUBLISHED, streams: peer.unis.length },
  ]);
  t.equal(request.finished, true);
  t.equal(end.port.demands, 0);
  t.equal(end.session.snapshot().served.length, 1, 'the peer has not said that it has all');
  request.bidi.send.finish();
  clock.advance(50);
  t.strictSame(end.session.snapshot().served, []);
});

t.test('a broadcast that has ended is served to its end', async (t) => {
  const { clock, edge, center } = pair();
  const publisher = new Publisher(clock);
  publisher.play(1);
  clock.advance(1_500);
  publisher.writer.end(clock.nowMs);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  const seen = subscribe(center, clock, { request: { start: 'earliest' } });
  clock.advance(500);
  t.equal(seen.arrivals.length, 50);
  t.strictSame(seen.ends, [{ kind: 'finished' }]);
});

t.test('an ended broadcast without anything ends at once', async (t) => {
  const { clock, edge, center } = pair();
  const publisher = new Publisher(clock);
  publisher.writer.end(clock.nowMs);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  const seen = subscribe(center, clock);
  clock.advance(500);
  t.strictSame(seen.ends, [{ kind: 'finished' }]);
  t.equal(edge.port.demands, 0);
});

t.test('a later subscription to the same broadcast ends the one before', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const publisher = new Publisher(clock);
  end.port.broadcasts.set(PATH, publisher.broadcast);
  const first = peer.request().send(SUBSCRIBE);
  publisher.play(2);
  clock.advance(500);
  const second = peer.request().send({ ...SUBSCRIBE, subscriptionId: 2 });
  clock.advance(2_500);
  t.match(first.last('subscribe-end'), { reason: EndCode.SUPERSEDED });
  t.match(second.messages, [{ kind: 'subscribe-ok' }]);
  t.equal(end.port.demands, 1);
  const reset = peer.unis.filter(({ ended }) => ended === StreamCode.UNSUBSCRIBED);
  t.ok(reset.length > 0);
});

t.test('an older subscription that comes late, or an id in use, is refused', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const publisher = new Publisher(clock);
  end.port.broadcasts.set(PATH, publisher.broadcast);
  peer.request().send({ ...SUBSCRIBE, subscriptionId: 9 });
  clock.advance(50);
  const older = peer.request().send({ ...SUBSCRIBE, subscriptionId: 8 });
  const same = peer.request().send({ ...SUBSCRIBE, subscriptionId: 9, path: 'a/b/c' });
  clock.advance(50);
  t.match(older.messages, [{ kind: 'request-error', code: RequestErrorCode.DUPLICATE }]);
  t.match(same.messages, [{ kind: 'request-error', code: RequestErrorCode.DUPLICATE }]);
  t.equal(end.port.demands, 1);
});

t.test('another epoch of the path may be subscribed to beside the one that ends', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const old = new Publisher(clock, { epoch: 1 });
  end.port.broadcasts.set(PATH, old.broadcast);
  const first = peer.request().send(SUBSCRIBE);
  clock.advance(50);
  end.port.broadcasts.set(PATH, new Publisher(clock, { epoch: 2 }).broadcast);
  const second = peer.request().send({ ...SUBSCRIBE, subscriptionId: 2 });
  clock.advance(50);
  t.equal(first.last('subscribe-end'), undefined);
  t.equal(second.last('subscribe-ok')?.epoch, 2);
  old.broadcast.end('replaced', clock.nowMs);
  clock.advance(50);
  t.equal(first.last('subscribe-end')?.reason, EndCode.REPLACED);
});

t.test('frames of a stream that the peer stopped are counted, the rest goes on', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const publisher = new Publisher(clock);
  end.port.broadcasts.set(PATH, publisher.broadcast);
  publisher.init();
  peer.request().send(SUBSCRIBE);
  publisher.play(2);
  clock.advance(500);
  const video = peer.unis.find(({ items }) => items[1]?.kind === 'key');
  const init = peer.unis.find(({ items }) => items[0]?.kind === 'track-header');
  video?.stream.stop(StreamCode.LIMIT);
  init?.stream.stop(StreamCode.LIMIT);
  clock.advance(2_500);
  publisher.write('data', 'init', { timestamp: 3_000, size: 20 });
  clock.advance(50);
  const { sent, endedEarly } = end.session.snapshot();
  t.ok((sent.dropped.stopped?.delta ?? 0) > 5);
  t.equal(sent.dropped.stopped?.key, undefined);
  t.equal(endedEarly.peer['LIMIT'], 2);
  t.ok(peer.unis.filter(({ items }) => items[1]?.kind === 'key').length === 2, 'the next group came');
  t.match(end.notices, [{ kind: 'stream-ended-early', by: 'peer', code: 'LIMIT' }, {}]);
  publisher.writer.end(clock.nowMs);
  clock.advance(50);
  t.equal(end.session.snapshot().served[0]?.openStreams, 0);
});

t.test('init data that is not read ends the subscription at a bound', async (t) => {
  const { clock, end, peer } = rawPair({
    session: 'acceptor',
    options: { limits: { maxQueuedInitBytes: 10_000 } },
    link: { limits: { sendBufferBytes: 1_000, streamWindowBytes: 2_000 } },
  });
  const publisher = new Publisher(clock);
  end.port.broadcasts.set(PATH, publisher.broadcast);
  peer.reading = false;
  const request = peer.request().send(SUBSCRIBE);
  clock.advance(50);
  for (let version = 0; version < 15; version += 1) {
    publisher.write('data', 'init', { timestamp: 0, size: 1_000 });
    clock.advance(50);
  }
  t.match(request.messages, [{ kind: 'subscribe-ok' }, { kind: 'subscribe-end', reason: EndCode.LIMIT }]);
  t.equal(end.port.demands, 0);
  t.equal(end.session.state.at, 'open');
});

t.test('init data over its limit is left out and counted', async (t) => {
  const { clock, edge, center } = pair();
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  const seen = subscribe(center, clock);
  clock.advance(200);
  const payload = new Uint8Array(1_048_577);
  publisher.writer.write({ media: 'data', index: 0, kind: 'init', timestamp: 0, payload }, clock.nowMs);
  publisher.write('video', 'key', { timestamp: 0, size: 10 });
  clock.advance(500);
  t.equal(edge.session.snapshot().sent.dropped['too-large']?.init, 1);
  t.equal(seen.arrivals.length, 1);
});

t.test('a subscription that resumes gets what it misses, from the middle of groups', async (t) => {
  const { clock, edge, center, vanish } = pair({ link: { latencyMs: 80 } });
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  publisher.init();
  const seen = subscribe(center, clock, { request: { start: 'earliest' } });
  clock.advance(400);
  publisher.play(6);
  clock.advance(2_300);
  vanish();
  clock.advance(200);
  const { broadcast } = seen;
  if (broadcast === undefined) throw new Error('nothing was accepted');
  const before = seen.arrivals.length;
  t.ok(before > 80 && before < 130, `${before} frames came over the first link`);

  const again = pair({ link: { latencyMs: 80, clock } });
  again.edge.port.broadcasts.set(PATH, publisher.broadcast);
  const ordinal = broadcast.resumeOrdinal as number;
  const rest = subscribe(again.center, clock, {
    request: { start: 'newest', resume: { epoch: 1, ordinal } },
    into: broadcast,
  });
  clock.advance(6_000);
  t.strictSame(rest.accepted, [{ epoch: 1, firstOrdinal: ordinal + 1 }]);
  // The observer of the first subscription hears what the second one brings: each frame once.
  t.strictSame(linesOf(seen.arrivals, 'video0'), linesOf(publisher.sent, 'video0'));
  t.strictSame(linesOf(seen.arrivals, 'audio0'), linesOf(publisher.sent, 'audio0'));
  const { sent } = again.edge.session.snapshot();
  t.ok(sent.frames < publisher.sent.length - before + 20, 'little is sent twice');
  publisher.writer.end(clock.nowMs);
  clock.advance(500);
  t.strictSame(rest.ends, [{ kind: 'finished' }]);
  center.session.close();
  edge.session.close();
});

t.test('hostile messages on the stream of a subscription close the link', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  end.port.broadcasts.set(PATH, new Publisher(clock).broadcast);
  const request = peer.request().send(SUBSCRIBE).bytes('4a0a00');
  clock.advance(50);
  t.equal(end.session.state.at, 'open');
  request.send({ kind: 'probe', sequence: 1, timeMs: 1 });
  clock.advance(50);
  t.match(peer.closed, [
    { code: CloseCode.PROTOCOL_VIOLATION, reason: /probe on the stream of a subscription/ },
  ]);
  t.equal(end.port.log.at(-1), 'closed');
});

t.test('a connection that closes stops a session from serving', async (t) => {
  const { clock, edge, center } = pair();
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  edge.port.later.add('a/b/c');
  subscribe(center, clock);
  subscribe(center, clock, { path: Path.parse('a/b/c') });
  clock.advance(200);
  center.session.close();
  clock.advance(200);
  publisher.play(1);
  clock.advance(1_500);
  t.equal(edge.session.snapshot().sent.frames, 0);
  t.strictSame(edge.session.snapshot().served, []);
});

t.test('a subscription whose peer has not finished it yet hinders no other', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const publisher = new Publisher(clock);
  end.port.broadcasts.set(PATH, publisher.broadcast);
  publisher.write('audio', 'audio', { timestamp: 0, size: 10 });
  publisher.writer.end(clock.nowMs);
  const first = peer.request().send(SUBSCRIBE);
  clock.advance(50);
  const second = peer
    .request()
    .send({ ...SUBSCRIBE, subscriptionId: 2, start: 'earliest', tracks: [{ media: 'video', index: 0 }] });
  clock.advance(50);
  t.match(first.messages, [
    { kind: 'subscribe-ok' },
    { kind: 'subscribe-end', reason: EndCode.UNPUBLISHED, streams: 1 },
  ]);
  t.match(second.messages, [{ kind: 'subscribe-ok' }, { kind: 'subscribe-end', streams: 0 }]);
  first.bidi.send.reset(0);
  second.bidi.send.finish();
  clock.advance(50);
  t.strictSame(end.session.snapshot().served, []);
});

t.test('init data that waits at the very start ends the subscription as well', async (t) => {
  const { clock, end, peer } = rawPair({
    session: 'acceptor',
    options: { limits: { maxQueuedInitBytes: 100 } },
    link: { limits: { sendBufferBytes: 60, streamWindowBytes: 120 } },
  });
  const publisher = new Publisher(clock);
  publisher.init();
  publisher.writer.end(clock.nowMs);
  end.port.broadcasts.set(PATH, publisher.broadcast);
  const request = peer.request().send(SUBSCRIBE);
  clock.advance(100);
  t.match(request.messages, [
    { kind: 'subscribe-ok' },
    { kind: 'subscribe-end', reason: EndCode.LIMIT, streams: 1 },
  ]);
  t.equal(end.port.demands, 0);
});
