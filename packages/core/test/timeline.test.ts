import fc from 'fast-check';
import t from 'tap';
import type { FrameKind } from '../src/frame.js';
import { timestampDifference } from '../src/media-clock.js';
import { SEAM_MS, STEP_AHEAD_MS, STEP_BACK_MS, Timeline, type TimelineMode } from '../src/timeline.js';

/** Stamps frames; audio, data and video are a track each unless told. */
function aTimeline(mode: TimelineMode = 'continuous') {
  const timeline = new Timeline(mode);
  const stamp = (epoch: number, kind: FrameKind, timestamp: number, track = TRACKS[kind]) =>
    timeline.stamp({ epoch, track, kind, timestamp });
  return { stamp };
}

const TRACKS = {
  init: 'video',
  key: 'video',
  delta: 'video',
  discardable: 'video',
  audio: 'audio',
  data: 'data',
} as const;
const HOUR_MS = 3_600_000;

t.test('the first epoch leaves as it came, over the wrap too', async (t) => {
  const timeline = aTimeline();
  for (const timestamp of [0xffff_ff00, 0xffff_fff0, 0x10, 30, 5_000]) {
    t.equal(timeline.stamp(7, 'audio', timestamp), timestamp);
  }
});

t.test('between tracks steps back are kept, over the wrap too', async (t) => {
  const timeline = aTimeline();
  t.equal(timeline.stamp(1, 'key', 20), 20);
  t.equal(timeline.stamp(1, 'audio', 0xffff_fff0), 0xffff_fff0);
  t.equal(timeline.stamp(1, 'delta', 53), 53);
  t.equal(timeline.stamp(1, 'audio', 5), 5);
  t.equal(timeline.stamp(1, 'audio', 9_000), 9_000);
  t.equal(timeline.stamp(1, 'delta', 86), 86, 'a track that lags goes on where it is');
});

t.test('a small step back of a track leaves with the timestamp before it', async (t) => {
  const timeline = aTimeline();
  timeline.stamp(1, 'key', 10_000);
  t.equal(timeline.stamp(1, 'delta', 10_000 - STEP_BACK_MS), 10_000);
  t.equal(timeline.stamp(1, 'delta', 9_990), 10_000);
  t.equal(timeline.stamp(1, 'delta', 10_033), 10_033);
});

t.test('small steps back that add up to a large one go on upward', async (t) => {
  const timeline = aTimeline();
  timeline.stamp(1, 'key', 10_000);
  timeline.stamp(1, 'delta', 9_700);
  t.equal(timeline.stamp(1, 'delta', 9_400), 10_000 + SEAM_MS);
  t.equal(timeline.stamp(1, 'delta', 9_433), 10_000 + SEAM_MS + 33);
});

for (const jumpMs of [-7 * HOUR_MS, 7 * HOUR_MS, -5_000, STEP_AHEAD_MS + 1_000]) {
  t.test(`a jump of ${jumpMs} ms leaves as a step of one frame, tracks stay together`, async (t) => {
    const timeline = aTimeline();
    let outs: number[] = [];
    const base = 8 * HOUR_MS;
    const send = (kind: FrameKind, mediaMs: number, offsetMs: number) =>
      outs.push(timeline.stamp(1, kind, base + mediaMs + offsetMs));
    send('key', 0, 0);
    send('audio', 5, 0);
    send('delta', 40, 0);
    send('audio', 28, 0);
    t.same(outs, [base, base + 5, base + 40, base + 28]);
    outs = [];
    send('key', 80, jumpMs);
    // Audio from before the jump may come after it.
    send('audio', 51, 0);
    send('audio', 74, jumpMs);
    send('delta', 120, jumpMs);
    send('audio', 97, jumpMs);
    t.same(outs, [base + 80, base + 51, base + 74, base + 120, base + 97]);
  });
}

t.test('a pause is left as it is', async (t) => {
  const timeline = aTimeline();
  timeline.stamp(1, 'key', 0);
  t.equal(timeline.stamp(1, 'key', STEP_AHEAD_MS), STEP_AHEAD_MS);
});

