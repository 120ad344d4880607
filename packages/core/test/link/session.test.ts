import { CloseCode } from '@longhaul/wire';
import t from 'tap';
import { linesOf, PATH, Publisher, pair, subscribe } from './fixture.js';
import { helloOf, rawPair } from './raw.js';

t.test('two sessions greet and are open', async (t) => {
  const opened: string[] = [];
  const { clock, edge, center } = pair({
    edge: { software: 'longhaul/1.2.3', region: 'hk', onOpen: ({ relayId }) => opened.push(relayId) },
    center: { onOpen: ({ relayId, software, region }) => opened.push(`${relayId} ${software} ${region}`) },
  });
  t.equal(center.session.state.at, 'greeting');
  clock.advance(300);
  t.equal(center.session.state.at, 'open');
  t.equal(edge.session.state.at, 'open');
  t.strictSame(opened, ['center-1', 'edge-1 longhaul/1.2.3 hk']);
  t.equal(center.session.snapshot().hello?.relayId, 'edge-1');
  t.equal(edge.session.snapshot().hello?.relayId, 'center-1');
  t.ok(edge.link === edge.session);
});

t.test('every frame arrives once, in order per track, bytes and numbers unchanged', async (t) => {
  for (const seed of [1, 2, 3]) {
    const { clock, edge, center } = pair({ link: { latencyMs: 50, jitterMs: 20, loss: 0.05, seed } });
    const publisher = new Publisher(clock);
    edge.port.broadcasts.set(PATH, publisher.broadcast);
    publisher.init();
    const seen = subscribe(center, clock, { request: { start: 'earliest' } });
    clock.advance(500);
    publisher.play(5, { fromMs: 2 ** 32 - 2_000 });
    clock.advance(8_000);
    t.equal(publisher.sent.length, 250);
    t.equal(seen.arrivals.length, 250);
    t.strictSame(linesOf(seen.arrivals, 'video0'), linesOf(publisher.sent, 'video0'));
    t.strictSame(linesOf(seen.arrivals, 'audio0'), linesOf(publisher.sent, 'audio0'));
    t.strictSame(seen.accepted, [{ epoch: 1, firstOrdinal: 0 }]);
    t.strictSame(seen.inits.map(({ track }) => track).sort(), ['audio0', 'data0', 'video0']);
    publisher.writer.end(clock.nowMs);
    clock.advance(1_000);
    t.strictSame(seen.ends, [{ kind: 'finished' }]);
    t.equal(edge.port.demands, 0);
    const { sent, endedEarly } = edge.session.snapshot();
    const { received, bufferedBytes, openStreams } = center.session.snapshot();
    t.equal(sent.frames, 253);
    t.strictSame(received, sent);
    t.strictSame(endedEarly, { local: {}, peer: {} });
    t.equal(bufferedBytes, 0);
    t.strictSame(openStreams, { sending: 0, receiving: 0 });
  }
});

t.test('both ends publish and subscribe on one link', async (t) => {
  const { clock, edge, center } = pair();
  const atEdge = new Publisher(clock, { seed: 1 });
  const atCenter = new Publisher(clock, { seed: 2, epoch: 9 });
  edge.port.broadcasts.set(PATH, atEdge.broadcast);
  center.port.broadcasts.set(PATH, atCenter.broadcast);
  clock.advance(200);
  const down = subscribe(center, clock);
  const up = subscribe(edge, clock);
  clock.advance(200);
  atEdge.play(2);
  atCenter.play(2);
  clock.advance(3_000);
  t.strictSame(linesOf(down.arrivals, 'video0'), linesOf(atEdge.sent, 'video0'));
  t.strictSame(linesOf(up.arrivals, 'video0'), linesOf(atCenter.sent, 'video0'));
});

t.test('a dialer subscribes before it knows the Hello of its peer', async (t) => {
  const { clock, edge, center } = pair();
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  publisher.init();
  const seen = subscribe(center, clock);
  t.equal(center.session.state.at, 'greeting');
  const waitedMs = clock.advanceUntil(() => seen.inits.length === 3, { limitMs: 1_000 });
  t.equal(waitedMs, 100, 'init data is there after one round trip');
});

