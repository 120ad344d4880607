import t from 'tap';
import { GateSuite, tallyGate, wantedBy } from '../scripts/test/gate.mjs';

const check = (state) => ({
  profile: 'hk-fra',
  what: 'late(200)',
  state,
  measured: '1.40',
  allowed: '0.80 * 1.25',
});
const counts = ({ passed, failed, skipped }) => [passed, failed, skipped];

t.test('each check of a gate counts', async (t) => {
  const tally = tallyGate(1, {
    reason: 'regression',
    checks: [check('ok'), check('ok'), check('regression'), check('too few seeds')],
  });
  t.same(counts(tally), [2, 1, 1]);
  t.match(
    tally.failures[0],
    'bench gate > hk-fra > late(200): regression, 1.40, baseline allows 0.80 * 1.25',
  );
});

t.test('an end without checks is one failure', async (t) => {
  t.same(counts(tallyGate(3, { reason: 'no valid run', checks: [] })), [0, 1, 0]);
  t.same(counts(tallyGate(2, undefined)), [0, 1, 0]);
  t.same(counts(tallyGate('SIGKILL', undefined)), [0, 1, 0]);
});

t.test('a gate that checks nothing fails', async (t) => {
  t.same(counts(tallyGate(0, { reason: '', checks: [] })), [0, 1, 0]);
  t.same(counts(tallyGate(0, undefined)), [0, 1, 0]);
});

t.test('a host without namespaces skips it with the reason', async (t) => {
  const tally = tallyGate(4, undefined);
  t.same(counts(tally), [0, 0, 1]);
  t.match(tally.skips[0].reason, 'network namespaces');
});

t.test('a plain run leaves it out and says so', async (t) => {
  const run = () => t.fail('nothing is run');
  const tally = await new GateSuite({ run, wanted: false }).run();
  t.same(counts(tally), [0, 0, 1]);
  t.match(tally.skips[0], { name: 'bench gate', reason: 'npm run bench:gate' });
});

t.test('CI has it', async (t) => {
  t.equal(wantedBy({ CI: 'true' }), true);
  t.equal(wantedBy({ LONGHAUL_GATE: '1' }), true);
  t.equal(wantedBy({}), false);
});
