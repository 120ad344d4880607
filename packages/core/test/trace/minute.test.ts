import t from 'tap';
import { MINUTE_S, Minute, type MinuteView } from '../../src/trace/minute.js';
import { DELAY_PARTS, type PartTimes, sum } from '../../src/trace/parts.js';

const START_MS = 1_000_000;

function add(minute: Minute, parts: Partial<PartTimes>, nowMs: number, isKey = false): void {
  minute.add(
    DELAY_PARTS.map((part) => parts[part] ?? 0),
    isKey,
    nowMs,
  );
}

function view(minute: Minute, nowMs: number): MinuteView {
  const seen = minute.view(nowMs);
  if (seen === undefined) throw new Error('nothing was seen');
  return seen;
}

t.test('a quantile says what its frames were made of', async (t) => {
  const minute = new Minute();
  for (let at = 0; at < 1_000; at += 1) {
    // Five in a hundred waited for lost packets.
    const recovery = at % 20 === 0 ? 190 : 0;
    add(minute, { queue: 10, recovery }, START_MS + at * 20, at % 50 === 0);
  }
  const { frames, p50, p99, worstMs, recovered, keys } = view(minute, START_MS + 20_000);
  t.equal(frames, 1_000);
  t.ok(Math.abs(p50.totalMs - 10) < 1, `${p50.totalMs}`);
  t.equal(p50.parts.recovery, 0);
  t.ok(Math.abs(p99.totalMs - 200) < 12, `${p99.totalMs}`);
  t.ok(Math.abs(p99.parts.recovery / p99.totalMs - 0.95) < 0.001, 'as much of it as the frames had');
  t.ok(Math.abs(sum(p99.parts) - p99.totalMs) < 1e-9, 'the parts are all of it');
  t.equal(worstMs, 200);
  t.strictSame(recovered, { frames: 50, meanMs: 10 + 180 });
  t.equal(keys.frames, 20);
  t.match(keys.parts, { queue: 10, recovery: 95 });
});

t.test('quantiles grow with their rank, whatever the frames', async (t) => {
  const minute = new Minute();
  let seed = 1;
  for (let at = 0; at < 5_000; at += 1) {
    seed = (seed * 48_271) % 2_147_483_647;
    add(minute, { before: seed % 900, egress: seed % 7 }, START_MS + at);
  }
  const { p50, p95, p99, worstMs } = view(minute, START_MS + 5_000);
  t.ok(Math.abs(p50.totalMs - 453) < 45, `${p50.totalMs}`);
  t.ok(Math.abs(p95.totalMs - 858) < 60, `${p95.totalMs}`);
  t.ok(p50.totalMs < p95.totalMs && p95.totalMs < p99.totalMs && p99.totalMs <= worstMs * 1.1);
});

t.test('frames without delay and frames without end have their places', async (t) => {
  const minute = new Minute();
  add(minute, {}, START_MS);
  t.match(view(minute, START_MS + 10), { frames: 1, p95: { totalMs: 0 }, worstMs: 0 });
  const late = new Minute();
  add(late, { queue: 9e6 }, START_MS);
  t.match(view(late, START_MS), { p50: { totalMs: 9e6, parts: { queue: 9e6 } }, worstMs: 9e6 });
});

t.test('seconds that are over are kept for a minute, and no longer', async (t) => {
  const minute = new Minute();
  t.equal(minute.view(START_MS), undefined, 'nothing came yet');
  for (let second = 0; second < 200; second += 1) add(minute, { merge: second }, START_MS + second * 1_000);
  const { seconds } = view(minute, START_MS + 200_000);
  t.equal(seconds.length, MINUTE_S);
  t.strictSame(
    seconds.map(({ parts }) => parts.merge),
    Array.from({ length: MINUTE_S }, (_, at) => 140 + at),
  );
  t.ok(view(minute, START_MS + 200_000).frames <= MINUTE_S);
  t.equal(minute.view(START_MS + 300_000), undefined, 'a minute later nothing is left');
  add(minute, { merge: 1 }, START_MS + 400_000);
  t.match(view(minute, START_MS + 401_000), { frames: 1, worstMs: 1 });
});

t.test('a frame that settles late counts in the second it came, an old one not at all', async (t) => {
  const minute = new Minute();
  add(minute, { queue: 1 }, START_MS + 90_000);
  add(minute, { queue: 2 }, START_MS + 85_000);
  add(minute, { queue: 3 }, START_MS + 29_000);
  const { seconds, frames } = view(minute, START_MS + 91_000);
  t.equal(frames, 2);
  t.match(seconds.slice(-6), [{ parts: { queue: 2 } }, {}, {}, {}, {}, { parts: { queue: 1 } }]);
});
