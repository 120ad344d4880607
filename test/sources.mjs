/** Reads the repository's sources for the tests that hold its rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, absolute. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const skipped = new Set([
  'node_modules',
  'dist',
  'target',
  'generated',
  'fixtures',
  'corpus',
  '.tap',
  '.git',
  '.cache',
]);

/** Files under `directory` (relative to the root) whose name `wanted` takes, relative to the root, sorted. */
export function filesUnder(directory, wanted) {
  const absolute = join(root, directory);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesUnder(path, wanted);
      return wanted(entry.name) ? [path] : [];
    })
    .sort();
}

/** The text of a file named relative to the root. */
export const read = (path) => readFileSync(join(root, path), 'utf8');

/** Workspaces: directory relative to the root, short name and manifest. */
export function workspaces() {
  const parents = ['packages', '.'];
  return parents
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(parent, name)))
    .filter((directory) => existsSync(join(root, directory, 'package.json')) && directory !== 'node_modules')
    .map((directory) => ({
      directory: relative('.', directory),
      name: directory.split('/').at(-1),
      manifest: JSON.parse(read(join(directory, 'package.json'))),
    }));
}
