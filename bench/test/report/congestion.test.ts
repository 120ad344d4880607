import { temporaryDirectory } from '@longhaul/testkit';
import t from 'tap';
import * as Congestion from '../../src/report/congestion.js';
import * as Synthetic from './synthetic.js';

const PLAN = {
  profiles: ['hk-fra', 'sg-jnb'],
  arms: ['tcp-bbr', 'quic-bbr3', 'quic-bbr-live'],
  seeds: [1, 2, 3, 4, 5],
};

t.test('figures of each arm on each link, then ours less the others', async (t) => {
  const directory = await temporaryDirectory(t);
  const delays: Record<string, number> = { 'tcp-bbr': 160, 'quic-bbr3': 60, 'quic-bbr-live': 60 };
  await Synthetic.writeResults(directory, PLAN, (key) => [
    { ...key, delayMs: () => (delays[key.arm] ?? 0) + key.seed },
  ]);
  const text = await Congestion.table(directory);
  const rows = text.split('\n').filter((line) => /^\| (hk-fra|sg-jnb) /.test(line));
  t.equal(rows.length, 2 * 3 + 2 * 2);
  // The way itself is 50 ms; no run of a bulk flow is there.
  t.match(rows[0], /^\| hk-fra \| tcp-bbr \| - \| 113 ms \(\d+ to \d+\) \| 113 ms/);
  const duel = rows.find((row) => row.startsWith('| hk-fra | tcp-bbr |') && row.includes('better'));
  t.match(duel, /\| -100 ms \(-100 to -100\) \*\*better\*\* \|/);
  t.ok(rows.some((row) => row.startsWith('| hk-fra | quic-bbr3 |') && row.includes('0 ms (0 to 0) same')));
});
