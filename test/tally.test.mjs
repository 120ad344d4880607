import t from 'tap';
import { CargoReader, Tally, tallyTap } from '../scripts/test/tally.mjs';

const counts = ({ passed, failed, skipped }) => ({ passed, failed, skipped });

const documents = [
  { name: 'assertions are counted', tap: 'TAP version 14\nok 1 - a\nok 2 - b\n1..2\n', expected: [2, 0, 0] },
  {
    name: 'a subtest counts its assertions and not its closing line',
    tap: 'TAP version 14\n# Subtest: s\n    ok 1 - a\n    ok 2 - b\n    1..2\nok 1 - s\n1..1\n',
    expected: [2, 0, 0],
  },
  {
    name: 'a failure in a subtest counts once',
    tap: 'TAP version 14\n# Subtest: s\n    ok 1 - a\n    not ok 2 - b\n    1..2\nnot ok 1 - s\n1..1\n',
    expected: [1, 1, 0],
  },
  {
    name: 'a subtest that failed in itself counts',
    tap: 'TAP version 14\n# Subtest: s\n    ok 1 - a\n    1..1\nnot ok 1 - s # timeout\n1..1\n',
    expected: [1, 1, 0],
  },
  {
    name: 'skipped and to do are skipped',
    tap: 'TAP version 14\nok 1 - a # SKIP missing program: x\nnot ok 2 - b # TODO later\nok 3\n1..3\n',
    expected: [1, 0, 2],
  },
  { name: 'an empty document fails', tap: 'TAP version 14\n1..0\n', expected: [0, 1, 0] },
  { name: 'no document fails', tap: '', expected: [0, 1, 0] },
  { name: 'a document cut before its plan fails', tap: 'TAP version 14\nok 1 - a\n', expected: [1, 1, 0] },
  { name: 'a missing assertion fails', tap: 'TAP version 14\nok 1 - a\n1..3\n', expected: [1, 1, 0] },
  { name: 'a bail out fails', tap: 'TAP version 14\nok 1 - a\nBail out! no\n', expected: [1, 1, 0] },
];

for (const { name, tap, expected } of documents) {
  t.test(name, async (t) => {
    const [passed, failed, skipped] = expected;
    t.same(counts(tallyTap('file', tap)), { passed, failed, skipped });
  });
}

t.test('the reason of a skip is kept', async (t) => {
  t.same(tallyTap('file', 'TAP version 14\nok 1 - a # SKIP missing program: x\n1..1\n').skips, [
    { name: 'file > a', reason: 'missing program: x' },
  ]);
});

t.test('cargo results add up over test binaries', async (t) => {
  const reader = new CargoReader();
  const output = [
    'running 3 tests',
    'test a ... ok',
    'test m::b ... FAILED',
    'test c ... ignored, missing program: tc',
    'test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s',
    'test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s',
  ];
  for (const line of output) reader.line(line);
  t.same(counts(reader.tally), { passed: 5, failed: 1, skipped: 1 });
  t.same(reader.tally.failures, ['cargo > m::b']);
  t.same(reader.tally.skips, [{ name: 'cargo > c', reason: 'missing program: tc' }]);
});

t.test('the last line names skips only when there are any', async (t) => {
  const tally = new Tally();
  tally.passed = 3;
  t.equal(String(tally), '3 passed, 0 failed');
  tally.skip('a', 'b');
  t.equal(String(tally), '3 passed, 0 failed, 1 skipped');
});
