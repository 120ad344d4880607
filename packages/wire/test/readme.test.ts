import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import t from 'tap';

t.test('the example of the README runs', async (t) => {
  const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const entry = new URL('../src/index.js', import.meta.url).href;
  const script = code.replaceAll(' as const', '').replace("'@longhaul/wire'", JSON.stringify(entry));
  const file = join(t.testdir(), 'example.mjs');
  writeFileSync(file, `${script}\nexport { frame, items, message };\n`);
  const { frame, items, message } = await import(pathToFileURL(file).href);
  t.strictSame(message, { kind: 'subscribe-update', latencyBudgetMs: 800 });
  t.equal(items.length, 2);
  t.strictSame(items[1], frame);
});
