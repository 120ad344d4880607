import t from 'tap';
import { median } from '../../src/connect/methods.js';
import { fromRows } from '../../src/records/index.js';
import { otherCongestion, phaseOf, upTo } from '../../src/run/live.js';

t.test('viewers of many seeds come at every phase of a group', async (t) => {
  const phases = Array.from({ length: 20 }, (_, seed) => phaseOf(seed));
  for (let tenth = 0; tenth < 10; tenth++) {
    const inside = phases.filter((phase) => phase >= tenth / 10 && phase < (tenth + 1) / 10).length;
    t.ok(inside >= 1 && inside <= 3, `${inside} of 20 in tenth ${tenth}`);
  }
});

t.test('frames that had no full time to arrive do not count', async (t) => {
  const frames = fromRows(
    [100, 200, 300].map((captureUs, sequence) => ({
      sequence,
      track: 'video' as const,
      kind: 'delta' as const,
      ptsMs: sequence,
      bytes: 1,
      captureUs,
      arrivalUs: undefined,
    })),
  );
  t.same(upTo(frames, 200).captureUs, [100, 200]);
  t.same(upTo(frames, 200).arrivalUs, [null, null]);
  t.same(upTo(frames, 1_000), frames);
});

t.test('the middle attempt to connect is taken, failures last', async (t) => {
  const took = (us: number) => ({ startUs: 1_000, usableUs: 1_000 + us });
  t.same(median([took(5), { startUs: 1_000 }, took(3)]), took(5));
  t.same(median([{ startUs: 1_000 }, { startUs: 1_000 }, took(3)]), { startUs: 1_000 });
  t.equal(median([]), undefined);
});

t.test('an algorithm other than the arm is named after makes a run invalid', async (t) => {
  const cubic = { edgeLink: { tcp: { congestion: 'cubic' } } };
  t.same(otherCongestion(cubic, { congestion: 'bbr' }), ['the hop had bbr in force, not cubic']);
  t.same(otherCongestion(cubic, { congestion: 'cubic' }), []);
  const live = { edgeLink: { congestion: { algorithm: 'bbr-live' } } };
  t.same(otherCongestion(live, { congestion: 'cubic' }), ['the hop had cubic in force, not bbr-live']);
  // Outside peers name none, and a hop that nobody could ask tells none.
  t.same(otherCongestion({ latencyMs: 120 }, { congestion: 'bbr' }), []);
  t.same(otherCongestion(live, undefined), []);
});
