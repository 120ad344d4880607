import { retained } from '@longhaul/testkit';
import { CloseCode, EndCode, RequestErrorCode, StreamCode } from '@longhaul/wire';
import t from 'tap';
import type { Broadcast } from '../../src/broadcast.js';
import * as Path from '../../src/path.js';
import { linesOf, PATH, Publisher, pair, subscribe } from './fixture.js';
import { rawPair, SUBSCRIBE } from './raw.js';

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

t.test('a peer that never finishes its subscriptions keeps no broadcast that is over', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const broadcasts: WeakRef<Broadcast>[] = [];
  for (let id = 1; id <= 5; id += 1) {
    const publisher = new Publisher(clock, { epoch: id });
    end.port.broadcasts.set(PATH, publisher.broadcast);
    broadcasts.push(new WeakRef(publisher.broadcast));
    peer.request().send({ ...SUBSCRIBE, subscriptionId: id });
    clock.advance(50);
    publisher.write('video', 'key', { timestamp: 0, size: 1_000 });
    clock.advance(50);
    publisher.writer.end(clock.nowMs);
    clock.advance(50);
    end.port.broadcasts.clear();
  }
  t.ok((await retained(broadcasts)).length <= 1, 'the last may still be on the stack');
  const { served } = end.session.snapshot();
  t.equal(served.length, 5);
  t.match(served[0]?.tracks, { video0: { frames: 1, bytes: 1_000 } }, 'what was sent is still known');
});
