import t from 'tap';
import { wholeNumber } from '../src/whole-number.js';

t.test('a count inside its range is taken, both ends included', async (t) => {
  const range = { least: 0, most: 10_000 };
  for (const text of ['0', '7', '10000']) t.equal(wholeNumber('--idle', text, range), Number(text));
});

t.test('anything else is refused with name, value and rule', async (t) => {
  const range = { least: 1, most: 10_000 };
  for (const text of ['0', '-1', '1.5', '10001', 'many', 'NaN']) {
    const message = `--duration ${text}: write a whole number from 1 to 10000`;
    t.throws(() => wholeNumber('--duration', text, range), new RangeError(message));
  }
});
