import t from 'tap';
import { runRounds } from '../../src/faults/rounds.js';
import { holds } from '../../src/faults.js';

t.setTimeout(240_000);

t.test('two rounds of each signal: the link is back, everybody is served, nothing is left', async (t) => {
  const report = await runRounds({ rounds: 2, seed: 17, broadcasts: 2 }, (line) => t.comment(line));
  t.equal(report.rounds.length, 4);
  t.strictSame(
    report.rounds.flatMap(({ failures }) => failures),
    [],
  );
  t.strictSame(report.left, [], 'nothing is left when everybody has gone');
  t.strictSame(report.complaints, [], 'no relay complains');
  t.ok(holds(report));
});
