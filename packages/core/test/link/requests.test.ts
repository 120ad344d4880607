import { CloseCode, type ControlMessage, RequestErrorCode } from '@longhaul/wire';
import t from 'tap';
import { PATH, Publisher, pair } from './fixture.js';
import { helloOf, rawPair, SUBSCRIBE } from './raw.js';

const PROBE: ControlMessage = { kind: 'probe', sequence: 1, timeMs: 2 };
t.test('requests before the Hello wait for it', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor', greeted: false });
  const publisher = new Publisher(clock);
  end.port.broadcasts.set(PATH, publisher.broadcast);
  const request = peer.request().send(SUBSCRIBE, { kind: 'subscribe-update', latencyBudgetMs: 70 });
  const gone = peer.request().send(PROBE);
  clock.advance(50);
  gone.bidi.send.reset(0);
  clock.advance(50);
  t.strictSame(request.messages, []);
  t.strictSame(end.port.log, []);
  peer.request().send(helloOf('center-1'));
  clock.advance(50);
  t.match(request.messages, [{ kind: 'subscribe-ok' }]);
  t.equal(end.session.snapshot().served[0]?.latencyBudgetMs, 70);
  request.send({ kind: 'subscribe-update', latencyBudgetMs: 80 });
  clock.advance(50);
  t.equal(end.session.snapshot().served[0]?.latencyBudgetMs, 80, 'the stream goes on behind what waited');
  t.strictSame(gone.messages, []);
});

t.test('requests that begin with nothing, or wait, are bounded', async (t) => {
  const { clock, peer } = rawPair({
    session: 'acceptor',
    greeted: false,
    options: { limits: { maxPendingRequests: 3 } },
  });
  peer.request().send(PROBE);
  const emptied = [peer.request(), peer.request()].map((request) => request.bytes('01'));
  clock.advance(50);
  emptied[0]?.bidi.send.reset(0);
  clock.advance(50);
  peer.request().bytes('01');
  clock.advance(50);
  t.strictSame(peer.closed, []);
  peer.request().bytes('01');
  clock.advance(50);
  t.match(peer.closed, [{ code: CloseCode.LIMIT }]);
});

t.test('a request that ends without a message is forgotten', async (t) => {
  const { clock, peer } = rawPair({ session: 'acceptor' });
  const request = peer.request();
  request.bidi.send.finish();
  clock.advance(50);
  t.equal(request.finished, true);
});

t.test('a request of a later version is refused', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const request = peer.request().bytes('4a0a03010203').send(PROBE);
  clock.advance(50);
  t.match(request.messages, [{ kind: 'request-error', code: RequestErrorCode.UNSUPPORTED }]);
  t.equal(request.finished, true);
  t.equal(end.session.state.at, 'open');
});

t.test('a message that begins no request closes', async (t) => {
  const { clock, peer } = rawPair({ session: 'acceptor' });
  peer.request().send({ kind: 'announce-ok' });
  clock.advance(50);
  t.match(peer.closed, [{ code: CloseCode.PROTOCOL_VIOLATION, reason: 'announce-ok begins a request' }]);
});

t.test('bytes that are no messages close, and the rest of them is not read', async (t) => {
  for (const hex of ['01440100', '2401ff', '01c020000000000000']) {
    const { clock, peer } = rawPair({ session: 'acceptor' });
    peer.request().bytes(hex);
    clock.advance(50);
    t.match(peer.closed, [{ code: CloseCode.PROTOCOL_VIOLATION }], hex);
  }
  const { clock, peer } = rawPair({ session: 'acceptor' });
  const cut = peer.request().bytes('3004');
  cut.bidi.send.finish();
  clock.advance(50);
  t.match(peer.closed, [{ code: CloseCode.PROTOCOL_VIOLATION, reason: /ended inside a message/ }]);
});

t.test('subscriptions are bounded and their paths checked', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor', options: { limits: { maxSubscriptions: 1 } } });
  end.port.broadcasts.set(PATH, new Publisher(clock).broadcast);
  const odd = peer.request().send({ ...SUBSCRIBE, path: 'a//b' } as ControlMessage);
  const first = peer.request().send(SUBSCRIBE);
  const second = peer.request().send({ ...SUBSCRIBE, subscriptionId: 2 } as ControlMessage);
  clock.advance(50);
  t.match(odd.messages, [{ kind: 'request-error', code: RequestErrorCode.MALFORMED }]);
  t.match(first.messages, [{ kind: 'subscribe-ok' }]);
  t.match(second.messages, [{ kind: 'request-error', code: RequestErrorCode.LIMIT }]);
});

