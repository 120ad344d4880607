import { StreamCode } from '@longhaul/wire';
import t from 'tap';
import type { Broadcast } from '../../src/broadcast.js';
import { subscribe } from './fixture.js';
import { rawPair } from './raw.js';
import { EPOCH, frame, group, receiving, send } from './receiving.js';

t.test('a subscription ends when as many streams ended as the peer tells', async (t) => {
  const { clock, peer, seen, request } = receiving();
  request.send({ kind: 'subscribe-end', reason: 1, streams: 2 });
  request.bidi.send.finish();
  clock.advance(1_000);
  send(peer, group({}, frame('key', 0)));
  clock.advance(1_000);
  t.strictSame(seen.ends, []);
  send(peer, group({ sequence: 1 }, frame('key', 1)));
  clock.advance(50);
  t.strictSame(seen.ends, [{ kind: 'finished' }]);
  t.equal(request.finished, true, 'the subscriber finishes its half too');
});

t.test('streams that do not come are waited for as long as anything comes', async (t) => {
  const { clock, peer, seen, request, end } = receiving();
  const stream = peer.uni(group({}, frame('key', 0)));
  request.send({ kind: 'subscribe-end', reason: 2, streams: 2 });
  for (let step = 0; step < 5; step += 1) {
    clock.advance(1_500);
    stream.write([Uint8Array.of(9, 0, 1, 0)]);
  }
  t.strictSame(seen.ends, []);
  t.ok((end.session.nextTimeoutMs() as number) > clock.nowMs);
  clock.advance(2_100);
  t.strictSame(seen.ends, [{ kind: 'finished' }]);
  t.equal(stream.stopped, StreamCode.UNSUBSCRIBED);
});

t.test('the reason of the end tells whether the epoch is complete', async (t) => {
  for (const [reason, expected] of [
    [1, { kind: 'finished' }],
    [2, { kind: 'finished' }],
    [3, { kind: 'lost', reason: 'SOURCE_LOST' }],
    [77, { kind: 'lost', reason: '0x4d' }],
  ] as const) {
    const { clock, seen, request } = receiving();
    request.send({ kind: 'subscribe-end', reason, streams: 0 });
    clock.advance(50);
    t.strictSame(seen.ends, [expected]);
  }
});

t.test('a subscription that its peer leaves without a word is lost', async (t) => {
  for (const how of ['finish', 'reset', 'error'] as const) {
    const { clock, seen, request } = receiving();
    if (how === 'finish') request.bidi.send.finish();
    else if (how === 'reset') request.bidi.send.reset(0);
    else request.send({ kind: 'request-error', code: 1, reason: 'oh' });
    clock.advance(50);
    t.match(seen.ends, [{ kind: 'lost' }], how);
  }
  const waiting = receiving({ accepted: false });
  waiting.request.bidi.send.finish();
  waiting.clock.advance(50);
  t.match(waiting.seen.ends, [{ kind: 'lost' }]);
});

t.test('a peer that takes back its half after the end is no loss', async (t) => {
  const { clock, seen, request } = receiving();
  request.send({ kind: 'subscribe-end', reason: 1, streams: 1 });
  request.bidi.send.finish();
  clock.advance(3_000);
  t.strictSame(seen.ends, [{ kind: 'finished' }]);
});

t.test('what no publisher may send to a subscription closes the link', async (t) => {
  const ok = { kind: 'subscribe-ok', epoch: EPOCH, firstOrdinal: 0 } as const;
  const ended = { kind: 'subscribe-end', reason: 1, streams: 9 } as const;
  const cases = [
    [ok],
    [{ kind: 'announce-ok' } as const],
    [ended, ended],
    [ended, { kind: 'request-error', code: 1, reason: '' } as const],
  ];
  for (const messages of cases) {
    const { clock, request, peer } = receiving();
    request.send(...messages);
    clock.advance(50);
    t.match(peer.closed, [{ code: 2 }], JSON.stringify(messages));
  }
  const early = receiving({ accepted: false });
  early.request.send(ended);
  early.clock.advance(50);
  t.match(early.peer.closed, [{ code: 2, reason: 'subscribe-end to a subscription that is waiting' }]);
});

t.test('a message after the end, or of a later version, is skipped', async (t) => {
  const { clock, request, peer, seen } = receiving();
  request.bytes('4a0a00').send({ kind: 'subscribe-end', reason: 1, streams: 0 });
  request.send({ kind: 'announce-ok' });
  clock.advance(50);
  t.strictSame(seen.ends, [{ kind: 'finished' }]);
  t.strictSame(peer.closed, []);
});

t.test('a subscription closed inside onAccepted takes nothing', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'dialer' });
  const seen = subscribe(end, clock);
  const original = Object.getOwnPropertyDescriptor(seen, 'broadcast');
  t.ok(original);
  Object.defineProperty(seen, 'broadcast', {
    set: () => seen.subscription.close(0),
    get: () => undefined,
  });
  clock.advance(50);
  const stream = peer.uni(group({}, frame('key', 0)));
  clock.advance(50);
  peer.asked('subscribe').send({ kind: 'subscribe-ok', epoch: EPOCH, firstOrdinal: 0 });
  clock.advance(50);
  t.equal(stream.stopped, StreamCode.UNSUBSCRIBED);
  t.strictSame(seen.arrivals, []);
  t.strictSame(end.session.snapshot().requested, []);
});

t.test('a registry may close the subscription inside any event', async (t) => {
  for (const event of ['onFrame', 'onGroupClosed'] as const) {
    const { clock, peer, seen, accept, end } = receiving({ accepted: false });
    send(peer, group({}, frame('key', 0), frame('delta', 1)));
    peer.uni(group({ sequence: 1 }, frame('key', 5), frame('delta', 6)));
    clock.advance(50);
    const set = Object.getOwnPropertyDescriptor(seen, 'broadcast');
    t.ok(set?.writable);
    let broadcast: Broadcast | undefined;
    Object.defineProperty(seen, 'broadcast', {
      get: () => broadcast,
      set: (made: Broadcast) => {
        broadcast = made;
        made.observe({ [event]: () => seen.subscription.close(0) });
      },
    });
    accept();
    clock.advance(50);
    t.equal(seen.arrivals.length, event === 'onFrame' ? 1 : 4, event);
    t.strictSame(end.session.snapshot().requested, []);
    t.equal(end.session.snapshot().openStreams.receiving, 0);
    t.equal(end.session.state.at, 'open');
  }
});

t.test('a request that is abandoned after its error is no second loss', async (t) => {
  const { clock, seen, request } = receiving();
  request.send({ kind: 'request-error', code: 1, reason: '' });
  clock.advance(50);
  request.bidi.send.reset(0);
  clock.advance(50);
  t.strictSame(seen.ends, [{ kind: 'lost', reason: 'INTERNAL' }]);
});

t.test('a running subscription waits for nothing', async (t) => {
  const { end } = receiving();
  t.equal(end.session.nextTimeoutMs(), undefined);
});
