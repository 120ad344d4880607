import fc from 'fast-check';
import t from 'tap';
import { timestampDifference } from '../src/media-clock.js';
import { SEAM_MS, Timeline } from '../src/timeline.js';

t.test('the first epoch leaves as it came, wrap and steps back included', async (t) => {
  const timeline = new Timeline('continuous');
  for (const timestamp of [0, 0xffff_fff0, 0x10, 5, 1_000_000, 3]) {
    t.equal(timeline.stamp(7, 'audio', timestamp), timestamp);
  }
});

t.test('a new epoch goes on one frame after the latest of the old', async (t) => {
  const timeline = new Timeline('continuous');
  timeline.stamp(1, 'audio', 5_000);
  timeline.stamp(1, 'key', 5_010);
  timeline.stamp(1, 'audio', 5_005);
  t.equal(timeline.stamp(2, 'audio', 100), 5_010 + SEAM_MS);
  t.equal(timeline.stamp(2, 'key', 90), 5_010 + SEAM_MS - 10);
  t.equal(timeline.stamp(2, 'audio', 123), 5_010 + SEAM_MS + 23);
});

t.test('passthrough leaves timestamps over a change of epoch', async (t) => {
  const timeline = new Timeline('passthrough');
  timeline.stamp(1, 'audio', 5_000);
  t.equal(timeline.stamp(2, 'audio', 0), 0);
});

t.test('a new epoch goes on over the 32-bit wrap', async (t) => {
  const timeline = new Timeline('continuous');
  timeline.stamp(1, 'audio', 0xffff_fff0);
  t.equal(timeline.stamp(2, 'audio', 0), (0xffff_fff0 + SEAM_MS) >>> 0);
  t.equal(timeline.stamp(2, 'audio', 20), (0xffff_fff0 + SEAM_MS + 20) >>> 0);
});

t.test('init data does not anchor an epoch: its timestamp says nothing', async (t) => {
  const timeline = new Timeline('continuous');
  timeline.stamp(1, 'audio', 1_000);
  t.equal(timeline.stamp(2, 'init', 0), 1_000 + SEAM_MS);
  t.equal(timeline.stamp(2, 'init', 77), 1_000 + SEAM_MS);
  t.equal(timeline.stamp(2, 'key', 50_000), 1_000 + SEAM_MS);
  t.equal(timeline.stamp(2, 'init', 50_020), 1_000 + SEAM_MS + 20, 'later init data keeps its place');
});

t.test('data before audio or video anchors an epoch until they come', async (t) => {
  const timeline = new Timeline('continuous');
  timeline.stamp(1, 'audio', 1_000);
  t.equal(timeline.stamp(2, 'data', 0), 1_000 + SEAM_MS);
  t.equal(timeline.stamp(2, 'data', 500), 1_500 + SEAM_MS);
  t.equal(timeline.stamp(2, 'audio', 70_000), 1_500 + 2 * SEAM_MS);
});

t.test('data alone goes on over epochs', async (t) => {
  const timeline = new Timeline('continuous');
  timeline.stamp(1, 'data', 10);
  t.equal(timeline.stamp(2, 'data', 0), 10 + SEAM_MS);
});

t.test('data timestamps do not count where there is audio or video', async (t) => {
  const timeline = new Timeline('continuous');
  timeline.stamp(1, 'data', 9_000_000);
  timeline.stamp(1, 'audio', 1_000);
  timeline.stamp(1, 'data', 8_000_000);
  t.equal(timeline.stamp(2, 'audio', 0), 1_000 + SEAM_MS);
});

t.test('nothing of a new epoch leaves at or below the old one', async (t) => {
  const timeline = new Timeline('continuous');
  timeline.stamp(1, 'audio', 10_000);
  timeline.stamp(2, 'audio', 5_000);
  t.equal(timeline.stamp(2, 'key', 4_000), 10_001, 'a track that begins earlier than the seam is held at it');
  t.equal(timeline.stamp(2, 'data', 0), 10_001);
  t.equal(timeline.stamp(2, 'key', 4_980), 10_020);
});

t.test('a publisher that stepped back a lot is continued from where it was', async (t) => {
  const timeline = new Timeline('continuous');
  timeline.stamp(1, 'audio', 3_600_000);
  timeline.stamp(1, 'audio', 0);
  timeline.stamp(1, 'audio', 20);
  t.equal(timeline.stamp(2, 'audio', 0), 20 + SEAM_MS);
});

t.test('an epoch without a frame in between changes nothing', async (t) => {
  const timeline = new Timeline('continuous');
  t.equal(timeline.stamp(1, 'init', 0), 0);
  t.equal(timeline.stamp(2, 'audio', 500), SEAM_MS, 'init data alone has a place too');
});

t.test('an epoch may last longer than the 32-bit wrap', async (t) => {
  const timeline = new Timeline('continuous');
  timeline.stamp(1, 'audio', 0);
  let expected = timeline.stamp(2, 'audio', 0);
  let timestamp = 0;
  for (let step = 0; step < 2_000; step += 1) {
    timestamp = (timestamp + 5_000_000) >>> 0;
    expected = (expected + 5_000_000) >>> 0;
    if (timeline.stamp(2, 'audio', timestamp) !== expected) t.fail(`step ${step}`);
  }
  t.equal(expected, SEAM_MS + (timestamp >>> 0));
});

t.test('each epoch is above the one before, steps within it are kept, for any publishers', async (t) => {
  const step = fc.record({
    kind: fc.constantFrom('audio', 'key', 'delta'),
    step: fc.integer({ min: -100, max: 3_000 }),
  });
  const epoch = fc.record({
    start: fc.integer({ min: 0, max: 0xffff_ffff }),
    steps: fc.array(step, { minLength: 1, maxLength: 30 }),
  });
  fc.assert(
    fc.property(fc.array(epoch, { minLength: 1, maxLength: 5 }), (epochs) => {
      const timeline = new Timeline('continuous');
      let floor: number | undefined;
      for (const [number, { start, steps }] of epochs.entries()) {
        const outs: number[] = [];
        let timestamp = start;
        let previousOut: number | undefined;
        for (const { kind, step } of steps) {
          timestamp = (timestamp + step) >>> 0;
          const out = timeline.stamp(number, kind as 'audio', timestamp);
          outs.push(out);
          if (floor !== undefined && timestampDifference(out, floor) <= 0) return false;
          const isHeld = floor !== undefined && out === (floor + 1) >>> 0;
          const wasHeld = floor !== undefined && previousOut === (floor + 1) >>> 0;
          if (
            previousOut !== undefined &&
            !isHeld &&
            !wasHeld &&
            timestampDifference(out, previousOut) !== step
          )
            return false;
          previousOut = out;
        }
        let latest = outs[0] as number;
        for (const out of outs) if (timestampDifference(out, latest) > 0) latest = out;
        floor = latest;
      }
      return true;
    }),
  );
  t.pass('held for all runs');
});
