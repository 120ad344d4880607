import { encodeFrame, StreamCode } from '@longhaul/wire';
import t from 'tap';
import { subscribe } from './fixture.js';
import { rawPair } from './raw.js';
import { EPOCH, frame, group, groupOf, receiving, send } from './receiving.js';

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

t.test('a group that the cache gives up while it comes is stopped', async (t) => {
  const { clock, peer, seen } = receiving();
  const slow = peer.uni(group({ sequence: 0 }, frame('key', 0)));
  clock.advance(50);
  send(peer, group({ sequence: 1, baseOrdinal: 100 }, frame('key', 100)));
  clock.advance(50);
  t.equal(groupOf(seen, 0), undefined);
  t.equal(slow.stopped, undefined, 'nothing more of it has come');
  slow.write(encodeFrame(frame('delta', 1), { ordinal: 0, timestamp: 0 }));
  clock.advance(50);
  t.equal(slow.stopped, StreamCode.EXPIRED);
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
