import t from 'tap';
import * as Thin from '../../src/report/thin.js';
import * as Synthetic from './synthetic.js';

const run = { profile: 'hk-fra', arm: 'tcp-bbr', seed: 1, delayMs: () => 60 };

t.test('a distribution holds delays that frames had, at rising shares', async (t) => {
  const delays = Array.from({ length: 1000 }, (_, at) => at + 1);
  const points = Thin.distribution(delays);
  t.equal(points.length, Thin.CURVE_POINTS);
  t.same(points[0], [1, 0]);
  t.same(points.at(-1), [999, 0.999]);
  const [, half] = points.find(([delay]) => delay >= 500) as [number, number];
  t.ok(Math.abs(half - 0.5) < 0.03, 'half of the frames within half of the delays');
});

t.test('a curve ends where frames never came', async (t) => {
  const points = Thin.distribution([...Array.from({ length: 95 }, () => 10), ...Array(5).fill(Infinity)]);
  const [, last] = points.at(-1) as [number, number];
  t.ok(last <= 0.95 && last > 0.93, `ends at ${last}`);
  t.same(Thin.distribution([Infinity, Infinity]), []);
  t.same(Thin.distribution([]), []);
});

t.test('a trace has a fixed length and tells what the link delivered', async (t) => {
  const trace = Thin.trace(Synthetic.record(run));
  t.equal(trace?.timeS.length, Thin.TRACE_POINTS);
  t.equal(trace?.viewerS, 1, 'the viewer comes a second after the first sample');
  const rates = (trace?.carriedMbps ?? []).filter((rate) => rate !== null);
  // 285,000 bytes of media a second, 1.2 delivered for each.
  t.ok(
    rates.every((rate) => Math.abs(rate - 2.736) < 0.6),
    'every rate is near the truth',
  );
  t.ok(rates.length > 50);
});

t.test('of a queue the greatest sample of an interval is shown', async (t) => {
  const record = Synthetic.record(run);
  const series = record.series.map((each) =>
    each.name === 'link.forward'
      ? {
          ...each,
          timeUs: each.timeUs.map((_, at) => at * 1000),
          columns: { queueBytes: each.timeUs.map((_, at) => (at === 50 ? 9e6 : 0)) },
        }
      : each,
  );
  const trace = Thin.trace({ ...record, series: series.slice(1) });
  t.equal(Math.max(...(trace?.queueKb ?? []).map((each) => each ?? 0)), 9000);
});

t.test('a run without series has no trace', async (t) => {
  t.equal(Thin.trace({ ...Synthetic.record(run), series: [] }), undefined);
});
