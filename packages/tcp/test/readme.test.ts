import { fileURLToPath } from 'node:url';
import { runReadmeExample } from '@longhaul/testkit';
import t from 'tap';

t.test('the example of the README runs', async (t) => {
  await t.resolves(runReadmeExample(fileURLToPath(new URL('../..', import.meta.url))));
});
