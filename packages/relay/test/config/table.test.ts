import { readFileSync } from 'node:fs';
import t from 'tap';
import { keyRows } from '../../src/config/schema.js';
import { keyTable, variableOf } from '../../src/config/table.js';

t.test('docs/config.md lists every key as the schema has it', async (t) => {
  const page = readFileSync(new URL('../../../../../docs/config.md', import.meta.url), 'utf8');
  t.ok(page.includes(keyTable()), 'run node packages/relay/scripts/config-doc.mjs');
});

t.test('every key says what it is for', async (t) => {
  for (const { key, schema } of keyRows()) t.ok(schema.doc, key);
});

t.test('no two keys share a variable', async (t) => {
  const names = keyRows().flatMap((row) => variableOf(row) ?? []);
  t.equal(new Set(names).size, names.length);
  t.ok(names.includes('LONGHAUL_LINK_IDLE_TIMEOUT_MS'));
});
