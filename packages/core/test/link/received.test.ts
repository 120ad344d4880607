import { encodeInit, encodeTrackHeader, encodeTruncated, StreamCode } from '@longhaul/wire';
import t from 'tap';
import { Broadcast } from '../../src/broadcast.js';
import { lines, PATH, subscribe } from './fixture.js';
import { rawPair } from './raw.js';
import { EPOCH, frame, group, groupOf, receiving, send, TRACK } from './receiving.js';

t.test('frames, init data and the end of a group arrive', async (t) => {
  const { clock, peer, seen, end } = receiving();
  peer.uni(
    encodeTrackHeader({ subscriptionId: 1, track: TRACK, epoch: EPOCH }),
    ...encodeInit({ version: 0, ordinal: 0, timestamp: 0, payload: Uint8Array.of(1) }),
    ...encodeInit({ version: 0, ordinal: 0, timestamp: 0, payload: Uint8Array.of(1) }),
  );
  send(peer, group({ initVersion: 0, baseOrdinal: 1 }, frame('key', 1), frame('delta', 2)));
  send(peer, group({ sequence: 1, baseOrdinal: 3 }, frame('key', 3)), encodeTruncated());
  clock.advance(50);
  t.match(seen.inits, [{ track: 'video0', frame: { kind: 'init', ordinal: 0 } }]);
  t.equal(seen.arrivals.length, 3);
  t.equal(groupOf(seen, 0)?.state, 'complete');
  t.equal(groupOf(seen, 0)?.initVersion, 0);
  t.equal(groupOf(seen, 1)?.state, 'truncated');
  t.match(end.session.snapshot().requested, [
    {
      path: 'default/live/sample',
      epoch: EPOCH,
      openStreams: 1,
      tracks: { video0: { frames: 4, dropped: { duplicate: { init: 1 } } } },
    },
  ]);
});

t.test('media that overtakes the answer to the subscription waits for it', async (t) => {
  const { clock, peer, seen, accept } = receiving({ accepted: false });
  const stream = peer.uni(group({}, frame('key', 0), frame('delta', 1)));
  clock.advance(50);
  t.equal(seen.arrivals.length, 0);
  accept();
  t.equal(seen.arrivals.length, 2);
  stream.write([
    group({}, frame('key', 0), frame('delta', 1), frame('delta', 2)).subarray(
      group({}, frame('key', 0), frame('delta', 1)).length,
    ),
  ]);
  stream.finish();
  clock.advance(50);
  t.strictSame(
    lines(seen.arrivals).map((line) => line.split(' ')[2]),
    ['0', '1', '2'],
  );
  t.equal(groupOf(seen, 0)?.state, 'complete');
});

t.test('early media of a subscription that is refused or closed is stopped', async (t) => {
  for (const how of ['refused', 'closed', 'reset'] as const) {
    const { clock, peer, seen, request, end } = receiving({ accepted: false });
    const stream = peer.uni(group({}, frame('key', 0)));
    clock.advance(50);
    if (how === 'refused') request.send({ kind: 'request-error', code: 99, reason: '' });
    else if (how === 'closed') seen.subscription.close(0);
    else stream.reset(StreamCode.EVICTED);
    clock.advance(50);
    t.equal(stream.stopped, how === 'reset' ? undefined : StreamCode.UNSUBSCRIBED, how);
    t.strictSame(seen.ends, how === 'refused' ? [{ kind: 'refused', reason: '0x63' }] : []);
    t.equal(end.session.snapshot().openStreams.receiving, 0);
  }
});

t.test('streams that belong nowhere are stopped with a code', async (t) => {
  const cases: [string, Uint8Array, number][] = [
    ['another type', Uint8Array.of(0x21, 0), StreamCode.UNKNOWN_STREAM],
    ['no such subscription', group({ subscriptionId: 7 }), StreamCode.UNKNOWN_SUBSCRIPTION],
    ['another epoch', group({ epoch: EPOCH - 1 }), StreamCode.STALE_EPOCH],
    ['no media', Uint8Array.of(2, 4, 1, 9, 0, 0), StreamCode.MALFORMED],
    ['audio in a video track', group({}, frame('audio', 0)), StreamCode.MALFORMED],
    [
      'video in an audio track',
      group({ track: { media: 'audio', index: 0 } }, frame('key', 0)),
      StreamCode.MALFORMED,
    ],
    [
      'data in an audio track',
      group({ track: { media: 'audio', index: 0 } }, frame('data', 0)),
      StreamCode.MALFORMED,
    ],
  ];
  for (const [name, bytes, code] of cases) {
    const { clock, peer, end } = receiving();
    const stream = peer.uni(bytes);
    clock.advance(50);
    t.equal(stream.stopped, code, name);
    t.equal(end.session.state.at, 'open', name);
    t.match(end.notices, [{ kind: 'stream-ended-early', by: 'local' }], name);
    t.equal(end.session.snapshot().openStreams.receiving, 0, name);
  }
});

