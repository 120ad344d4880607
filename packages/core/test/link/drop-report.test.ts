import t from 'tap';
import { Traffic } from '../../src/link/counters.js';
import { DropReport } from '../../src/link/drop-report.js';

t.test('what was dropped is told once a second at the most', async (t) => {
  const sent = new Traffic();
  const sources = [
    { path: 'a', traffic: new Traffic(sent) },
    { path: 'b', traffic: new Traffic(sent) },
  ] as const;
  const report = new DropReport(sent, () => sources);
  t.equal(report.poll(0), undefined);
  sources[0].traffic.dropped('expired', 'delta', 3);
  sources[1].traffic.dropped('skipped', 'delta', 5);
  sources[1].traffic.dropped('evicted', 'delta', 50);
  t.strictSame(report.poll(10), { kind: 'frames-dropped', frames: 8, broadcasts: 2, path: 'b' });
  sources[0].traffic.dropped('skipped', 'delta', 1);
  t.equal(report.poll(1_009), undefined, 'not yet');
  t.strictSame(report.poll(1_010), { kind: 'frames-dropped', frames: 1, broadcasts: 1, path: 'a' });
  t.equal(report.poll(9_000), undefined);
});
