import t from 'tap';
import { bitrate, broadcastName, bytes, count, duration, milliseconds, percent } from '#page/format.js';

t.test('numbers are written as people read them', async (t) => {
  const rows: [string, string][] = [
    [milliseconds(1.26), '1.3 ms'],
    [milliseconds(178.4), '178 ms'],
    [milliseconds(2_449), '2.4 s'],
    [milliseconds(-3), '-3.0 ms'],
    [bitrate(843_400), '843 kbit/s'],
    [bitrate(999_600), '1.00 Mbit/s'],
    [bitrate(2_514_000), '2.51 Mbit/s'],
    [bitrate(123_456_000), '123 Mbit/s'],
    [bytes(640), '640 B'],
    [bytes(12_440), '12.4 kB'],
    [bytes(3_100_000), '3.1 MB'],
    [bytes(2e9), '2.0 GB'],
    [percent(0), '0.00 %'],
    [percent(4.81), '4.8 %'],
    [count(1_234_567), '1 234 567'],
    [duration(42_900), '42 s'],
    [duration(7 * 60_000), '7 min'],
    [duration(192 * 60_000), '3 h 12 min'],
    [duration(50 * 3_600_000), '2 d 2 h'],
  ];
  for (const [written, expected] of rows) t.equal(written, expected);
});

t.test('unknown is a dash and never a zero', async (t) => {
  for (const format of [milliseconds, bitrate, bytes, percent, count, duration]) {
    t.equal(format(undefined), '–');
    t.equal(format(null), '–');
  }
});

t.test('the domain that everyone has is left out', async (t) => {
  t.equal(broadcastName('default/live/sample'), 'live/sample');
  t.equal(broadcastName('tv.example/live/sample'), 'tv.example/live/sample');
});
