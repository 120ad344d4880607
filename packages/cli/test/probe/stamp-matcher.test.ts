import t from 'tap';
import { StampMatcher } from '../../src/probe/stamp-matcher.js';

const stamp = (sequence: number, wallMs: number) => ({ sequence, wallMs, media: 'video' as const });

t.test('a frame is measured from the stamp with its timestamp, whichever comes first', async (t) => {
  const matcher = new StampMatcher(1_000);
  matcher.stamp(stamp(0, 1_000), 40);
  matcher.frame('audio', 40, 1_002);
  matcher.frame('video', 40, 1_003);
  matcher.frame('video', 80, 1_050);
  matcher.stamp(stamp(1, 1_040), 80);
  t.strictSame(matcher.delays, [3, 10]);
  t.equal(matcher.missing, 0);
});

t.test('what was captured before the probe asked is not measured', async (t) => {
  const matcher = new StampMatcher(1_000);
  matcher.stamp(stamp(5, 900), 0);
  matcher.frame('video', 0, 1_001);
  t.strictSame(matcher.delays, []);
});

t.test('a gap in the sequence is missing stamps; a new publisher starts again', async (t) => {
  const matcher = new StampMatcher(0);
  for (const sequence of [3, 4, 7]) matcher.stamp(stamp(sequence, 1), sequence);
  t.equal(matcher.missing, 2);
  matcher.stamp(stamp(0, 1), 100);
  t.equal(matcher.missing, 0);
});

t.test('stamps whose frames never come are forgotten', async (t) => {
  const matcher = new StampMatcher(0);
  for (let at = 0; at < 300; at++) matcher.stamp(stamp(at, 1), at);
  matcher.frame('video', 0, 2);
  t.strictSame(matcher.delays, [], 'the first is out of the window');
  matcher.frame('video', 299, 2);
  t.strictSame(matcher.delays, [1]);
});
