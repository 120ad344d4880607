import { readFileSync } from 'node:fs';
import t from 'tap';

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));

t.test('the lock file names no registry', async (t) => {
  const addressed = Object.entries(lock.packages).filter(([, { resolved }]) => /^\w+:/.test(resolved ?? ''));
  t.same(
    addressed.map(([name]) => name),
    [],
  );
});

t.test('every locked package has its integrity', async (t) => {
  const open = Object.entries(lock.packages).filter(
    ([name, entry]) => name.includes('node_modules/') && !entry.link && entry.integrity === undefined,
  );
  t.same(
    open.map(([name]) => name),
    [],
  );
});
