import t from 'tap';
import { retained } from '../src/index.js';

t.test('what nothing refers to is gone, the rest is not', async (t) => {
  const kept = { name: 'kept' };
  const made = (name: string) => new WeakRef({ name });
  t.strictSame(await retained([made('dropped'), new WeakRef(kept)]), [kept]);
});
