import fc from 'fast-check';
import t from 'tap';
import { MAX_STEP_MS, MediaClock, timestampDifference } from '../src/media-clock.js';

t.test('the difference of timestamps goes the shorter way round the wrap', async (t) => {
  t.equal(timestampDifference(5, 0xffff_fffb), 10);
  t.equal(timestampDifference(0xffff_fffb, 5), -10);
  t.equal(timestampDifference(100, 40), 60);
});

t.test('media time goes on over the 32-bit wrap', async (t) => {
  const clock = new MediaClock();
  const track = clock.openTrack();
  track.place(0xffff_ffe0);
  t.equal(track.place(0x20), 64);
  t.equal(clock.position, 64);
});

t.test('an older frame is placed before the newest and moves nothing', async (t) => {
  const clock = new MediaClock();
  const track = clock.openTrack();
  track.place(1000);
  track.place(3000);
  t.equal(track.place(2500), 1500);
  t.equal(clock.position, 2000);
  t.equal(track.place(3040), 2040);
});

t.test('a jump of more than the longest step is a discontinuity, not media time', async (t) => {
  const clock = new MediaClock();
  const track = clock.openTrack();
  track.place(0);
  track.place(40);
  t.equal(track.place(1_000_000), 40, 'forward');
  t.equal(track.place(1_000_040), 80);
  t.equal(track.place(0), 80, 'back');
  t.equal(track.place(40), 120);
});

t.test('a step of exactly the longest counts', async (t) => {
  const track = new MediaClock().openTrack();
  track.place(0);
  t.equal(track.place(MAX_STEP_MS), MAX_STEP_MS);
});

t.test('a track that begins late starts where the others are', async (t) => {
  const clock = new MediaClock();
  const video = clock.openTrack();
  for (let at = 0; at <= 60_000; at += 1000) video.place(at);
  t.equal(clock.openTrack().place(0), 60_000, 'with timestamps of its own');
  t.equal(clock.openTrack().place(59_900), 59_900, 'with the timestamps of the others');
  t.equal(clock.openTrack().place(60_100), 60_100);
  t.equal(clock.position, 60_100);
});

t.test('a track that was silent or runs slow does not look old for ever', async (t) => {
  const clock = new MediaClock();
  const video = clock.openTrack();
  const audio = clock.openTrack();
  audio.place(0);
  for (let at = 0; at <= 60_000; at += 1000) video.place(at);
  t.equal(audio.place(40), 60_000);
});

t.test('data with constant timestamps does not stop the clock', async (t) => {
  const clock = new MediaClock();
  const video = clock.openTrack();
  const data = clock.openTrack();
  for (let at = 100_000; at <= 120_000; at += 40) {
    video.place(at);
    data.place(0);
  }
  t.equal(clock.position, 20_000);
});

t.test('the position never goes back and no frame is ahead of it, for any timestamps', async (t) => {
  const step = fc.record({ track: fc.nat(2), timestamp: fc.integer({ min: 0, max: 0xffff_ffff }) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const clock = new MediaClock();
      const tracks = [clock.openTrack(), clock.openTrack(), clock.openTrack()];
      let last = 0;
      for (const { track, timestamp } of steps) {
        const position = tracks[track]?.place(timestamp) ?? -1;
        if (clock.position < last || position > clock.position || position < 0) return false;
        if (clock.position - last > MAX_STEP_MS) return false;
        last = clock.position;
      }
      return true;
    }),
  );
  t.pass('held for all runs');
});
