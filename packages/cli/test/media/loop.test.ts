import fc from 'fast-check';
import t from 'tap';
import { LoopMerge, LoopPlanner, type LoopTag, loopTime } from '../../src/media/loop.js';

function planOf(tags: readonly LoopTag[]) {
  const planner = new LoopPlanner();
  for (const tag of tags) planner.add(tag);
  return planner.plan();
}

function series(track: string, first: number, step: number, count: number): LoopTag[] {
  return Array.from({ length: count }, (_, at) => ({ track, time: Math.round(first + at * step) }));
}

const CASES: { name: string; tags: LoopTag[]; startMs: number; periodMs: number }[] = [
  { name: 'video of 25 frames a second', tags: series('video0', 0, 40, 50), startMs: 0, periodMs: 2_000 },
  { name: 'a clip that begins late', tags: series('video0', 5_000, 40, 50), startMs: 5_000, periodMs: 2_000 },
  { name: 'one frame alone', tags: series('video0', 7, 0, 1), startMs: 7, periodMs: 40 },
  {
    name: 'audio that goes on longer than video',
    tags: [...series('video0', 0, 40, 25), ...series('audio0', 0, 20, 60)],
    startMs: 0,
    periodMs: 1_200,
  },
  {
    name: 'audio that begins after video has ended',
    tags: [...series('video0', 0, 40, 3), ...series('audio0', 500, 20, 6)],
    startMs: 0,
    periodMs: 300,
  },
  {
    name: 'audio that begins long after video has ended',
    tags: [...series('video0', 0, 40, 3), ...series('audio0', 9_000, 20, 51)],
    startMs: 0,
    periodMs: 9_000,
  },
];

t.test('a pass lasts as long as its longest track with one more step', async (t) => {
  for (const { name, tags, startMs, periodMs } of CASES) {
    t.strictSame(planOf(tags), { startMs, periodMs }, name);
  }
});

t.test('steps that are no whole milliseconds do not add up to a drift', async (t) => {
  const plan = planOf(series('video0', 0, 100 / 3, 240));
  t.strictSame(plan, { startMs: 0, periodMs: 8_000 });
});

t.test('a clip without media cannot be repeated', async (t) => {
  t.equal(planOf([]), undefined);
});

t.test('headers that stand before the media keep up with later passes', async (t) => {
  const plan = { startMs: 5_000, periodMs: 2_000 };
  t.equal(loopTime(plan, 0, 0), 0, 'first pass: as they are');
  t.equal(loopTime(plan, 1, 0), 7_000);
  t.equal(loopTime(plan, 2, 6_999), 10_999);
});

const track = (name: string) =>
  fc
    .record({
      first: fc.integer({ min: 0, max: 500 }),
      steps: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 60 }),
    })
    .map(({ first, steps }) => {
      let time = first;
      const tags = [{ track: name, time }];
      for (const step of steps) {
        time += step;
        tags.push({ track: name, time });
      }
      return tags;
    });

t.test(
  'any clip: over the seams every track grows, and the stream as a whole does not go back',
  async (t) => {
    fc.assert(
      fc.property(track('video0'), track('audio0'), (video, audio) => {
        const clip = [...video, ...audio].sort((a, b) => a.time - b.time);
        const plan = planOf(clip);
        if (plan === undefined) throw new Error('no plan');
        const merge = new LoopMerge<LoopTag & { timeMs: number }>(plan);
        const merged: (LoopTag & { timeMs: number })[] = [];
        for (let pass = 0; pass < 5; pass++) {
          for (const tag of clip)
            merged.push(...merge.push({ ...tag, timeMs: loopTime(plan, pass, tag.time) }));
          merge.nextPass();
        }
        const grows = (tags: { timeMs: number }[], least: number) =>
          tags.every(
            (tag, at) => at === 0 || tag.timeMs - (tags[at - 1] as { timeMs: number }).timeMs >= least,
          );
        const ofTrack = (name: string) => merged.filter((tag) => tag.track === name);
        const complete = merged.length >= clip.length * 4;
        return complete && grows(merged, 0) && grows(ofTrack('video0'), 1) && grows(ofTrack('audio0'), 1);
      }),
    );
    t.pass('for 100 random clips of five passes');
  },
);
