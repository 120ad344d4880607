/** `npm run docs`: the API of every package, from its comments, into docs/api (which git ignores). */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { at, root } from './bootstrap/paths.mjs';
import { runStep } from './bootstrap/step.mjs';
import { workspaceDirs } from './bootstrap/typescript.mjs';

/** Generates the pages; rejects when a comment links to something that is not there. */
export async function runDocs(args = []) {
  const typedoc = at(
    'node_modules/typedoc',
    JSON.parse(readFileSync(at('node_modules/typedoc/package.json'), 'utf8')).bin.typedoc,
  );
  const entries = workspaceDirs()
    .filter((directory) => existsSync(join(directory, 'src/index.ts')))
    .filter((directory) => !/testkit|bench/.test(directory))
    .map((directory) => relative(root, directory));
  await runStep({
    title: 'writing docs/api',
    command: process.execPath,
    args: [
      typedoc,
      '--entryPointStrategy',
      'packages',
      '--packageOptions',
      JSON.stringify({ entryPoints: ['src/index.ts'], excludePrivate: true, excludeInternal: true }),
      '--name',
      'longhaul',
      '--readme',
      'none',
      '--out',
      'docs/api',
      '--treatWarningsAsErrors',
      '--validation.notExported',
      'false',
      '--logLevel',
      'Warn',
      ...args,
      ...entries.flatMap((entry) => ['--entryPoints', entry]),
    ],
  });
  return 0;
}