t.test('without a Hello in time the session closes', async (t) => {
  for (const session of ['dialer', 'acceptor'] as const) {
    const { clock, end, peer } = rawPair({ session, greeted: false });
    t.equal(end.session.nextTimeoutMs(), 10_000);
    clock.advance(9_990);
    t.equal(end.session.state.at, 'greeting');
    clock.advance(50);
    t.match(peer.closed, [{ by: 'peer', code: CloseCode.HELLO_TIMEOUT }]);
    t.match(end.closed, [{ by: 'local', code: CloseCode.HELLO_TIMEOUT }]);
    t.equal(end.session.nextTimeoutMs(), undefined);
    t.strictSame(
      end.port.log,
      session === 'dialer' ? ['closed'] : [],
      'only the dialer had its port by then',
    );
  }
});

t.test('versions are negotiated', async (t) => {
  const chosen = rawPair({ session: 'acceptor', greeted: false });
  const hello = chosen.peer.request().send(helloOf('center-1', [7, 1]));
  chosen.clock.advance(50);
  t.strictSame(hello.last('hello')?.versions, [1]);
  t.equal(chosen.end.session.state.at, 'open');

  const none = rawPair({ session: 'acceptor', greeted: false });
  none.peer.request().send(helloOf('center-1', [7, 8]));
  none.clock.advance(50);
  t.match(none.peer.closed, [{ code: CloseCode.VERSION, reason: /7, 8/ }]);

  for (const versions of [[7], [1, 7]]) {
    const odd = rawPair({ session: 'dialer', greeted: false });
    odd.clock.advance(50);
    odd.peer.asked('hello').send(helloOf('edge-1', versions));
    odd.clock.advance(50);
    t.match(odd.peer.closed, [{ code: CloseCode.VERSION }]);
  }
});

t.test('a Hello with another name than the certificate closes', async (t) => {
  for (const session of ['dialer', 'acceptor'] as const) {
    const { clock, end, peer } = rawPair({ session, greeted: false });
    clock.advance(50);
    (session === 'dialer' ? peer.asked('hello') : peer.request()).send(helloOf('mallory'));
    clock.advance(50);
    t.match(peer.closed, [{ code: CloseCode.IDENTITY, reason: /mallory/ }]);
    t.equal(end.session.state.at, 'closed');
  }
});

t.test('what does not belong on the stream of Hello closes', async (t) => {
  const cases = [
    ['dialer', { kind: 'announce-ok' }],
    ['acceptor', { kind: 'announce-ok' }],
    ['dialer', helloOf('edge-1')],
    ['acceptor', helloOf('center-1')],
  ] as const;
  for (const [session, message] of cases) {
    const { clock, peer } = rawPair({ session, greeted: false });
    clock.advance(50);
    const hello = session === 'dialer' ? peer.asked('hello') : peer.request();
    hello.send(helloOf(session === 'dialer' ? 'edge-1' : 'center-1'));
    clock.advance(50);
    hello.send(message);
    clock.advance(50);
    t.match(peer.closed, [{ code: CloseCode.PROTOCOL_VIOLATION }], `${session} ${message.kind}`);
  }
});

t.test('another message instead of Hello closes, an unknown one does not', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'dialer', greeted: false });
  clock.advance(50);
  peer.asked('hello').bytes('4a0a020102');
  clock.advance(50);
  t.equal(end.session.state.at, 'greeting');
  peer.asked('hello').send({ kind: 'probe', sequence: 1, timeMs: 0 });
  clock.advance(50);
  t.match(peer.closed, [{ code: CloseCode.PROTOCOL_VIOLATION, reason: /probe instead of Hello/ }]);
});

t.test('unknown messages behind Hello are skipped', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'dialer' });
  peer.asked('hello').bytes('4a0a020102');
  clock.advance(50);
  t.equal(end.session.state.at, 'open');
});

t.test('a second Hello on a stream of its own closes', async (t) => {
  for (const session of ['dialer', 'acceptor'] as const) {
    const { clock, peer } = rawPair({ session });
    peer.request().send(helloOf(session === 'dialer' ? 'edge-1' : 'center-1'));
    clock.advance(50);
    t.match(peer.closed, [{ code: CloseCode.PROTOCOL_VIOLATION, reason: 'a second Hello' }]);
  }
});

t.test('the end of the stream of Hello closes', async (t) => {
  const finished = rawPair({ session: 'dialer' });
  finished.peer.asked('hello').bidi.send.finish();
  finished.clock.advance(50);
  t.match(finished.peer.closed, [{ code: CloseCode.PROTOCOL_VIOLATION, reason: /Hello ended/ }]);
  const reset = rawPair({ session: 'dialer' });
  reset.peer.asked('hello').bidi.send.reset(0);
  reset.clock.advance(50);
  t.match(reset.peer.closed, [{ code: CloseCode.PROTOCOL_VIOLATION }]);
});

