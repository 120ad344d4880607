import { pino } from 'pino';
import t from 'tap';
import { WarningLimiter } from '../src/log.js';

t.test('a kind of warning is written once a second and says what it left out', async (t) => {
  const lines: { msg: string; leftOut?: number }[] = [];
  const limiter = new WarningLimiter(pino({ base: null }, { write: (line) => lines.push(JSON.parse(line)) }));
  for (const atMs of [0, 10, 999, 1_000, 1_500, 5_000]) limiter.warn('a', { atMs }, 'a', atMs);
  limiter.warn('b', {}, 'b', 5_000);
  t.match(lines, [
    { msg: 'a', atMs: 0 },
    { msg: 'a', atMs: 1_000, leftOut: 2 },
    { msg: 'a', atMs: 5_000, leftOut: 1 },
    { msg: 'b' },
  ]);
  t.equal(lines.length, 4);
  t.equal(lines[0]?.leftOut, undefined);
});