t.test('a track that was away while others went on comes back where they are', async (t) => {
  const timeline = aTimeline();
  timeline.stamp(1, 'key', 0);
  for (let at = 0; at <= 60_000; at += 20) timeline.stamp(1, 'audio', at);
  t.equal(timeline.stamp(1, 'key', 60_010), 60_010);
  t.equal(timeline.stamp(1, 'audio', 60_020), 60_020);
});

t.test('tracks that jump apart for ever open runs without end, each grows', async (t) => {
  const timeline = aTimeline();
  const last: Record<string, number> = {};
  for (let at = 0; at < 1_000; at += 1) {
    const kind = at % 2 === 0 ? 'audio' : 'key';
    const out = timeline.stamp(1, kind, (at * 2_654_435_761) >>> 0);
    if (timestampDifference(out, last[kind] ?? out) < 0) return t.fail(`step ${at}`);
    last[kind] = out;
  }
  t.ok((last.audio ?? 0) <= 1_000 * SEAM_MS);
});

t.test('init data and data frames far from audio and video leave with the latest of these', async (t) => {
  const timeline = aTimeline();
  timeline.stamp(1, 'key', 8 * HOUR_MS);
  t.equal(timeline.stamp(1, 'data', 0), 8 * HOUR_MS);
  t.equal(timeline.stamp(1, 'init', 0), 8 * HOUR_MS);
  t.equal(timeline.stamp(1, 'data', 8 * HOUR_MS + 20), 8 * HOUR_MS + 20);
});

t.test('two failovers: each publisher begins elsewhere, all go on upward', async (t) => {
  const timeline = aTimeline();
  const outs: number[] = [];
  for (const [epoch, base] of [0xffff_ff00, 0, 20 * HOUR_MS].entries()) {
    timeline.stamp(epoch, 'init', 0);
    for (let at = 0; at < 400; at += 40) {
      outs.push(timeline.stamp(epoch, at === 0 ? 'key' : 'delta', (base + at) >>> 0));
      timeline.stamp(epoch, 'audio', (base + at) >>> 0);
    }
  }
  t.ok(outs.every((out, at) => at === 0 || timestampDifference(out, outs[at - 1] as number) === SEAM_MS));
});

t.test('a new epoch goes on one frame after the latest of the old', async (t) => {
  const timeline = aTimeline();
  timeline.stamp(1, 'audio', 5_000);
  timeline.stamp(1, 'key', 5_010);
  timeline.stamp(1, 'audio', 5_005);
  t.equal(timeline.stamp(2, 'audio', 100), 5_010 + SEAM_MS);
  t.equal(timeline.stamp(2, 'key', 90), 5_010 + SEAM_MS - 10);
  t.equal(timeline.stamp(2, 'audio', 123), 5_010 + SEAM_MS + 23);
});

t.test('passthrough leaves timestamps over a change of epoch', async (t) => {
  const timeline = aTimeline('passthrough');
  timeline.stamp(1, 'audio', 5_000);
  t.equal(timeline.stamp(2, 'audio', 0), 0);
});

t.test('a new epoch goes on over the 32-bit wrap', async (t) => {
  const timeline = aTimeline();
  timeline.stamp(1, 'audio', 0xffff_fff0);
  t.equal(timeline.stamp(2, 'audio', 0), (0xffff_fff0 + SEAM_MS) >>> 0);
  t.equal(timeline.stamp(2, 'audio', 20), (0xffff_fff0 + SEAM_MS + 20) >>> 0);
});

t.test('init data does not anchor an epoch: its timestamp says nothing', async (t) => {
  const timeline = aTimeline();
  timeline.stamp(1, 'audio', 1_000);
  t.equal(timeline.stamp(2, 'init', 0), 1_000 + SEAM_MS);
  t.equal(timeline.stamp(2, 'init', 77), 1_000 + SEAM_MS);
  t.equal(timeline.stamp(2, 'key', 50_000), 1_000 + SEAM_MS);
  t.equal(timeline.stamp(2, 'init', 50_020), 1_000 + SEAM_MS + 20, 'later init data keeps its place');
});

