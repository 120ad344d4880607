import { retained } from '@longhaul/testkit';
import t from 'tap';
import {
  type Connection,
  instantPath,
  MemoryLink,
  type MemoryPath,
  TransportError,
} from '../../src/index.js';
import { Heard, Read } from './recorder.js';

/** Lets `rateBytesPerMs` pass, after `latencyMs`. */
function slowPath(rateBytesPerMs: number, latencyMs: number): MemoryPath {
  let freeMs = 0;
  return {
    mtuBytes: 1452,
    readyMs: (nowMs) => Math.max(nowMs, freeMs),
    carry: ({ sizeBytes }, nowMs) => {
      freeMs = Math.max(freeMs, nowMs) + sizeBytes / rateBytesPerMs;
      return { arrivesMs: freeMs + latencyMs, lostPackets: 0 };
    },
  };
}

/** Writes until nothing more is taken, now and whenever there is credit. Returns a counter. */
function writeForEver(connection: Connection, priority: number): { taken: number } {
  const stream = connection.openUni({ priority });
  const counter = { taken: 0 };
  const pump = () => {
    for (let taken = -1; taken !== 0; counter.taken += taken) taken = stream.write([new Uint8Array(10_000)]);
  };
  stream.listen({ onCredit: pump });
  pump();
  return counter;
}

t.test('a writer without a reader gets rid of exactly window and send buffer', async (t) => {
  const link = new MemoryLink({ limits: { streamWindowBytes: 50_000, sendBufferBytes: 7_000 } });
  const writer = writeForEver(link.dialer, 0);
  t.equal(writer.taken, 7_000, 'before anything moves: the send buffer');
  link.flush();
  t.equal(writer.taken, 57_000, 'then window and buffer');
  t.equal(link.dialer.stats().bytesQueued, 7_000);
});

t.test('the window of the connection bounds the sum of the streams', async (t) => {
  const link = new MemoryLink({ limits: { connectionWindowBytes: 100_000, sendBufferBytes: 1_000 } });
  const writers = [1, 2, 3].map(() => writeForEver(link.dialer, 0));
  link.flush();
  t.equal(
    writers.reduce((sum, writer) => sum + writer.taken, 0),
    103_000,
  );
});

t.test('each end has its own limits and name', async (t) => {
  const link = new MemoryLink({
    limits: { sendBufferBytes: 500 },
    dialer: { name: 'center-1', limits: { streamWindowBytes: 10 } },
    acceptor: { name: 'edge-1', limits: { streamWindowBytes: 20, sendBufferBytes: 600 } },
  });
  t.match(link.dialer.peer, { name: 'edge-1', address: 'memory:acceptor' });
  t.match(link.acceptor.peer, { name: 'center-1', address: 'memory:dialer' });
  t.equal(link.dialer.side, 'dialer');
  const [there, back] = [writeForEver(link.dialer, 0), writeForEver(link.acceptor, 0)];
  link.flush();
  t.equal(there.taken, 520, 'the send buffer is the writer’s, the window the reader’s');
  t.equal(back.taken, 610);
});

t.test('equals share what a slow path carries, packet by packet', async (t) => {
  const link = new MemoryLink({ paths: { toAcceptor: slowPath(1_000, 5), toDialer: instantPath() } });
  const heard = new Heard(link.acceptor);
  for (let index = 0; index < 3; index++) writeForEver(link.dialer, 4);
  link.advance(10);
  const reads = heard.uni.map((stream) => new Read(stream));
  link.advance(310);
  t.equal(reads.length, 3, 'all have begun');
  const bytes = reads.map((read) => read.bytes);
  t.ok(Math.max(...bytes) - Math.min(...bytes) <= 1_452, `${bytes} differ by a packet at most`);
  const sum = bytes.reduce((total, each) => total + each, 0);
  t.ok(sum > 0.95 * 300_000 && sum <= 305_000, `${sum} bytes in 305 ms at 1,000 bytes a ms`);
});

