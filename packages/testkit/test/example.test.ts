import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { runReadmeExample, temporaryDirectory } from '../src/index.js';

t.test('the example of this package runs', async (t) => {
  await t.resolves(runReadmeExample(fileURLToPath(new URL('../..', import.meta.url))));
});

t.test('an example that fails, or is missing, is told', async (t) => {
  const directory = await temporaryDirectory(t);
  mkdirSync(join(directory, 'dist'));
  const readme = (text: string) => writeFileSync(join(directory, 'README.md'), text);
  readme("# name\n\n```ts\nthrow new Error('from the example');\n```\n");
  await t.rejects(runReadmeExample(directory), /from the example/);
  readme('# name\n');
  await t.rejects(runReadmeExample(directory), /README.md has no block of TypeScript/);
});