t.test('a peer that vanishes closes the session, and the registry hears it last', async (t) => {
  const { clock, edge, center, vanish } = pair();
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  const seen = subscribe(center, clock);
  publisher.play(1);
  clock.advance(500);
  vanish();
  clock.advance(20_000);
  t.match(center.closed, [{ by: 'transport', error: { code: 'LH_TRANSPORT_TIMEOUT' } }]);
  t.equal(center.port.log.at(-1), 'closed');
  t.strictSame(seen.ends, [], 'the registry ends its subscriptions itself');
  t.equal(
    seen.broadcast?.tracks.get('video0')?.newestGroup?.state,
    'open',
    'another link may continue the group',
  );
  seen.subscription.close(0);
  center.session.close();
  center.session.drain();
  t.equal(center.closed.length, 1);
});

t.test('a session drains: what runs goes on, new requests are refused, then it closes', async (t) => {
  const { clock, edge, center } = pair();
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  const seen = subscribe(center, clock);
  clock.advance(200);
  publisher.play(3);
  clock.advance(1_000);
  edge.session.drain({ reason: 'OVERLOAD', text: 'too much', drainMs: 5_000 });
  edge.session.drain();
  clock.advance(200);
  t.match(edge.session.state, { at: 'draining', by: 'local' });
  t.match(center.session.state, { at: 'draining', by: 'peer' });
  t.ok(center.port.log.includes('going away'));
  const late = subscribe(center, clock);
  center.session.announce(PATH, { epoch: 1, hops: ['center-1'] });
  clock.advance(1_000);
  t.match(late.ends, [{ kind: 'refused', reason: /GOING_AWAY/ }]);
  t.match(center.notices, [{ kind: 'subscribe-refused' }, { kind: 'announce-refused', code: 'GOING_AWAY' }]);
  clock.advance(1_500);
  t.strictSame(linesOf(seen.arrivals, 'video0'), linesOf(publisher.sent, 'video0'), 'all 3 seconds came');
  publisher.writer.end(clock.nowMs);
  clock.advance(500);
  t.match(edge.closed, [{ by: 'local', code: CloseCode.GOING_AWAY, reason: 'drained' }]);
  t.match(center.closed, [{ by: 'peer', code: CloseCode.GOING_AWAY }]);
  t.strictSame(seen.ends, [{ kind: 'finished' }]);
});

t.test('a session that drains closes when its time is over', async (t) => {
  const { clock, edge, center } = pair({ edge: { timing: { drainMs: 700 } } });
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  subscribe(center, clock);
  clock.advance(200);
  edge.session.drain();
  t.equal(edge.session.nextTimeoutMs(), 900);
  clock.advance(600);
  t.equal(edge.session.state.at, 'draining');
  clock.advance(200);
  t.equal(edge.session.state.at, 'closed');
});

t.test('a peer that said Goaway and stays is left', async (t) => {
  const goaways: number[] = [];
  const { clock, end, peer } = rawPair({
    session: 'dialer',
    options: { timing: { drainMs: 300 }, onGoaway: ({ drainMs }) => goaways.push(drainMs) },
  });
  peer.asked('hello').send({ kind: 'goaway', reason: 99, drainMs: 1_000, text: '' });
  clock.advance(1_200);
  t.strictSame(goaways, [1_000]);
  t.equal(end.session.state.at, 'draining');
  clock.advance(200);
  t.match(peer.closed, [{ code: CloseCode.GOING_AWAY }]);
});

t.test('both ends may drain', async (t) => {
  const { clock, edge, center } = pair();
  const publisher = new Publisher(clock);
  edge.port.broadcasts.set(PATH, publisher.broadcast);
  const seen = subscribe(center, clock);
  clock.advance(200);
  edge.session.drain({ drainMs: 60_000 });
  clock.advance(200);
  center.session.drain({ drainMs: 60_000 });
  clock.advance(200);
  t.equal(edge.session.state.at, 'draining');
  seen.subscription.close(clock.nowMs);
  clock.advance(200);
  t.equal(edge.session.state.at, 'closed');
});

t.test('a session that still greets does not drain but closes', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor', greeted: false });
  end.session.drain();
  clock.advance(50);
  t.match(peer.closed, [{ code: CloseCode.GOING_AWAY }]);
});

t.test('datagrams of a later version are ignored', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  peer.connection.sendDatagram(Uint8Array.of(1, 2, 3));
  clock.advance(50);
  t.equal(end.session.state.at, 'open');
});