t.test('a higher priority takes the whole path, from the next packet on', async (t) => {
  const link = new MemoryLink({ paths: { toAcceptor: slowPath(1_000, 0), toDialer: instantPath() } });
  const heard = new Heard(link.acceptor);
  writeForEver(link.dialer, 1);
  link.advance(50);
  const low = new Read(heard.uni[0] as never);
  link.advance(100);
  const high = link.dialer.openUni({ priority: 2 });
  high.write([new Uint8Array(50_000)]);
  high.finish();
  link.advance(103);
  const read = new Read(heard.uni[1] as never);
  const before = low.bytes;
  link.advance(150);
  t.ok(low.bytes - before <= 1_452, 'the lower one stands still meanwhile');
  link.advance(153);
  t.same(read.events, ['finished 50000'], '50 kB took 51 ms');
});

t.test('a peer that vanishes is given up exactly when each end’s time is over', async (t) => {
  const link = new MemoryLink({
    dialer: { limits: { idleTimeoutMs: 300 } },
    acceptor: { limits: { idleTimeoutMs: 500 } },
    startMs: 1_000,
  });
  const [dialer, acceptor] = [new Heard(link.dialer), new Heard(link.acceptor)];
  t.equal(link.nextTimeoutMs(), undefined, 'a quiet link has no timer');
  link.advance(2_000);
  link.dialer.openUni({ priority: 0 }).write([new Uint8Array(10)]);
  link.vanish();
  link.vanish();
  link.flush();
  t.equal(link.nextTimeoutMs(), 2_300);
  link.advance(2_299);
  t.same(dialer.closed, [], 'not a millisecond before');
  link.advance(2_300);
  const [info] = dialer.closed;
  t.ok(info?.by === 'transport' && info.error instanceof TransportError);
  t.match(info, { error: { code: 'LH_TRANSPORT_TIMEOUT', message: /acceptor for 300 ms/ } });
  t.same(acceptor.closed, []);
  link.advance(2_500);
  t.match(acceptor.closed, [{ by: 'transport', error: { code: 'LH_TRANSPORT_TIMEOUT' } }]);
  t.same(acceptor.uni, [], 'what was under way is gone');
  t.equal(link.nextTimeoutMs(), undefined);
});

t.test('a close that cannot cross is heard by its own end only', async (t) => {
  const link = new MemoryLink({ limits: { idleTimeoutMs: 100 } });
  const [dialer, acceptor] = [new Heard(link.dialer), new Heard(link.acceptor)];
  link.vanish();
  link.dialer.close(1, 'gone');
  link.advance(99);
  t.same(dialer.closed, [{ by: 'local', code: 1, reason: 'gone' }]);
  t.same(acceptor.closed, []);
  link.advance(100);
  t.equal(acceptor.closed[0]?.by, 'transport');
});

t.test('both ends closing at once each hear their own close', async (t) => {
  const link = new MemoryLink();
  const [dialer, acceptor] = [new Heard(link.dialer), new Heard(link.acceptor)];
  link.dialer.close(1, 'a');
  link.acceptor.close(2, 'b');
  link.flush();
  t.same(dialer.closed, [{ by: 'local', code: 1, reason: 'a' }]);
  t.same(acceptor.closed, [{ by: 'local', code: 2, reason: 'b' }]);
});

t.test('the clock never goes back, and nothing is fired by a call from within an event', async (t) => {
  const link = new MemoryLink({ startMs: 5 });
  const heard = new Heard(link.acceptor);
  link.dialer.openUni({ priority: 0 }).write([new Uint8Array(10)]);
  link.flush();
  const outer = new Read(heard.uni[0] as never, () => {
    link.dialer.openUni({ priority: 0 }).write([new Uint8Array(3)]);
    link.flush();
    t.equal(heard.uni.length, 1, 'an inner flush does nothing');
  });
  link.flush();
  const inner = new Read(heard.uni[1] as never);
  link.flush();
  t.equal(outer.bytes, 10);
  t.equal(inner.bytes, 3);
  link.advance(2);
  t.equal(link.nowMs, 5);
});

