import t from 'tap';
import { StallMeter } from '../../src/trace/stalls.js';

t.test('calls that come late are counted for a minute', async (t) => {
  const meter = new StallMeter(250);
  for (const atMs of [0, 250, 505, 1_000, 1_250, 5_000]) meter.called(atMs);
  t.strictSame(meter.view(6_000), { count: 2, worstMs: 3_500 });
  t.strictSame(meter.view(61_500), { count: 1, worstMs: 3_500 });
  meter.called(70_000);
  t.strictSame(meter.view(130_001), { count: 0, worstMs: 0 });
});
