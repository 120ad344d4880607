import t from 'tap';
import { runSoak, type SoakReport } from '../../src/soak/run.js';
import { trendOf } from '../../src/soak/trend.js';
import { judge } from '../../src/soak.js';

t.setTimeout(120_000);

t.test('the trend of a line with noise is found, with its error', async (t) => {
  const samples = Array.from({ length: 100 }, (_, at) => ({
    atS: at,
    value: 1_000 + at * 2 + (at % 2 === 0 ? 5 : -5),
  }));
  const trend = trendOf(samples, 10);
  t.equal(trend?.samples, 90);
  t.ok(Math.abs((trend?.perHour ?? 0) - 7_200) < 3 * (trend?.errorPerHour ?? 0));
  t.ok((trend?.errorPerHour ?? 0) > 0 && (trend?.errorPerHour ?? 0) < 200);
  t.equal(trendOf(samples, 98), undefined, 'two points have no error');
});

t.test('what grew is told', async (t) => {
  const relay = { startRss: 1e8, rssAfterChurn: 1e8, endRss: 1e8, trend: undefined, left: [] };
  const quiet = { ...relay, idleCpu: { before: 0.01, after: 0.01 } };
  const report: SoakReport = {
    sessions: 1,
    unpublished: 0,
    unseen: 0,
    short: { sessions: 0, refused: 0, seconds: 0 },
    relays: { edge: quiet, center: quiet },
    complaints: [],
  };
  t.strictSame(judge(report, 5), []);
  const trend = { perHour: 2e6, errorPerHour: 1, samples: 9, mean: 1e8 };
  const worse = {
    ...quiet,
    endRss: 2e8,
    trend,
    idleCpu: { before: 0.01, after: 0.5 },
    left: ['groups 3, was 0'],
  };
  t.equal(judge({ ...report, relays: { edge: quiet, center: worse } }, 120).length, 4);
  t.equal(
    judge({ ...report, relays: { edge: quiet, center: worse } }, 5).length,
    3,
    'a short line says nothing',
  );
  t.equal(judge({ ...report, unseen: 2, complaints: ['x'] }, 5).length, 2);
});

t.test('sessions that come and go leave nothing behind', async (t) => {
  const plan = { minutes: 0.1, sessionsPerSecond: 5, shortSessions: 40, seed: 3 };
  const report = await runSoak(plan, (line) => t.comment(line));
  t.ok(report.sessions >= 25);
  t.equal(report.short.sessions, 40);
  t.equal(report.unpublished + report.short.refused, 0);
  t.strictSame([...report.relays.edge.left, ...report.relays.center.left], []);
  t.strictSame(report.complaints, []);
});
