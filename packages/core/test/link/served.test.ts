import { EndCode } from '@longhaul/wire';
import t from 'tap';
import { linesOf, PATH, Publisher, pair, subscribe } from './fixture.js';
import { rawPair, SUBSCRIBE } from './raw.js';

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
