import t from 'tap';
import * as Metrics from '../../src/metrics/index.js';
import type { FrameColumns, RunRecord } from '../../src/records/index.js';
import { CONNECT_US, framesOf, times } from '../support/arrivals.js';

function recordOf(frames: FrameColumns | undefined, more: Partial<RunRecord> = {}): RunRecord {
  const session = { connectStartUs: CONNECT_US, endUs: 0, endReason: 'complete', corrupt: 0, duplicated: 0 };
  return {
    version: 1,
    run: { profile: 'p', seed: 1, arm: 'a', scenario: 'live', durationS: 10 },
    link: { oneWayMs: 20, rttMs: 45 },
    settings: {},
    versions: {},
    validity: { state: 'valid' },
    ...(frames && { session, frames }),
    series: [],
    cpu: {},
    ...more,
  };
}

const value = (key: string, ...records: RunRecord[]) =>
  Metrics.pool(records.map(Metrics.ofRun), Metrics.metric(key));

t.test('delay counts every frame that was due since the connect call', async (t) => {
  // 100 frames; the first ten are older than the viewer. Of 90: 80 after 30 ms, 5 after 300 ms, 5 never.
  const delays = [...times(10, 900), ...times(80, 30), ...times(5, 300), ...times(5, 'lost')];
  const frames = framesOf({ delays, firstMs: -1_000 });
  const delay = Metrics.ofRun(recordOf(frames)).delay;
  t.match(delay, { frames: 90, missing: 5, p50Ms: 30, p95Ms: 10_000, p99Ms: 10_000, maxMs: 10_000 });
  t.same(delay?.late, {
    'owd+100': { numerator: 10, denominator: 90 },
    'owd+200': { numerator: 10, denominator: 90 },
    'owd+500': { numerator: 5, denominator: 90 },
    // 20 + 45 + 150 = 215 ms
    'owd+rtt+150': { numerator: 10, denominator: 90 },
  });
  t.equal(delay?.audio, undefined);
  t.equal(delay?.video?.frames, 90);
  t.equal(value('delay.missing', recordOf(frames)), 5 / 90);
});

t.test('steady delay leaves out the frames of the start, by their capture alone', async (t) => {
  // 60 frames; those of the first 3 s are 500 ms late, then one never comes, the rest takes 30 ms.
  const frames = framesOf({ delays: [...times(30, 500), 'lost', ...times(29, 30)] });
  const { delay, steady } = Metrics.ofRun(recordOf(frames));
  t.match(delay, { frames: 60, missing: 1, p50Ms: 500 });
  t.match(steady, { frames: 30, missing: 1, p50Ms: 30, maxMs: 10_000 });
  t.same(steady?.late['owd+200'], { numerator: 1, denominator: 30 });
  // The gap from 2,900 + 500 to 3,100 + 30 is none: pictures overtook. What arrived before 3,000 is not in the span.
  t.equal(steady?.w3cFreeze.count, 0);
  t.ok((steady?.w3cFreeze.spanMs ?? 0) < (delay?.w3cFreeze.spanMs ?? 0) - 2_000);
  t.equal(
    Metrics.ofRun(recordOf(framesOf({ delays: times(20, 30) }))).steady,
    undefined,
    'a run of 2 s has none',
  );
});

t.test('a frame exactly at the deadline is not late', async (t) => {
  const delay = Metrics.ofRun(recordOf(framesOf({ delays: [120, 121, 120] }))).delay;
  t.same(delay?.late['owd+100'], { numerator: 1, denominator: 3 });
});

t.test('a gap is a freeze by the rule of webrtc-stats', async (t) => {
  // Gaps of 100 ms; a freeze needs max(300, 250) ms. Gaps: 299 none, 300 one.
  const one = (gapMs: number) =>
    Metrics.freezes(framesOf({ delays: [...times(40, 0), ...times(10, gapMs - 100)] }));
  t.same(one(299), { count: 0, frozenMs: 0, spanMs: 4_900 + 199 });
  t.same(one(300), { count: 1, frozenMs: 300, spanMs: 4_900 + 200 });
  const broken = Metrics.freezes(framesOf({ delays: [...times(40, 0), ...times(10, 'lost')] }));
  t.same(broken, { count: 1, frozenMs: 1_000, spanMs: 4_900 }, 'up to the end of the source');
});

