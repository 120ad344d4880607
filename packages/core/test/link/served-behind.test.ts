import { EndCode, StreamCode } from '@longhaul/wire';
import t from 'tap';
import { linesOf, PATH, Publisher, pair, subscribe } from './fixture.js';
import { rawPair, SUBSCRIBE } from './raw.js';

t.test('a slow link loses whole groups that leave the cache, counts them and goes on', async (t) => {
  // 25 * 1.5 kB + 4.5 kB a second are 340 kbit/s and a bit of audio: the link takes less than half of it.
  const { clock, edge, center } = pair({
    link: { rateBps: 150_000, limits: { sendBufferBytes: 8_000, streamWindowBytes: 32_000 } },
    edge: { delivery: { maxUnsentMs: 0 } },
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
  t.ok((endedEarly.local.EVICTED ?? 0) > 3, 'groups were reset');
  t.equal(endedEarly.local.EVICTED, center.session.snapshot().endedEarly.peer.EVICTED);
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
    edge: { delivery: { expiry: false } },
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

t.test('an answer does not wait behind the media of a slow link', async (t) => {
  const { clock, edge, center } = pair({
    link: { rateBps: 100_000, limits: { sendBufferBytes: 200_000, streamWindowBytes: 200_000 } },
    edge: { delivery: { maxUnsentMs: 0 } },
  });
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  publisher.play(3);
  clock.advance(3_000);
  const first = subscribe(center, clock);
  clock.advance(1_000);
  t.equal(first.accepted.length, 1, 'its own media are on the way');
  t.ok(edge.session.snapshot().sent.bytes > 25_000, 'more media wait than leave in two seconds');
  const second = subscribe(center, clock);
  clock.advance(500);
  t.equal(second.accepted.length, 1);
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
  t.equal(endedEarly.local.EVICTED, 1);
  t.equal(sent.frames + (sent.dropped.evicted?.delta ?? 0) + (sent.dropped.evicted?.key ?? 0), 40);
  publisher.write('video', 'key', { timestamp: 2_000, size: 1_000 });
  clock.advance(100);
  t.equal(
    end.session.snapshot().served[0]?.openStreams,
    1,
    'the next group has its stream, the old one is forgotten',
  );
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
  t.equal(endedEarly.peer.LIMIT, 2);
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
