import type { Connection } from '@longhaul/transport';
import t from 'tap';
import { selfDrivenPair, VirtualClock, virtualLink, waitFor } from '../../src/index.js';

/** Notes when how many bytes came to `connection`. */
function arrivals(connection: Connection, clock: VirtualClock): Array<{ atMs: number; bytes: number }> {
  const seen: Array<{ atMs: number; bytes: number }> = [];
  connection.attach({
    onUniStream: (stream) =>
      stream.read({
        onData: (chunks) => {
          for (const { bytes } of chunks) seen.push({ atMs: clock.nowMs, bytes: bytes.length });
        },
        onFinished: () => {},
        onReset: () => {},
      }),
    onBidiStream: () => {},
    onDatagram: () => {},
    onClosed: () => {},
  });
  return seen;
}

function send(connection: Connection, bytes: number): void {
  const stream = connection.openUni({ priority: 0 });
  stream.write([new Uint8Array(bytes)]);
  stream.finish();
}

t.test('bytes cross after the latency of their direction', async (t) => {
  const { clock, dialer, acceptor } = virtualLink({ latencyMs: 90, back: { latencyMs: 30 } });
  const [there, back] = [arrivals(acceptor, clock), arrivals(dialer, clock)];
  send(dialer, 10);
  send(acceptor, 20);
  clock.advance(500);
  t.same(there, [{ atMs: 90, bytes: 10 }]);
  t.same(back, [{ atMs: 30, bytes: 20 }]);
  t.equal(dialer.stats().rttMs, 120);
});

t.test('what is written later leaves later', async (t) => {
  const { clock, dialer, acceptor } = virtualLink({ latencyMs: 90 });
  const there = arrivals(acceptor, clock);
  clock.advance(1_000);
  send(dialer, 10);
  clock.advance(45);
  send(dialer, 20);
  clock.advance(500);
  t.same(there, [
    { atMs: 1_090, bytes: 10 },
    { atMs: 1_135, bytes: 20 },
  ]);
});

t.test('a rate is obeyed, headers included', async (t) => {
  const { clock, dialer, acceptor } = virtualLink({ latencyMs: 10, rateBps: 8_000_000 });
  const there = arrivals(acceptor, clock);
  send(dialer, 100_000);
  const ms = clock.advanceUntil(() => there.reduce((sum, { bytes }) => sum + bytes, 0) === 100_000, {
    limitMs: 500,
  });
  t.ok(ms > 110 && ms < 116, `${ms} ms for 100 kB at 1 kB a ms, and 10 ms of latency`);
});

t.test('a seed repeats a lossy link to the last millisecond, another does not', async (t) => {
  const run = (seed: number) => {
    const { clock, dialer, acceptor } = virtualLink({
      latencyMs: 50,
      jitterMs: 5,
      loss: 0.1,
      meanBurst: 3,
      seed,
    });
    const there = arrivals(acceptor, clock);
    send(dialer, 200_000);
    clock.advance(5_000);
    return { there, lost: dialer.stats().packetsLost };
  };
  const first = run(5);
  t.same(run(5), first);
  t.strictNotSame(run(6), first);
  t.ok(first.lost > 0);
  t.equal(
    first.there.reduce((sum, { bytes }) => sum + bytes, 0),
    200_000,
    'nothing is lost in the end',
  );
});

t.test('links share a clock, and take names and limits', async (t) => {
  const clock = new VirtualClock({ startMs: 1_000 });
  const near = virtualLink({ clock, latencyMs: 5, limits: { sendBufferBytes: 7 } });
  const far = virtualLink({
    clock,
    latencyMs: 50,
    dialer: { name: 'edge-1' },
    acceptor: { name: 'center-1', limits: { sendBufferBytes: 9 } },
  });
  t.equal(near.clock, far.clock);
  t.equal(far.dialer.peer.name, 'center-1');
  t.equal(far.acceptor.peer.name, 'edge-1');
  t.equal(near.dialer.openUni({ priority: 0 }).credit, 7);
  t.equal(far.acceptor.openUni({ priority: 0 }).credit, 9);
  const [first, second] = [arrivals(near.acceptor, clock), arrivals(far.acceptor, clock)];
  send(near.dialer, 1);
  send(far.dialer, 1);
  clock.advance(100);
  t.equal(first[0]?.atMs, 1_005);
  t.equal(second[0]?.atMs, 1_050);
});

t.test('a self-driven pair runs, settles, vanishes and closes', async (t) => {
  const pair = selfDrivenPair({ idleTimeoutMs: 1_000 });
  const closed: string[] = [];
  for (const connection of [pair.dialer, pair.acceptor]) {
    connection.attach({
      onUniStream: () => {},
      onBidiStream: () => {},
      onDatagram: (bytes) => closed.push(`datagram ${bytes.length}`),
      onClosed: (info) => closed.push(`${connection.side} ${info.by}`),
    });
  }
  pair.dialer.sendDatagram(new Uint8Array(3));
  await pair.settle();
  t.same(closed.splice(0), ['datagram 3']);
  pair.vanish();
  await waitFor('both to give up', () => closed.length === 2);
  t.same(closed.sort(), ['acceptor transport', 'dialer transport']);
  t.equal(pair.link.nowMs, 1_000);
  await pair.close();
});