t.test('who got no picture, or one and no more, saw nothing move', async (t) => {
  // 51 pictures: 5 s from the first capture to the last.
  const frozen = { count: 1, frozenMs: 5_000, spanMs: 5_000 };
  t.same(Metrics.freezes(framesOf({ delays: times(51, 'lost') })), frozen);
  t.same(Metrics.freezes(framesOf({ delays: [0, ...times(50, 'lost')] })), frozen);
  const since = (ms: number) =>
    Metrics.freezes(framesOf({ delays: times(51, 'lost') }), CONNECT_US + ms * 1_000);
  t.same(since(3_000), { count: 1, frozenMs: 2_000, spanMs: 2_000 });
  t.same(since(9_000), { count: 0, frozenMs: 0, spanMs: 0 }, 'the source is over before');
  const sound = framesOf({ delays: times(51, 'lost') });
  const audio = { ...sound, track: sound.track.map(() => 1), kind: sound.kind.map(() => 3) };
  t.same(Metrics.freezes(audio), { count: 0, frozenMs: 0, spanMs: 0 }, 'there were no pictures');
  const fine = recordOf(framesOf({ delays: times(51, 20) }));
  const nothing = recordOf(framesOf({ delays: times(51, 'lost') }));
  t.equal(value('delay.w3cFreeze', nothing), 1);
  t.equal(value('delay.w3cFreeze', fine, nothing), 0.5);
});

const REPORT = {
  options: { name: 'x', startMs: 0, resumeMs: 0, targetMs: 0, catchUp: undefined },
  sessionMs: 21_000,
  startMs: 1_000,
  startingMs: 1_000,
  playMs: 16_500,
  stalls: [
    { atMs: 2_000, durationMs: 50 },
    { atMs: 5_500, durationMs: 3_000 },
    { atMs: 15_000, durationMs: 100 },
    { atMs: 18_000, durationMs: 350 },
  ],
  skips: { catchUp: { count: 1, mediaMs: 500 }, missing: { count: 2, mediaMs: 50 } },
  jumps: [
    { atMs: 2_500, mediaMs: 500 },
    { atMs: 3_000, mediaMs: 20 },
    { atMs: 9_000, mediaMs: 30 },
  ],
  discardedFrames: 0,
  latencyMs: 600,
};

t.test('stalls count by their length, windows by whether one is in them', async (t) => {
  const { stalled, watchMs, skipped, started, startMs } = Metrics.viewing(REPORT);
  t.same({ watchMs, started, startMs }, { watchMs: 20_000, started: true, startMs: 1_000 });
  // Windows of 5 s from 1,000 on: 1-6, 6-11, 11-16, 16-21. The stall of 5,500 is in two.
  t.same(stalled[0], { count: 4, stallMs: 3_500, windows: { numerator: 4, denominator: 4 } });
  t.same(stalled[100], { count: 3, stallMs: 3_450, windows: { numerator: 4, denominator: 4 } });
  t.same(stalled[200], { count: 2, stallMs: 3_350, windows: { numerator: 3, denominator: 4 } });
  t.same(stalled[500], { count: 1, stallMs: 3_000, windows: { numerator: 2, denominator: 4 } });
  t.same(skipped, { numerator: 550, denominator: 550 + 16_500 });
});

t.test('skips count as stalls, from the start of play or from 3 s on', async (t) => {
  const { disturbed, steadyDisturbed } = Metrics.viewing(REPORT);
  // Stalls from 200 ms: 3,000 + 350. Media skipped: 550, of which 50 from 3 s on.
  t.same(disturbed, { numerator: 3_350 + 550, denominator: 20_000 + 550 });
  t.same(steadyDisturbed, { numerator: 3_350 + 50, denominator: 18_000 + 50 });
  const across = Metrics.viewing({ ...REPORT, stalls: [{ atMs: 2_800, durationMs: 700 }], jumps: [] });
  t.same(across.steadyDisturbed, { numerator: 500, denominator: 18_000 }, 'what lies after 3 s of it');
  t.same(across.disturbed, { numerator: 700, denominator: 20_000 });
  const late = Metrics.viewing({ ...REPORT, startMs: 5_000, stalls: [], jumps: [] });
  t.same(late.steadyDisturbed, { numerator: 2_000, denominator: 18_000 }, 'who has not started waits');
  t.same(late.disturbed, { numerator: 0, denominator: 16_000 });
});

t.test('a stall that ends with a window is not in the next', async (t) => {
  const stalls = [{ atMs: 3_000, durationMs: 3_000 }];
  const { stalled } = Metrics.viewing({ ...REPORT, stalls });
  t.same(stalled[0].windows, { numerator: 1, denominator: 4 });
});