t.test('data before audio or video anchors an epoch until they come', async (t) => {
  const timeline = aTimeline();
  timeline.stamp(1, 'audio', 1_000);
  t.equal(timeline.stamp(2, 'data', 0), 1_000 + SEAM_MS);
  t.equal(timeline.stamp(2, 'data', 500), 1_500 + SEAM_MS);
  t.equal(timeline.stamp(2, 'audio', 70_000), 1_500 + 2 * SEAM_MS);
});

t.test('data alone goes on over epochs', async (t) => {
  const timeline = aTimeline();
  timeline.stamp(1, 'data', 10);
  t.equal(timeline.stamp(2, 'data', 0), 10 + SEAM_MS);
});

t.test('data timestamps do not count where there is audio or video', async (t) => {
  const timeline = aTimeline();
  timeline.stamp(1, 'data', 9_000_000);
  timeline.stamp(1, 'audio', 1_000);
  timeline.stamp(1, 'data', 8_000_000);
  t.equal(timeline.stamp(2, 'audio', 0), 1_000 + SEAM_MS);
});

t.test('nothing of a new epoch leaves at or below the old one', async (t) => {
  const timeline = aTimeline();
  timeline.stamp(1, 'audio', 10_000);
  timeline.stamp(2, 'audio', 5_000);
  t.equal(timeline.stamp(2, 'key', 4_000), 10_001, 'a track that begins earlier than the seam is held at it');
  t.equal(timeline.stamp(2, 'data', 0), 10_001);
  t.equal(timeline.stamp(2, 'key', 4_980), 10_020);
});

t.test('an epoch without a frame in between changes nothing', async (t) => {
  const timeline = aTimeline();
  t.equal(timeline.stamp(1, 'init', 0), 0);
  t.equal(timeline.stamp(2, 'audio', 500), SEAM_MS, 'init data alone has a place too');
});

t.test('an epoch may last longer than the 32-bit wrap', async (t) => {
  const timeline = aTimeline();
  timeline.stamp(1, 'audio', 0);
  let expected = timeline.stamp(2, 'audio', 0);
  let timestamp = 0;
  for (let step = 0; step < 50_000; step += 1) {
    timestamp = (timestamp + 200_000) >>> 0;
    expected = (expected + 200_000) >>> 0;
    if (timeline.stamp(2, 'audio', timestamp) !== expected) return t.fail(`step ${step}`);
  }
  t.equal(expected, SEAM_MS + (timestamp >>> 0));
});

t.test('no track ever steps back, and each epoch is above the one before, for any publishers', async (t) => {
  const step = fc.record({
    kind: fc.constantFrom('audio', 'key', 'delta', 'data', 'init'),
    step: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: -700, max: 3_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: -HOUR_MS, max: HOUR_MS }) },
    ),
  });
  const epoch = fc.record({
    start: fc.integer({ min: 0, max: 0xffff_ffff }),
    steps: fc.array(step, { minLength: 1, maxLength: 40 }),
  });
  fc.assert(
    fc.property(fc.array(epoch, { minLength: 1, maxLength: 5 }), (epochs) => {
      const timeline = aTimeline();
      let floor: number | undefined;
      for (const [number, { start, steps }] of epochs.entries()) {
        const latest: Partial<Record<string, number>> = {};
        let highest: number | undefined;
        let timestamp = start;
        for (const { kind, step } of steps as { kind: FrameKind; step: number }[]) {
          timestamp = (timestamp + step) >>> 0;
          const out = timeline.stamp(number, kind, timestamp);
          if (floor !== undefined && timestampDifference(out, floor) <= 0) return false;
          if (kind === 'data' || kind === 'init') continue;
          const before = latest[TRACKS[kind]];
          if (before !== undefined && timestampDifference(out, before) < 0) return false;
          if (before !== undefined && timestampDifference(out, before) > STEP_AHEAD_MS + steps.length * 3_000)
            return false;
          latest[TRACKS[kind]] = out;
          if (highest === undefined || timestampDifference(out, highest) > 0) highest = out;
        }
        floor = highest ?? floor;
      }
      return true;
    }),
  );
  t.pass('held for all runs');
});
