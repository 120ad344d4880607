/** `npm run docs`: the API of every package, from its comments, into docs/api (which git ignores). See typedoc.json. */
import { readFileSync } from 'node:fs';
import { at } from './bootstrap/paths.mjs';
import { runStep } from './bootstrap/step.mjs';

/** Writes the pages; rejects when a comment links to something that is not there. `args` go to typedoc. */
export async function runDocs(args = []) {
  const { bin } = JSON.parse(readFileSync(at('node_modules/typedoc/package.json'), 'utf8'));
  const typedoc = at('node_modules/typedoc', bin.typedoc);
  await runStep({ title: 'making the API pages', command: process.execPath, args: [typedoc, ...args] });
  return 0;
}
