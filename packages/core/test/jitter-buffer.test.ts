import { Random } from '@longhaul/testkit';
import fc from 'fast-check';
import t from 'tap';
import { JitterBuffer, SETTLE_MS } from '../src/jitter-buffer.js';
import { FRAME_OVERHEAD_BYTES } from '../src/limits.js';

interface Left {
  readonly track: string;
  readonly timestamp: number;
  readonly atMs: number;
}

function aBuffer({ maxMs = 300, maxBytes = 1_000_000 } = {}) {
  const out: Left[] = [];
  const buffer = new JitterBuffer<string, number>({
    maxMs,
    maxBytes,
    onItem: (track, timestamp, atMs) => out.push({ track, timestamp, atMs }),
  });
  const push = (timestamp: number, nowMs: number, { track = 'video', bytes = 100 } = {}) =>
    buffer.push(track, timestamp, { timestamp, bytes }, nowMs);
  return { buffer, out, push };
}

/** Frames 40 ms apart that come `delays[i]` late, and then time until all has left. */
function play(delays: readonly number[], options?: Parameters<typeof aBuffer>[0]) {
  const { buffer, out, push } = aBuffer(options);
  const arrivals = delays
    .map((delayMs, at) => ({ timestamp: at * 40, atMs: at * 40 + delayMs }))
    .map((arrival, at, all) => ({
      ...arrival,
      atMs: Math.max(...all.slice(0, at + 1).map(({ atMs }) => atMs)),
    }));
  let nowMs = 0;
  for (const { timestamp, atMs } of arrivals) {
    for (; nowMs < atMs; nowMs += 1) buffer.poll(nowMs);
    push(timestamp, atMs);
  }
  for (const endMs = nowMs + 2_000; nowMs < endMs; nowMs += 1) buffer.poll(nowMs);
  return { buffer, out, arrivals };
}

const gaps = (out: readonly Left[]) => out.slice(1).map(({ atMs }, at) => atMs - (out[at] as Left).atMs);

t.test('frames that come evenly are passed through', async (t) => {
  const { out, buffer } = play(Array(100).fill(60));
  t.same(
    out.map(({ atMs }) => atMs),
    out.map(({ timestamp }) => timestamp + 60),
  );
  t.match(buffer.counters, { delayMs: 0, overflown: 0 });
});

t.test('cached media of the start waits for nothing', async (t) => {
  const { out, push } = aBuffer();
  for (let timestamp = 0; timestamp < 2_000; timestamp += 40) push(timestamp, timestamp / 40);
  t.equal(out.length, 50);
});

t.test('jitter is evened out, each frame at most the bound later than it came', async (t) => {
  const random = new Random(7);
  const delays = Array.from({ length: 1_000 }, () => 50 + random.integer(0, 120));
  const { out, arrivals, buffer } = play(delays);
  const settled = out.slice(200);
  t.ok(Math.max(...gaps(settled)) <= 50, 'nearly even');
  t.ok(
    Math.max(...gaps(arrivals.map((each) => ({ track: '', ...each })).slice(200))) > 100,
    'they came unevenly',
  );
  t.ok(settled.every(({ atMs }, at) => atMs - (arrivals[at + 200]?.atMs ?? 0) <= 300));
  t.ok(buffer.counters.delayMs > 80 && buffer.counters.delayMs <= 120);
});

t.test('the delay grows at once and shrinks slowly', async (t) => {
  const even = Array(600).fill(50);
  const { out } = play([...even, ...Array(60).fill(200), ...Array(1_200).fill(50)]);
  const lateness = out.map(({ atMs, timestamp }) => atMs - timestamp);
  t.equal(lateness[599], 50);
  t.equal(lateness[640], 200);
  t.equal(lateness[700], 200, 'while the window remembers it');
  const after = lateness.slice(1_200, 1_300);
  t.ok(
    after.every((ms, at) => at === 0 || (after[at - 1] as number) - ms <= 1),
    'by 10 ms a second',
  );
  t.equal(lateness.at(-1), 50);
});

t.test('one late frame alone changes nothing, and leaves when it comes', async (t) => {
  const { out } = play([...Array(600).fill(50), 90, ...Array(100).fill(50)]);
  t.equal(out[600]?.atMs, 600 * 40 + 90);
  t.equal(out[601]?.atMs, 601 * 40 + 50);
});

t.test('the bound in time is reached: what is later than it is not waited for', async (t) => {
  const delays = Array.from({ length: 600 }, (_, at) => (at % 10 < 5 ? 50 : 1_050));
  const { out, arrivals, buffer } = play(delays, { maxMs: 100 });
  t.ok(out.every(({ atMs }, at) => atMs - (arrivals[at]?.atMs ?? 0) <= 100));
  t.equal(buffer.counters.delayMs, 100);
});

t.test('the bound in bytes is reached: the frame that is due first leaves, none is lost', async (t) => {
  const { buffer, out, push } = aBuffer({ maxBytes: 3 * (100 + FRAME_OVERHEAD_BYTES) });
  push(0, 0);
  push(SETTLE_MS, SETTLE_MS + 200);
  for (let at = 1; at <= 5; at += 1) push(SETTLE_MS + at, SETTLE_MS + 200);
  t.ok(buffer.heldBytes <= 3 * (100 + FRAME_OVERHEAD_BYTES));
  t.equal(buffer.counters.overflown, 2);
  buffer.flush(SETTLE_MS + 200);
  t.same(
    out.map(({ timestamp }) => timestamp - SETTLE_MS),
    [-SETTLE_MS, 0, 1, 2, 3, 4, 5],
  );
});

