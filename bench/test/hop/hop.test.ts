import t from 'tap';
import { broadcastTags } from '../../src/delay/test-broadcast.js';
import { Account } from '../../src/hop/account.js';
import { countedRange, plannedTags, shapeOf, stamp, stampOf } from '../../src/hop/schedule.js';
import { parseMetrics } from '../../src/hop/scrape.js';
import { usageOf } from '../../src/hop/usage.js';

t.test('lost, repeated and overtaken frames are told apart; what is not counted is left out', async (t) => {
  const account = new Account({ from: 10, to: 15 });
  for (const sequence of [9, 10, 12, 11, 12, 15]) account.take(sequence, 100);
  t.match(account, { received: 3, payloadBytes: 300, lost: 2, duplicated: 1, reordered: 1 });
});

t.test('the counted frames are those due after the warm-up', async (t) => {
  const plan = { broadcasts: 1, bitsPerSecond: 1e6, warmUpMs: 1_000, durationMs: 2_000 };
  const { from, to } = countedRange(plan);
  const tags = [...plannedTags(plan)];
  t.equal(tags.length, to);
  t.ok((tags[from]?.dueMs ?? 0) >= 1_000 && (tags[from - 1]?.dueMs ?? 0) < 1_000);
  t.ok((tags[to - 1]?.dueMs ?? 0) < 3_000);
  const bits = tags.slice(from).reduce((sum, { payload }) => sum + payload.length * 8, 0);
  t.ok(Math.abs(bits / 2 / 1e6 - 1) < 0.1, `${bits / 2} bit/s`);
});

t.test('a stamp is read back and leaves the template alone', async (t) => {
  let frames = 0;
  for (const tag of broadcastTags(shapeOf({ bitsPerSecond: 1e6 }))) {
    t.equal(stampOf(tag.type, stamp(tag, 1234.5)), 1234.5);
    t.not(stampOf(tag.type, tag.payload), 1234.5);
    if (++frames === 4) break;
  }
});

t.test('series of a metric are summed', async (t) => {
  const text = '# HELP longhaul_a b\nlonghaul_a{x="1"} 2\nlonghaul_a{x="2"} 3\nlonghaul_b 7\nother 9\n';
  t.strictSame(parseMetrics(text), { a: 5, b: 7 });
});

t.test(
  'the usage of a process is read',
  { skip: process.platform !== 'linux' && 'reads /proc' },
  async (t) => {
    const usage = usageOf(process.pid);
    t.ok(usage.cpuSeconds > 0 && usage.rssBytes > 1e7 && usage.descriptors > 2);
    t.throws(() => usageOf(2 ** 30));
  },
);
