import t from 'tap';
import * as KindCounts from '../src/kind-counts.js';

t.test('counts are added, subtracted and summed kind by kind', async (t) => {
  const counts = KindCounts.zero();
  KindCounts.add(counts, { ...KindCounts.zero(), key: 2, audio: 3 });
  const before = KindCounts.copy(counts);
  KindCounts.add(counts, { ...KindCounts.zero(), key: 1, delta: 4 });
  t.same(KindCounts.difference(counts, before), { ...KindCounts.zero(), key: 1, delta: 4 });
  t.equal(KindCounts.total(counts), 10);
  t.equal(KindCounts.total(before), 5, 'a copy does not change');
  t.same(Object.keys(counts), KindCounts.FRAME_KINDS);
});