t.test('a track that comes late does not wait behind another that comes early', async (t) => {
  const { buffer, out, push } = aBuffer();
  push(0, 0);
  push(0, 0, { track: 'audio' });
  push(SETTLE_MS, SETTLE_MS + 200);
  push(SETTLE_MS + 100, SETTLE_MS + 210, { track: 'audio' });
  t.equal(out.length, 3, 'audio waits for its time');
  push(SETTLE_MS + 5, SETTLE_MS + 220);
  t.equal(out.at(-1)?.timestamp, SETTLE_MS + 5);
  buffer.poll(SETTLE_MS + 300);
  t.equal(out.at(-1)?.track, 'audio');
});

t.test('init data keeps its place in its track', async (t) => {
  const { buffer, out, push } = aBuffer();
  const init = (nowMs: number) => buffer.push('video', -1, { timestamp: undefined, bytes: 10 }, nowMs);
  init(0);
  push(0, 0);
  push(SETTLE_MS, SETTLE_MS + 200);
  push(SETTLE_MS + 100, SETTLE_MS + 210);
  init(SETTLE_MS + 220);
  push(SETTLE_MS + 140, SETTLE_MS + 230);
  buffer.flush(SETTLE_MS + 230);
  t.same(
    out.map(({ timestamp }) => timestamp),
    [-1, 0, SETTLE_MS, SETTLE_MS + 100, -1, SETTLE_MS + 140],
  );
});

t.test('timestamps that jump by hours or wrap stop nothing', async (t) => {
  const { buffer, out } = aBuffer();
  let timestamp = 2 ** 32 - 30_000;
  for (let nowMs = 0; nowMs < 90_000; nowMs += 40) {
    buffer.poll(nowMs);
    if (nowMs === 60_000) timestamp += 7_200_000;
    if (nowMs === 70_000) timestamp -= 3_600_000;
    timestamp = (timestamp + 40) % 2 ** 32;
    buffer.push('video', timestamp, { timestamp, bytes: 100 }, nowMs);
    t.ok((out.at(-1)?.atMs ?? 0) > nowMs - 300 - 80);
  }
});

t.test('any arrivals: each track in order, everything leaves once and within the bound', async (t) => {
  const frames = fc.array(
    fc.record({
      track: fc.constantFrom('a', 'b'),
      step: fc.nat(100),
      waitMs: fc.nat(200),
      bytes: fc.nat(2_000),
    }),
    { maxLength: 120 },
  );
  fc.assert(
    fc.property(frames, (all) => {
      const { buffer, out, push } = aBuffer({ maxMs: 150, maxBytes: 10_000 });
      const sent: (Left & { track: string })[] = [];
      const next: Record<string, number> = { a: 0, b: 0 };
      let nowMs = 0;
      const pass = (ms: number) => {
        for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 1) buffer.poll(nowMs);
      };
      for (const { track, step, waitMs, bytes } of all) {
        pass(waitMs);
        const timestamp = (next[track] ?? 0) + step + 1;
        next[track] = timestamp;
        sent.push({ track, timestamp, atMs: nowMs });
        push(timestamp, nowMs, { track, bytes });
        if (buffer.heldBytes > 10_000) return false;
      }
      pass(151);
      if (out.length !== sent.length || buffer.heldBytes !== 0) return false;
      return ['a', 'b'].every((track) => {
        const [mine, theirs] = [sent, out].map((list) => list.filter((each) => each.track === track));
        return mine?.every(({ timestamp, atMs }, at) => {
          const left = theirs?.[at];
          return left?.timestamp === timestamp && left.atMs - atMs <= 150;
        });
      });
    }),
  );
  t.pass('held for all runs');
});

t.test('before it has settled there is no delay to speak of', async (t) => {
  const { buffer, push } = aBuffer();
  t.match(buffer.counters, { delayMs: 0, held: 0 });
  push(0, 0);
  t.equal(buffer.counters.delayMs, 0);
});

t.test('of tracks that wait the one whose frame is due first goes first', async (t) => {
  const { buffer, out, push } = aBuffer();
  // Both tracks come up to 100 ms late, so what comes early waits.
  for (let at = 0; at < SETTLE_MS + 4_000; at += 40) {
    for (const track of ['video', 'audio']) push(at, at + ((at / 40) % 2) * 39 + 60, { track });
    buffer.poll(at + 99);
  }
  const startMs = SETTLE_MS + 10_000;
  buffer.flush(startMs);
  out.length = 0;
  push(startMs, startMs + 5, { track: 'video' });
  push(startMs + 10, startMs + 5, { track: 'audio' });
  push(startMs + 20, startMs + 5, { track: 'video' });
  t.same(out, [], 'all wait');
  buffer.poll(startMs + 1_000);
  t.same(
    out.map(({ track, timestamp }) => [track, timestamp - startMs]),
    [
      ['video', 0],
      ['audio', 10],
      ['video', 20],
    ],
  );
});
