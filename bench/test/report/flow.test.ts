import t from 'tap';
import * as Flow from '../../src/report/flow.js';
import * as Synthetic from './synthetic.js';

const base = Synthetic.record({ profile: 'hk-fra', arm: 'tcp-bbr', seed: 1, delayMs: () => 60 });
/** Ten seconds: nothing in the first half, then 1 MB/s. */
const timeUs = Array.from({ length: 11 }, (_, at) => at * 1e6);
const bulk = {
  name: 'bulk',
  timeUs,
  columns: { receivedBytes: timeUs.map((_, at) => Math.max(0, at - 5) * 1e6) },
};
const link = {
  name: 'link.forward',
  timeUs,
  columns: { queueBytes: timeUs.map((_, at) => (at < 5 ? 9e6 : 50_000)) },
};

t.test('goodput and queue are of the second half', async (t) => {
  const record = { ...base, series: [bulk, link] };
  t.equal(Flow.goodputMbps(record), 8);
  t.equal(Flow.queueKb(record), 50);
});

t.test('a run without a saturating flow has neither', async (t) => {
  t.equal(Flow.goodputMbps(base), undefined);
  t.equal(Flow.queueKb(base), undefined);
});

t.test('a flow of one sample has no rate', async (t) => {
  const one = { ...bulk, timeUs: [0], columns: { receivedBytes: [5] } };
  t.equal(Flow.goodputMbps({ ...base, series: [one] }), undefined);
});