t.test('two ends that answer each other for ever are stopped', async (t) => {
  const link = new MemoryLink();
  for (const end of [link.dialer, link.acceptor]) {
    end.attach({
      onUniStream: () => {},
      onBidiStream: () => {},
      onDatagram: (bytes) => void end.sendDatagram(bytes),
      onClosed: () => {},
    });
  }
  link.dialer.sendDatagram(new Uint8Array(1));
  t.throws(() => link.flush(), /did not come to rest in 1000000 turns/);
});

t.test('an event that throws leaves the link usable', async (t) => {
  const link = new MemoryLink();
  const heard = new Heard(link.acceptor);
  const stream = link.dialer.openUni({ priority: 0 });
  stream.write([new Uint8Array(1)]);
  link.dialer.openUni({ priority: 0 }).write([new Uint8Array(5)]);
  link.flush();
  let calls = 0;
  heard.uni[0]?.read({
    onData: () => {
      if (++calls === 1) throw new Error('from the reader');
    },
    onFinished: () => calls++,
    onReset: () => {},
  });
  const other = new Read(heard.uni[1] as never);
  t.throws(() => link.flush(), /from the reader/);
  stream.write([new Uint8Array(1)]);
  stream.finish();
  link.flush();
  t.equal(calls, 3, 'the second chunk and the end came');
  t.equal(other.bytes, 5, 'another reader missed nothing');
});

t.test('a scheduler is asked once for the soonest work, and stale runs do no harm', async (t) => {
  const asked: Array<{ atMs: number; run: (nowMs: number) => void }> = [];
  const link = new MemoryLink({
    paths: { toAcceptor: slowPath(1_000, 50), toDialer: slowPath(1_000, 50) },
    schedule: (atMs, run) => asked.push({ atMs, run }),
  });
  const heard = new Heard(link.acceptor);
  const stream = link.dialer.openUni({ priority: 0 });
  stream.write([new Uint8Array(1)]);
  stream.write([new Uint8Array(1)]);
  t.same(
    asked.map(({ atMs }) => atMs),
    [0],
    'one run for two writes',
  );
  asked[0]?.run(0);
  t.equal(asked.length, 2, 'the arrival is asked for');
  t.ok((asked[1]?.atMs ?? 0) > 50);
  asked[0]?.run(0);
  link.dialer.openUni({ priority: 0 }).write([new Uint8Array(1)]);
  const soonest = asked.at(-1);
  t.equal(soonest?.atMs, link.nextTimeoutMs(), 'sooner work is asked for again');
  for (let index = 0; index < asked.length; index++) asked[index]?.run(asked[index]?.atMs ?? 0);
  t.equal(heard.uni.length, 2);
});

t.test('statistics: round trips, losses and what is in flight', async (t) => {
  const lossy: MemoryPath = {
    ...instantPath(),
    carry: ({ reliable }, nowMs) =>
      reliable ? { arrivesMs: nowMs + 40, lostPackets: 1 } : { arrivesMs: undefined, lostPackets: 1 },
  };
  const link = new MemoryLink({ paths: { toAcceptor: lossy, toDialer: slowPath(1_000_000, 10) } });
  const heard = new Heard(link.acceptor);
  link.dialer.sendDatagram(new Uint8Array(100));
  link.flush();
  t.match(link.dialer.stats(), {
    packetsSent: 1,
    packetsLost: 1,
    bytesInFlight: 0,
    rttMs: 0,
    datagramsDropped: 0,
  });
  link.dialer.openUni({ priority: 0 }).write([new Uint8Array(100)]);
  link.flush();
  t.match(link.dialer.stats(), { packetsSent: 2, packetsLost: 2, bytesInFlight: 144, bytesSent: 288 });
  link.advance(100);
  const { rttMs, minRttMs, bytesInFlight } = link.dialer.stats();
  t.ok(rttMs >= 50 && rttMs < 51, `${rttMs} ms there and back`);
  t.equal(minRttMs, rttMs);
  t.equal(bytesInFlight, 0);
  t.same(heard.datagrams, [], 'a lost datagram is gone');
  t.equal(heard.uni.length, 1, 'a lost packet of a stream is not');
});

