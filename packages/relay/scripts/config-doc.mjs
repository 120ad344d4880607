// Writes the table of keys into docs/config.md between its two markers. Run after a change of src/config/schema.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { keyTable } from '../dist/src/config/table.js';

const file = new URL('../../../docs/config.md', import.meta.url);
const text = readFileSync(file, 'utf8');
const [before, rest] = text.split('<!-- keys -->\n');
const after = rest?.split('<!-- /keys -->')[1];
if (after === undefined) throw new Error('docs/config.md lacks the markers <!-- keys --> and <!-- /keys -->');
writeFileSync(file, `${before}<!-- keys -->\n${keyTable()}\n<!-- /keys -->${after}`);