t.test('a frame of the wrong kind is counted and truncates its group', async (t) => {
  const { clock, peer, seen, end } = receiving();
  peer.uni(group({}, frame('key', 0), frame('audio', 1), frame('delta', 2)));
  clock.advance(50);
  t.equal(seen.arrivals.length, 1);
  t.equal(groupOf(seen, 0)?.state, 'truncated');
  t.equal(end.session.snapshot().received.dropped.malformed?.audio, 1);
  t.strictSame(end.session.snapshot().endedEarly.local, { MALFORMED: 1 });
});

t.test('a stream that ends inside a frame truncates its group', async (t) => {
  const { clock, peer, seen, end } = receiving();
  send(peer, group({}, frame('key', 0), frame('delta', 1)).slice(0, -1));
  send(peer);
  clock.advance(50);
  t.equal(seen.arrivals.length, 1);
  t.equal(groupOf(seen, 0)?.state, 'truncated');
  t.strictSame(end.session.snapshot().endedEarly.local, { MALFORMED: 2 });
  t.equal(end.session.snapshot().bufferedBytes, 0);
});

t.test('a group that its sender gave up is truncated', async (t) => {
  const { clock, peer, seen, end } = receiving();
  const stream = peer.uni(group({}, frame('key', 0)));
  const track = peer.uni(encodeTrackHeader({ subscriptionId: 1, track: TRACK, epoch: EPOCH }));
  clock.advance(50);
  stream.reset(StreamCode.EVICTED);
  track.reset(StreamCode.INTERNAL);
  clock.advance(50);
  t.equal(groupOf(seen, 0)?.state, 'truncated');
  t.strictSame(end.session.snapshot().endedEarly.peer, { EVICTED: 1, INTERNAL: 1 });
});

t.test('a second stream for a group that comes already is stopped', async (t) => {
  const { clock, peer, seen } = receiving();
  peer.uni(group({}, frame('key', 0)));
  const second = peer.uni(group({}, frame('key', 0), frame('delta', 1)));
  clock.advance(50);
  t.equal(second.stopped, StreamCode.DUPLICATE);
  t.equal(seen.arrivals.length, 1);
});

t.test('a group that was truncated takes nothing more, and what comes of it is stopped', async (t) => {
  const { clock, peer, seen, end } = receiving();
  const first = peer.uni(group({}, frame('key', 0), frame('delta', 1)));
  clock.advance(50);
  first.reset(StreamCode.CANCELLED);
  clock.advance(50);
  const again = peer.uni(group({}, frame('key', 0), frame('delta', 1), frame('delta', 2)));
  clock.advance(50);
  t.equal(seen.arrivals.length, 2);
  t.equal(again.stopped, StreamCode.EXPIRED);
  t.strictSame(end.session.snapshot().received.dropped, { late: { key: 1 } });
});

t.test('frames that the broadcast has already are dropped and counted, later ones taken', async (t) => {
  const { clock, end, peer } = rawPair({ session: 'dialer' });
  const into = new Broadcast(PATH, EPOCH);
  const held = into.openTrack('video', 0, 0).openGroup({ sequence: 0, initVersion: undefined }, 0);
  held?.append(frame('key', 0), 0);
  held?.append(frame('delta', 1), 0);
  const seen = subscribe(end, clock, { into });
  clock.advance(50);
  peer.asked('subscribe').send({ kind: 'subscribe-ok', epoch: EPOCH, firstOrdinal: 1 });
  send(
    peer,
    group({ skippedFrames: 1, baseOrdinal: 1, baseTimestamp: 40 }, frame('delta', 1), frame('delta', 2)),
  );
  clock.advance(50);
  t.strictSame(
    lines(seen.arrivals).map((line) => line.split(' ')[2]),
    ['2'],
  );
  t.strictSame(end.session.snapshot().received.dropped, { duplicate: { delta: 1 } });
  t.equal(held?.state, 'complete');
});

t.test('a stream that breaks a second rule is stopped once', async (t) => {
  const { clock, peer, end } = receiving();
  const [head, tail] = [group({}, frame('key', 0), frame('audio', 1)), Uint8Array.of(15, 0, 0, 1)];
  peer.uni(head, tail);
  clock.advance(50);
  t.strictSame(end.session.snapshot().endedEarly.local, { MALFORMED: 1 });
});
