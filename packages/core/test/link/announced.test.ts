import { CloseCode, type ControlMessage, RequestErrorCode } from '@longhaul/wire';
import t from 'tap';
import * as Path from '../../src/path.js';
import { PATH, pair } from './fixture.js';
import { rawPair } from './raw.js';

const OTHER = Path.parse('default/live/other');

function announce(
  epoch: number,
  hops: readonly string[] = ['center-1'],
  path: string = PATH,
): ControlMessage {
  return { kind: 'announce', path, epoch, hops };
}

t.test('announcements reach the registry of the peer, both ways', async (t) => {
  const { clock, edge, center } = pair();
  edge.session.announce(PATH, { epoch: 3, hops: ['edge-1'] });
  const early = center.session.announce(OTHER, { epoch: 4, hops: ['edge-9', 'center-1'] });
  t.equal(edge.session.snapshot().announced.own, 1, 'held until the link is open');
  clock.advance(300);
  t.strictSame(center.port.log, ['announced default/live/sample 3 edge-1']);
  t.strictSame(edge.port.log, ['announced default/live/other 4 edge-9>center-1']);
  t.strictSame(edge.session.snapshot().announced, { own: 1, peer: 1 });
  early.update({ epoch: 5, hops: ['center-1'] }, clock.nowMs);
  clock.advance(100);
  t.equal(edge.port.log[1], 'announced default/live/other 5 center-1');
  early.withdraw(clock.nowMs);
  early.withdraw(clock.nowMs);
  early.update({ epoch: 6, hops: ['center-1'] }, clock.nowMs);
  clock.advance(100);
  t.strictSame(edge.port.log.slice(2), ['withdrawn default/live/other']);
  t.strictSame(edge.session.snapshot().announced, { own: 1, peer: 0 });
});

t.test('an announcement withdrawn before the link is open is never told', async (t) => {
  const { clock, edge, center } = pair();
  center.session.announce(PATH, { epoch: 3, hops: ['center-1'] }).withdraw(0);
  const changed = center.session.announce(OTHER, { epoch: 1, hops: ['center-1'] });
  changed.update({ epoch: 2, hops: ['center-1'] }, 0);
  clock.advance(300);
  t.strictSame(edge.port.log, ['announced default/live/other 2 center-1']);
});

t.test('the owner hears of announcements once the peer can be told', async (t) => {
  let heard = 0;
  const { clock, edge } = pair({ edge: { onAnnounce: () => heard++ } });
  edge.session.announce(PATH, { epoch: 3, hops: ['edge-1'] });
  t.equal(heard, 0, 'the link is not open');
  clock.advance(300);
  t.equal(heard, 1);
  edge.session.announce(OTHER, { epoch: 3, hops: ['edge-1'] });
  t.equal(heard, 2);
  const silent = pair({ center: { onAnnounce: () => heard++ } });
  silent.clock.advance(300);
  t.equal(heard, 2, 'there is nothing to announce');
});

t.test('only the paths that the config allows are taken', async (t) => {
  const { clock, edge, center } = pair({ edge: { mayAnnounce: (path) => path === OTHER } });
  center.session.announce(PATH, { epoch: 3, hops: ['center-1'] });
  center.session.announce(OTHER, { epoch: 3, hops: ['center-1'] });
  clock.advance(300);
  t.strictSame(edge.port.log, ['announced default/live/other 3 center-1']);
  t.strictSame(edge.notices, [{ kind: 'peer-announce-refused', path: PATH, code: 'FORBIDDEN' }]);
  t.match(center.notices, [{ kind: 'announce-refused', path: PATH, code: 'FORBIDDEN' }]);
});

t.test('what the registry refuses is answered, and another route may be offered', async (t) => {
  const { clock, edge, center } = pair();
  edge.port.outcome = 'loop';
  const announcement = center.session.announce(PATH, { epoch: 3, hops: ['edge-1', 'center-1'] });
  clock.advance(300);
  t.match(center.notices, [{ kind: 'announce-refused', code: 'LOOP' }]);
  t.equal(edge.session.snapshot().announced.peer, 0);
  edge.port.outcome = 'accepted';
  announcement.update({ epoch: 3, hops: ['center-1'] }, clock.nowMs);
  clock.advance(300);
  t.equal(edge.session.snapshot().announced.peer, 1);
  announcement.withdraw(clock.nowMs);
  clock.advance(300);
  t.strictSame(
    edge.port.log.filter((line) => !line.startsWith('announced')),
    ['withdrawn default/live/sample', 'withdrawn default/live/sample'],
  );
});