t.test('a smaller path bounds datagrams, a peer may refuse them', async (t) => {
  const small = instantPath({ mtuBytes: 500 });
  const link = new MemoryLink({
    paths: { toAcceptor: small, toDialer: instantPath() },
    dialer: { limits: { maxDatagramBytes: 0 } },
  });
  t.equal(link.dialer.maxDatagramSize, 456);
  t.equal(link.acceptor.maxDatagramSize, 0);
  t.notOk(link.acceptor.sendDatagram(new Uint8Array(1)));
  t.equal(link.acceptor.stats().datagramsDropped, 1);
});

t.test('datagrams that nobody takes are held within a bound, the rest counted where they came', async (t) => {
  const link = new MemoryLink({ acceptor: { limits: { datagramQueueBytes: 1_000 } } });
  for (let index = 0; index < 5; index++) link.dialer.sendDatagram(new Uint8Array(300));
  link.flush();
  t.equal(link.acceptor.stats().datagramsDropped, 2);
  const heard = new Heard(link.acceptor);
  link.flush();
  t.equal(heard.datagrams.length, 3);
});

t.test('an owner attaches once', async (t) => {
  const link = new MemoryLink();
  new Heard(link.dialer);
  t.throws(() => new Heard(link.dialer), { name: 'TypeError', message: /once/ });
});

t.test('a link that drives itself asks for no more runs than there is to do', async (t) => {
  const runs: { atMs: number; run: (nowMs: number) => void }[] = [];
  const far = (): MemoryPath => ({
    ...instantPath(),
    carry: ({ sizeBytes }, nowMs) => ({ arrivesMs: nowMs + 50 + (sizeBytes % 7), lostPackets: 0 }),
  });
  const link = new MemoryLink({
    paths: { toAcceptor: far(), toDialer: far() },
    schedule: (atMs, run) => void runs.push({ atMs, run }),
  });
  new Heard(link.acceptor);
  for (let nowMs = 0; nowMs < 2_000; nowMs += 5) {
    link.dialer.sendDatagram(new Uint8Array(100 + (nowMs % 13)));
    const due = () => runs.findIndex(({ atMs }) => atMs <= nowMs);
    for (let at = due(); at >= 0; at = due()) runs.splice(at, 1)[0]?.run(nowMs);
  }
  t.ok(runs.length < 20, `${runs.length} runs are waiting`);
});

t.test('a packet that has arrived is let go of while others are under way', async (t) => {
  const link = new MemoryLink({ paths: { toAcceptor: slowPath(1_000, 50), toDialer: slowPath(1_000, 50) } });
  const datagrams: WeakRef<Uint8Array>[] = [];
  link.acceptor.attach({
    onUniStream: () => {},
    onBidiStream: () => {},
    onDatagram: (bytes) => datagrams.push(new WeakRef(bytes)),
    onClosed: () => {},
  });
  for (let nowMs = 0; nowMs < 2_000; nowMs += 1) {
    link.dialer.sendDatagram(new Uint8Array(100));
    link.advance(nowMs);
    if (nowMs % 500 === 0) await new Promise(setImmediate);
  }
  const kept = (await retained(datagrams)).length;
  t.ok(datagrams.length > 1_500);
  t.ok(kept < 700, `${kept} of ${datagrams.length} are kept`);
});

t.test('a path whose packets hold nothing is refused instead of looping', async (t) => {
  const narrow: MemoryPath = { ...instantPath(), mtuBytes: Number.NaN };
  const link = new MemoryLink({ paths: { toAcceptor: narrow, toDialer: narrow } });
  link.dialer.openUni({ priority: 0 }).write([new Uint8Array(10)]);
  t.throws(() => link.flush(), /nothing of what waits fits/);
});