t.test('probes are answered, on a bounded number of streams', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor', options: { limits: { maxProbeStreams: 1 } } });
  const request = peer.request().send(PROBE).bytes('4a0a00');
  clock.advance(50);
  request.send({ kind: 'probe', sequence: 2, timeMs: 7 });
  const second = peer.request().send(PROBE);
  clock.advance(50);
  t.match(request.messages, [
    { kind: 'probe-reply', sequence: 1, timeMs: 2 },
    { kind: 'probe-reply', sequence: 2, timeMs: 7 },
  ]);
  t.match(second.messages, [{ kind: 'request-error', code: RequestErrorCode.LIMIT }]);
  request.bidi.send.finish();
  clock.advance(50);
  const third = peer.request().send(PROBE);
  clock.advance(50);
  t.match(third.messages, [{ kind: 'probe-reply' }]);
  third.send({ kind: 'announce-ok' });
  clock.advance(50);
  t.match(peer.closed, [{ code: CloseCode.PROTOCOL_VIOLATION }]);
  t.equal(end.session.state.at, 'closed');
});

t.test('a peer that does not read its requests is left at a bound', async (t) => {
  const { clock, end, peer } = rawPair({
    session: 'acceptor',
    options: { limits: { maxQueuedControlBytes: 500 } },
    link: { limits: { sendBufferBytes: 200, streamWindowBytes: 400 } },
  });
  const request = peer.request({ read: false });
  for (let probe = 0; probe < 200 && end.session.state.at !== 'closed'; probe += 1) {
    request.send({ kind: 'probe', sequence: probe, timeMs: 1 });
    clock.advance(20);
  }
  t.match(peer.closed, [{ code: CloseCode.LIMIT, reason: /does not read/ }]);
});

t.test('requests wait for credit and arrive whole', async (t) => {
  const { clock, edge, center } = pair({ link: { rateBps: 20_000, limits: { sendBufferBytes: 64 } } });
  for (let index = 0; index < 20; index += 1) {
    center.session.announce(`a/b/${index}` as typeof PATH, {
      epoch: index,
      hops: ['x'.repeat(200), 'center-1'],
    });
  }
  clock.advance(20_000);
  t.equal(edge.session.snapshot().announced.peer, 20);
});

t.test('the round trip of probes is measured', async (t) => {
  const { clock, edge, center } = pair({ link: { latencyMs: 60 } });
  clock.advance(100);
  t.equal(edge.session.snapshot().probe, undefined);
  clock.advance(300);
  const { probe } = center.session;
  t.equal(center.session.snapshot().probe, probe);
  t.ok(probe !== undefined && probe.rttMs >= 120 && probe.rttMs <= 130, String(probe?.rttMs));
  clock.advance(2_000);
  t.ok((center.session.snapshot().probe?.atMs as number) > 1_500, 'again and again');
  t.ok((edge.session.snapshot().probe?.rttMs as number) >= 120);
});

t.test('a peer that refuses or leaves probes is asked no more', async (t) => {
  for (const how of ['refuse', 'finish', 'reset'] as const) {
    const { clock, end, peer } = rawPair({
      session: 'acceptor',
      options: { timing: { probeIntervalMs: 100 } },
    });
    clock.advance(50);
    const request = peer.asked('probe').bytes('4a0a00');
    if (how === 'refuse') request.send({ kind: 'request-error', code: RequestErrorCode.LIMIT, reason: '' });
    else if (how === 'finish') request.bidi.send.finish();
    else request.bidi.send.reset(0);
    clock.advance(1_000);
    t.equal(request.messages.length, 1, how);
    t.equal(end.session.state.at, 'open');
    t.equal(end.session.nextTimeoutMs(), undefined);
  }
});

t.test('an answer to no probe closes', async (t) => {
  const { clock, peer } = rawPair({ session: 'acceptor', options: { timing: { probeIntervalMs: 100 } } });
  clock.advance(50);
  peer.asked('probe').send({ kind: 'probe-reply', sequence: 77, timeMs: 0, peerTimeMs: 0 });
  clock.advance(50);
  t.match(peer.closed, [{ code: CloseCode.PROTOCOL_VIOLATION }]);
});

t.test('what comes behind a violation is not heard', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const announce = (epoch: number, path: string = PATH): ControlMessage => ({
    kind: 'announce',
    path,
    epoch,
    hops: ['center-1'],
  });
  peer.request().send(announce(1), announce(2, 'a/b/c'), announce(3));
  clock.advance(50);
  t.match(peer.closed, [{ code: CloseCode.PROTOCOL_VIOLATION }]);
  t.strictSame(end.port.log, ['announced default/live/sample 1 center-1', 'closed']);
});

t.test('a request that is held when the link closes is forgotten', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor', greeted: false });
  const request = peer.request().send(SUBSCRIBE);
  clock.advance(50);
  end.session.close();
  request.bidi.send.reset(0);
  clock.advance(50);
  t.strictSame(end.port.log, []);
});