t.test('an update that is refused withdraws', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const request = peer.request().send(announce(1));
  clock.advance(50);
  for (const [outcome, code] of [
    ['forbidden', RequestErrorCode.FORBIDDEN],
    ['limit', RequestErrorCode.LIMIT],
  ] as const) {
    end.port.outcome = outcome;
    const other = peer.request().send(announce(1, ['center-1'], OTHER));
    clock.advance(50);
    t.match(other.messages, [{ kind: 'request-error', code }]);
    other.send(announce(2, ['center-1'], OTHER));
    clock.advance(50);
    t.equal(other.messages.length, 1, 'what follows a refusal is not read');
  }
  request.send(announce(2));
  clock.advance(50);
  t.match(request.messages, [
    { kind: 'announce-ok' },
    { kind: 'request-error', code: RequestErrorCode.LIMIT },
  ]);
  t.equal(request.finished, true);
  t.equal(end.session.snapshot().announced.peer, 0);
});

t.test('paths and hops that cannot be are refused', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const cases = [
    announce(1, ['center-1'], 'a/b'),
    announce(1, ['center-1'], 'a/../c'),
    announce(1, ['edge-2']),
    announce(1, []),
    announce(1, ['center-1', 'edge-2']),
  ];
  const requests = cases.map((message) => peer.request().send(message));
  clock.advance(50);
  for (const request of requests) {
    t.match(request.messages, [{ kind: 'request-error', code: RequestErrorCode.MALFORMED }]);
    t.equal(request.finished, true);
  }
  t.strictSame(end.port.log, []);
  t.equal(end.session.state.at, 'open');
});

t.test('a fault of the config callback is not the fault of the peer', async (t) => {
  const broken = new Error('no config');
  const { clock, peer } = rawPair({
    session: 'acceptor',
    options: {
      mayAnnounce: () => {
        throw broken;
      },
    },
  });
  peer.request().send(announce(1));
  t.throws(() => clock.advance(50), broken);
});

t.test('announcements of a peer are bounded', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor', options: { limits: { maxAnnouncements: 2 } } });
  const requests = ['a/b/1', 'a/b/2', 'a/b/3'].map((path) =>
    peer.request().send(announce(1, ['center-1'], path)),
  );
  clock.advance(50);
  t.match(requests[2]?.messages, [{ kind: 'request-error', code: RequestErrorCode.LIMIT }]);
  requests[0]?.bidi.send.finish();
  clock.advance(50);
  const next = peer.request().send(announce(1, ['center-1'], 'a/b/4'));
  clock.advance(50);
  t.match(next.messages, [{ kind: 'announce-ok' }]);
  t.equal(end.session.snapshot().announced.peer, 2);
});

t.test('of two announcements of a path the one opened later counts', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const first = peer.request();
  const second = peer.request().send(announce(2));
  clock.advance(50);
  first.send(announce(1));
  clock.advance(50);
  t.strictSame(end.port.log, ['announced default/live/sample 2 center-1'], 'the older one came late');
  first.bidi.send.finish();
  clock.advance(50);
  const third = peer.request().send(announce(3));
  clock.advance(50);
  second.send(announce(9));
  second.bidi.send.finish();
  clock.advance(50);
  t.strictSame(end.port.log.slice(1), ['announced default/live/sample 3 center-1']);
  third.bidi.send.reset(0);
  clock.advance(50);
  t.strictSame(end.port.log.slice(2), ['withdrawn default/live/sample']);
});

t.test('what does not belong on the stream of an announcement closes', async (t) => {
  for (const message of [announce(2, ['center-1'], OTHER), { kind: 'announce-ok' } as const]) {
    const { clock, peer } = rawPair({ session: 'acceptor' });
    peer.request().send(announce(1)).bytes('4a0a00').send(message);
    clock.advance(50);
    t.match(peer.closed, [{ code: CloseCode.PROTOCOL_VIOLATION }]);
  }
});

t.test('what does not answer an announcement closes', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  end.session.announce(PATH, { epoch: 1, hops: ['edge-1'] });
  clock.advance(50);
  peer.asked('announce').bytes('4a0a00').send({ kind: 'announce-ok' });
  clock.advance(50);
  t.equal(end.session.state.at, 'open');
  peer.asked('announce').send({ kind: 'subscribe-end', reason: 1, streams: 0 });
  clock.advance(50);
  t.match(peer.closed, [{ code: CloseCode.PROTOCOL_VIOLATION }]);
});

t.test('an announcement that the peer abandons is told again with the next route', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'acceptor' });
  const announcement = end.session.announce(PATH, { epoch: 1, hops: ['edge-1'] });
  clock.advance(50);
  const first = peer.asked('announce');
  first.bidi.send.reset(0);
  clock.advance(50);
  t.equal(first.finished, true);
  announcement.update({ epoch: 2, hops: ['edge-1'] }, clock.nowMs);
  clock.advance(50);
  t.match(peer.requests.at(-1)?.messages, [{ kind: 'announce', epoch: 2 }]);
});
