import t from 'tap';
import * as Priority from '../../src/link/priority.js';

t.test('priorities keep to their bands', async (t) => {
  const bands = [
    Priority.ofGroup('video', 2 ** 40),
    Priority.ofGroup('video', 0),
    Priority.ofGroup('data', 2 ** 24 - 1),
    Priority.ofGroup('data', 0),
    Priority.ofGroup('audio', 2 ** 30),
    Priority.ofGroup('audio', 0),
    Priority.INIT,
    Priority.CONTROL,
  ];
  t.strictSame(
    bands,
    [...bands].sort((a, b) => a - b),
  );
  t.ok(bands.every((priority) => priority > 0 && priority < 2 ** 31 && Number.isInteger(priority)));
  t.equal(new Set(bands).size, bands.length);
});
