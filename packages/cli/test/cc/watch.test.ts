import t from 'tap';
import { COLUMNS, draw, type Look, sparkline } from '../../src/cc/watch.js';

const look = (changes: Partial<Look>): Look => ({
  atMs: 0,
  algorithm: 'cubic',
  phase: 'slow-start',
  cwndBytes: 14_000,
  pacingBps: 2_000_000,
  deliveryBps: 1_000_000,
  rttMs: 80,
  packetsSent: 0,
  packetsLost: 0,
  ...changes,
});

const BLANK = (count: number) => ' '.repeat(COLUMNS - count);

t.test('a sparkline stands between 0 and the greatest value', (t) => {
  const cases: [number[], string][] = [
    [[], ''],
    [[0, 0], '▁▁'],
    [[0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    [[70, 70, 35], '██▅'],
    [[5], '█'],
  ];
  for (const [values, text] of cases) t.equal(sparkline(values), text);
  t.end();
});

t.test('a picture has a line for each figure, the newest at the right', (t) => {
  const looks = [
    look({}),
    look({ packetsSent: 100, packetsLost: 0, cwndBytes: 28_000, rttMs: 40 }),
    look({ packetsSent: 300, packetsLost: 10, cwndBytes: 7_000, phase: 'recovery', deliveryBps: 500_000 }),
  ];
  t.strictSame(draw('center', looks), [
    'link to center: cubic, recovery',
    `window    ${BLANK(3)}▅█▃  7.0 kB (most 28.0 kB)`,
    `pacing    ${BLANK(3)}███  2.00 Mbit/s (most 2.00 Mbit/s)`,
    `delivered ${BLANK(3)}██▅  500 kbit/s (most 1.00 Mbit/s)`,
    `RTT       ${BLANK(3)}█▅█  80.0 ms (most 80.0 ms)`,
    `lost      ${BLANK(3)}▁▁█  5.0 % (most 5.0 %)`,
  ]);
  t.strictSame(draw('center', []), ['center: no link yet']);
  t.end();
});

t.test('a new link, whose counters begin again, has lost nothing', (t) => {
  const looks = [look({ packetsSent: 900, packetsLost: 90 }), look({ packetsSent: 10, packetsLost: 0 })];
  t.match(draw('center', looks).at(-1), /0\.0 % \(most 0\.0 %\)/);
  t.end();
});
