/** `npm run docs`: the API of every package, from its comments, into docs/api (which git ignores). See typedoc.json. */
import { binOf } from './bootstrap/paths.mjs';
import { runStep } from './bootstrap/step.mjs';

/** Writes the pages; rejects when a comment links to something that is not there. `args` go to typedoc. */
export async function runDocs(args = []) {
  await runStep({
    title: 'making the API pages',
    command: process.execPath,
    args: [binOf('typedoc'), ...args],
  });
  return 0;
}
