import t from 'tap';
import * as Numbers from '../../src/report/numbers.js';

t.test('values have three figures and their unit', async (t) => {
  for (const [value, unit, text] of [
    [312.4, 'ms', '312 ms'],
    [31.25, 'ms', '31.3 ms'],
    [3.5, 'ms', '3.5 ms'],
    [0, 'ms', '0 ms'],
    [0.1234, 'share', '12.3 %'],
    [0.0124, 'share', '1.24 %'],
    [0.00001, 'share', '0.001 %'],
    [1.5, '', '1.5'],
    [Number.NaN, 'ms', '-'],
  ] as const) {
    t.equal(Numbers.format(value, unit), text);
  }
});

t.test('differences say which way, those of shares in points', async (t) => {
  t.equal(Numbers.formatDifference(-31.2, 'ms'), '−31.2 ms');
  t.equal(Numbers.formatDifference(0.012, 'share'), '+1.2 points');
  t.equal(Numbers.formatDifference(0, 'share'), '±0 points');
  t.equal(Numbers.formatRange(-31, 4, 'ms'), '−31 to +4');
  t.equal(Numbers.formatSize(0.005, 'share'), '0.5 points');
});
