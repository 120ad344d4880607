import t from 'tap';
import { PlayerModel } from '../../src/probe/player-model.js';

const OPTIONS = { startMs: 500, resumeMs: 250, leastStallMs: 200 };
const STEP = 40;

/** Feeds frames of 25 a second that arrive on time but for `delay`. */
function play(frames: number, delayOf: (at: number) => number): PlayerModel {
  const model = new PlayerModel(OPTIONS);
  let lastArrival = 0;
  for (let at = 0; at < frames; at++) {
    // In order: a late frame holds up those behind it.
    lastArrival = Math.max(lastArrival, 100 + at * STEP + delayOf(at));
    model.frame(9_000 + at * STEP, lastArrival);
  }
  return model;
}

t.test('a punctual stream plays without a stall once enough is buffered', async (t) => {
  const report = play(100, () => 0).report(100 + 99 * STEP);
  t.equal(report.startedMs, 100 + 520, '500 ms of media are there with the 14th frame');
  t.equal(report.stalls, 0);
  t.equal(report.stallRatio, 0);
});

t.test('a burst at the start begins to play at once', async (t) => {
  const model = new PlayerModel(OPTIONS);
  for (let at = 0; at < 30; at++) model.frame(at * STEP, 12);
  t.equal(model.report(12).startedMs, 12);
});

t.test('a delay that the buffer covers is not seen', async (t) => {
  const report = play(100, (at) => (at >= 50 && at < 60 ? 400 : 0)).report(100 + 99 * STEP);
  t.equal(report.stalls, 0);
});

t.test('a longer one is a stall from when the frame was due until enough is buffered again', async (t) => {
  // Frame 50 is due at its punctual arrival + 520 ms; it comes 1,500 ms late with all that waited behind it.
  const report = play(100, (at) => (at >= 50 && at < 90 ? 1_500 : 0)).report(100 + 99 * STEP);
  t.equal(report.stalls, 1);
  t.equal(report.stalledMs, 1_500 - 520 + 240 + STEP, 'and another 250 ms of media in steps of 40');
});

t.test('a stall that nobody sees is not counted', async (t) => {
  const model = new PlayerModel({ ...OPTIONS, resumeMs: 0 });
  for (let at = 0; at < 50; at++) model.frame(at * STEP, at * STEP);
  model.frame(50 * STEP, 50 * STEP + 520 + 150);
  t.equal(model.report(50 * STEP + 700).stalls, 0);
});

t.test('a stream that falls silent is stalled until the end of the measurement', async (t) => {
  const end = 100 + 99 * STEP;
  const report = play(100, () => 0).report(end + 10_520);
  t.equal(report.stalls, 1);
  t.equal(report.stalledMs, 10_000);
  t.ok(report.stallRatio > 0.7);
});

t.test('a stream that never starts is one stall', async (t) => {
  const report = new PlayerModel(OPTIONS).report(5_000);
  t.strictSame(report, { startedMs: undefined, stalls: 0, stalledMs: 0, playedMs: 0, stallRatio: 1 });
});
