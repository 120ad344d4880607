import t from 'tap';
import { loadProfile } from '../../src/profile/catalog.js';
import { LTE_DRIVE, makeTrace } from '../../src/profile/lte-trace.js';

const PACKET_MBIT = 0.012;

function secondsOf(trace: readonly number[]): number[] {
  const seconds = new Array<number>(LTE_DRIVE.seconds).fill(0);
  for (const ms of trace) {
    const second = Math.min(LTE_DRIVE.seconds - 1, Math.floor(ms / 1_000));
    seconds[second] = (seconds[second] ?? 0) + PACKET_MBIT;
  }
  return seconds;
}

t.test('the trace has the published figures of the recording', async (t) => {
  for (const seed of [2017, 1, 2, 3]) {
    const trace = makeTrace(LTE_DRIVE, seed);
    const seconds = secondsOf(trace);
    const sorted = [...seconds].sort((a, b) => a - b);
    const near = (value: number, published: number, share: number, what: string) =>
      t.ok(Math.abs(value / published - 1) < share, `seed ${seed}: ${what} ${value}, published ${published}`);
    near(seconds.reduce((sum, each) => sum + each, 0) / seconds.length, 4.6, 0.05, 'mean');
    near(sorted[12] as number, 0.8, 0.15, 'p10');
    near(sorted[60] as number, 3.7, 0.1, 'p50');
    near(sorted[108] as number, 9.7, 0.1, 'p90');
    const gaps = trace.slice(1).map((ms, index) => ms - (trace[index] as number));
    near((gaps.filter((gap) => gap >= 200).length * 60) / LTE_DRIVE.seconds, 11, 0.1, 'gaps a minute');
    near(Math.max(...gaps), 1_100, 0.15, 'longest gap');
  }
});

t.test('it is ascending and ends with its period', async (t) => {
  const trace = makeTrace(LTE_DRIVE, 2017);
  t.ok(trace.every((ms, index) => ms >= (trace[index - 1] ?? 0)));
  t.equal(trace.at(-1), 120_000);
});

t.test('the same seed gives the same trace, another seed another', async (t) => {
  t.same(makeTrace(LTE_DRIVE, 5), makeTrace(LTE_DRIVE, 5));
  t.not(makeTrace(LTE_DRIVE, 5).join(), makeTrace(LTE_DRIVE, 6).join());
});

t.test(
  'the profile begins with a stretch that has the mean of the whole, however long a run is',
  async (t) => {
    const { bottleneck } = loadProfile('lte-drive').forward;
    const seconds = secondsOf(bottleneck.kind === 'trace' ? bottleneck.ms : []);
    for (const length of [15, 30, 60]) {
      const mean = seconds.slice(0, length).reduce((sum, each) => sum + each, 0) / length;
      t.ok(Math.abs(mean - 4.6) < 0.3, `${length} s: ${mean}`);
    }
  },
);
