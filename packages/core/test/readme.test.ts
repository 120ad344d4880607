import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

t.test('the example of the README runs', async (t) => {
  const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const entry = new URL('../src/index.js', import.meta.url).href;
  const script = code
    .replace("'@longhaul/core'", JSON.stringify(entry))
    .replace('console.log(', 'seen.push(')
    .replace('console.error', '(error) => { throw error; }');
  const file = join(t.testdir(), 'example.mjs');
  writeFileSync(file, `const seen = [];\n${script}\nexport { seen, viewer, registry };\n`);
  const { seen, viewer, registry } = await import(file);
  t.same(seen, ['key', 0]);
  t.equal(viewer.state.kind, 'closed');
  t.same(registry.snapshot(), []);
  t.equal(registry.nextTimeoutMs, undefined);
});