t.test('a session that never started is one stall in every denominator', async (t) => {
  const { started, startMs, stalled, watchMs, skipped, disturbed, steadyDisturbed } = Metrics.viewing({
    ...REPORT,
    startMs: undefined,
    startingMs: 21_000,
    playMs: 0,
    stalls: [],
    skips: { catchUp: { count: 0, mediaMs: 0 }, missing: { count: 0, mediaMs: 0 } },
    jumps: [],
    latencyMs: undefined,
  });
  t.same({ started, startMs, watchMs }, { started: false, startMs: 21_000, watchMs: 21_000 });
  t.same(stalled[500], { count: 1, stallMs: 21_000, windows: { numerator: 5, denominator: 5 } });
  t.same(skipped, { numerator: 21_000, denominator: 21_000 }, 'nothing of what was due was shown');
  t.same(disturbed, { numerator: 21_000, denominator: 21_000 });
  t.same(steadyDisturbed, { numerator: 18_000, denominator: 18_000 });
});

t.test('sessions are pooled as ratios of sums, those that never started with them', async (t) => {
  // 10 s of pictures in time, and a viewer that got none. p300: S 250 ms.
  const fine = recordOf(framesOf({ delays: times(101, 20) }));
  const nothing = recordOf(framesOf({ delays: times(101, 'lost') }));
  // With the picture of 300 ms at 320.
  t.equal(value('p300.startMs', fine), 320);
  t.equal(value('p300.startMs', fine, nothing), (320 + 10_000) / 2);
  t.equal(value('p300.stallTimeRatio', fine), 0);
  t.equal(value('p300.stallTimeRatio', nothing), 1);
  t.equal(value('p300.stallTimeRatio', fine, nothing), 10_000 / (9_680 + 10_000));
  t.equal(value('p300.stallSessionRate', fine, nothing), 0.5);
  t.equal(value('p300.neverStarted', fine, nothing), 0.5);
  t.equal(value('p300.instantOpen', fine, nothing), 0.5);
  t.equal(value('p300.slowOpen', fine, nothing), 0.5);
  t.equal(value('p1000.startMs', fine), 1_020);
  t.equal(value('p1000.instantOpen', fine), 0, 'a second and more is not at once');
  t.equal(value('p1000.slowOpen', fine), 0);
  t.equal(value('p3000.slowOpen', fine), 1, 'three seconds of buffer take three seconds');
  t.equal(value('p300.stallRateWindow', fine, nothing), 2 / 4);
  t.equal(value('p300.stallsPer100s', fine, nothing), 1 / 0.1968);
  t.equal(value('p300.latencyMs', nothing), 10_000);
  t.equal(value('p300.skipped', fine, nothing), 10_000 / (9_680 + 10_000));
});

t.test('times that never came count as the length of the run', async (t) => {
  const us = (ms: number) => CONNECT_US + ms * 1_000;
  const session = {
    connectStartUs: CONNECT_US,
    connectedUs: us(3),
    firstByteUs: us(40),
    endUs: us(11_000),
    endReason: 'complete',
    corrupt: 0,
    duplicated: 0,
  };
  const frames = framesOf({ delays: times(10, 20) });
  t.match(Metrics.ofRun(recordOf(frames, { session })), { ttfbMs: 40, ttffMs: 10_000 });
  const hop = { startUs: 1_000, usableUs: 181_000 };
  t.equal(Metrics.ofRun(recordOf(frames, { session, hop })).connectMs, 180);
  // The viewer's own connection does not cross the link: it must not stand for that of a hop that tells none.
  t.equal(Metrics.ofRun(recordOf(frames, { session })).connectMs, undefined);
  t.equal(Metrics.ofRun(recordOf(frames, { session, hop: { startUs: 1_000 } })).connectMs, 10_000);
});

t.test('a run without media tells what it can', async (t) => {
  const metrics = Metrics.ofRun(
    recordOf(undefined, {
      hop: { startUs: 0, usableUs: 90_500 },
      cpu: { edge: 0.2, center: 0.1, source: 0.5, viewer: 0.4 },
    }),
  );
  t.match(metrics, { connectMs: 90.5, ttfbMs: undefined, delay: undefined, players: undefined });
  t.ok(Math.abs((metrics.cpuShare ?? 0) - 0.3) < 1e-9, 'source and viewer are not the hop');
  for (const each of Metrics.METRICS) {
    t.equal(each.of(metrics) !== undefined, ['connectMs', 'cpuShare'].includes(each.key), each.key);
  }
});

t.test('every metric has a key of its own and a margin', async (t) => {
  t.equal(new Set(Metrics.METRICS.map(({ key }) => key)).size, Metrics.METRICS.length);
  t.ok(Metrics.METRICS.every(({ margin }) => margin.absolute > 0));
  t.throws(() => Metrics.metric('speed'), { name: 'RangeError', message: /no metric "speed"/ });
  t.same(
    Metrics.METRICS.filter(({ better }) => better === 'higher').map(({ key }) => key),
    ['p300.instantOpen', 'p500.instantOpen', 'p1000.instantOpen', 'p3000.instantOpen'],
  );
});
