import {
  encodeFrame,
  encodeGroupHeader,
  encodeInit,
  encodeTrackHeader,
  encodeTruncated,
  type FrameRecord,
  type GroupHeader,
  StreamCode,
} from '@longhaul/wire';
import t from 'tap';
import { Broadcast } from '../../src/broadcast.js';
import type { LinkOptions } from '../../src/link/index.js';
import { lines, PATH, type Subscribed, subscribe } from './fixture.js';
import { type RawPeer, rawPair } from './raw.js';

const EPOCH = 5;
const TRACK = { media: 'video', index: 0 } as const;
const HEADER: Omit<GroupHeader, 'kind'> = {
  subscriptionId: 1,
  track: TRACK,
  epoch: EPOCH,
  sequence: 0,
  initVersion: undefined,
  skippedFrames: 0,
  baseOrdinal: 0,
  baseTimestamp: 0,
};

function frame(kind: FrameRecord['kind'], ordinal: number, size = 4): FrameRecord {
  return { kind, ordinal, timestamp: ordinal * 40, payload: new Uint8Array(size).fill(ordinal) };
}

/** The bytes of a group stream. */
function group(header: Partial<GroupHeader>, ...frames: readonly FrameRecord[]): Uint8Array {
  const full = { ...HEADER, ...header };
  const parts = [encodeGroupHeader(full)];
  let previous = { ordinal: full.baseOrdinal, timestamp: full.baseTimestamp };
  for (const record of frames) {
    parts.push(...encodeFrame(record, previous));
    previous = record;
  }
  return Uint8Array.from(Buffer.concat(parts));
}

/** A session with a running subscription, and the peer that serves it by hand. */
function receiving(options: { accepted?: boolean; limits?: LinkOptions['limits']; maxTracks?: number } = {}) {
  const { clock, end, peer } = rawPair({ session: 'dialer', options: { limits: options.limits ?? {} } });
  const seen = subscribe(end, clock, {
    limits: { historyMs: 1_000, ...(options.maxTracks && { maxTracks: options.maxTracks }) },
  });
  clock.advance(50);
  const request = peer.asked('subscribe');
  const accept = () => {
    request.send({ kind: 'subscribe-ok', epoch: EPOCH, firstOrdinal: 0 });
    clock.advance(50);
  };
  if (options.accepted !== false) accept();
  return { clock, end, peer, seen, request, accept };
}

function send(peer: RawPeer, ...parts: readonly Uint8Array[]) {
  const stream = peer.uni(...parts);
  stream.finish();
  return stream;
}

function groupOf(seen: Subscribed, sequence: number) {
  return seen.broadcast?.tracks.get('video0')?.groups.find((other) => other.sequence === sequence);
}

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

t.test('a group that was truncated takes nothing more', async (t) => {
  const { clock, peer, seen, end } = receiving();
  const first = peer.uni(group({}, frame('key', 0), frame('delta', 1)));
  clock.advance(50);
  first.reset(StreamCode.CANCELLED);
  clock.advance(50);
  send(peer, group({}, frame('key', 0), frame('delta', 1), frame('delta', 2)));
  clock.advance(50);
  t.equal(seen.arrivals.length, 2);
  t.strictSame(end.session.snapshot().received.dropped, { late: { key: 1, delta: 2 } });
});

t.test('a group that is not kept any more is stopped', async (t) => {
  const { clock, peer, seen } = receiving();
  send(peer, group({ sequence: 0 }, frame('key', 0)));
  send(peer, group({ sequence: 1, baseOrdinal: 100 }, frame('key', 100)));
  send(peer, group({ sequence: 2, baseOrdinal: 200 }, frame('key', 200)));
  clock.advance(50);
  t.equal(groupOf(seen, 0), undefined);
  const late = peer.uni(group({ sequence: 0 }, frame('key', 0)));
  clock.advance(50);
  t.equal(late.stopped, StreamCode.EXPIRED);
});

t.test('more tracks than a broadcast may have are stopped', async (t) => {
  const { clock, peer, seen } = receiving({ maxTracks: 2 });
  const streams = [0, 1, 2].map((index) =>
    peer.uni(group({ track: { media: 'video', index } }, frame('key', index))),
  );
  clock.advance(50);
  t.strictSame(
    streams.map(({ stopped }) => stopped),
    [undefined, undefined, StreamCode.LIMIT],
  );
  t.equal(seen.arrivals.length, 2);
});

t.test('a broadcast that has ended takes no new track', async (t) => {
  const { clock, peer, seen } = receiving();
  seen.broadcast?.end('idle', 0);
  const stream = peer.uni(group({}, frame('key', 0)));
  clock.advance(50);
  t.equal(stream.stopped, StreamCode.STALE_EPOCH);
});

t.test('more streams than allowed are stopped', async (t) => {
  const { clock, peer } = receiving({ limits: { maxOpenStreams: 2 } });
  const streams = [0, 1, 2].map((sequence) => peer.uni(group({ sequence }, frame('key', 0))));
  clock.advance(50);
  t.strictSame(
    streams.map(({ stopped }) => stopped),
    [undefined, undefined, StreamCode.LIMIT],
  );
  streams[0]?.finish();
  clock.advance(50);
  const next = peer.uni(group({ sequence: 3 }, frame('key', 0)));
  clock.advance(50);
  t.equal(next.stopped, undefined);
});

t.test('what is held for incomplete frames is bounded over all streams', async (t) => {
  const { clock, peer, end, seen } = receiving({ limits: { maxBufferedBytes: 20_000 } });
  const big = (sequence: number) => group({ sequence }, frame('key', 0, 50_000)).slice(0, 9_000);
  const streams = [0, 1].map((sequence) => peer.uni(big(sequence)));
  clock.advance(50);
  t.ok(end.session.snapshot().bufferedBytes > 17_000);
  const third = peer.uni(big(2));
  clock.advance(50);
  t.equal(third.stopped, StreamCode.LIMIT);
  t.strictSame(
    streams.map(({ stopped }) => stopped),
    [undefined, undefined],
  );
  t.ok(end.session.snapshot().bufferedBytes <= 20_000);
  seen.subscription.close(0);
  clock.advance(50);
  t.equal(end.session.snapshot().bufferedBytes, 0);
});

t.test('gaps in one stream are bounded', async (t) => {
  const { clock, end, peer } = rawPair({
    session: 'dialer',
    link: { loss: 0.4, jitterMs: 200, latencyMs: 50, recoveryMs: 2_000, seed: 5 },
    options: { limits: { maxPieces: 3 }, timing: { helloTimeoutMs: 60_000 } },
    greeted: false,
  });
  const seen = subscribe(end, clock);
  clock.advance(15_000);
  peer.asked('subscribe').send({ kind: 'subscribe-ok', epoch: EPOCH, firstOrdinal: 0 });
  clock.advance(15_000);
  const stream = peer.uni(group({}, frame('key', 0, 100_000)));
  clock.advance(15_000);
  t.equal(stream.stopped, StreamCode.LIMIT);
  t.equal(seen.arrivals.length, 0);
});

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

t.test('a stream that breaks a second rule is stopped once', async (t) => {
  const { clock, peer, end } = receiving();
  const [head, tail] = [group({}, frame('key', 0), frame('audio', 1)), Uint8Array.of(15, 0, 0, 1)];
  peer.uni(head, tail);
  clock.advance(50);
  t.strictSame(end.session.snapshot().endedEarly.local, { MALFORMED: 1 });
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
