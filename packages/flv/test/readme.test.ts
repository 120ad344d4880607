import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import t from 'tap';
import { FlvReader } from '../src/index.js';

t.test('the example of the README runs', async (t) => {
  const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
  const entry = new URL('../src/index.js', import.meta.url).href;
  const file = join(t.testdir(), 'example.mjs');
  writeFileSync(
    file,
    `${code.replaceAll("'@longhaul/flv'", JSON.stringify(entry))}\nexport { file, seen };\n`,
  );
  const example = (await import(pathToFileURL(file).href)) as { file: Uint8Array[]; seen: string[] };
  t.same(example.seen, ['init', 'key', 'end']);
  t.same(
    new FlvReader().push(Buffer.concat(example.file)).map(({ timestamp }) => timestamp),
    [0, 40],
  );
});

t.test('the README stays short', async (t) => {
  const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  t.ok(readme.split('\n').length <= 61);
});
