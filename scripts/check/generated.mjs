/** Generated files are committed; here they are made anew elsewhere and compared. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { at, root } from '../bootstrap/paths.mjs';
import { runStep, SetupError } from '../bootstrap/step.mjs';
import { workspaceDirs } from '../bootstrap/typescript.mjs';

/** Names in `directory` whose content is not the same in `other`, both ways. */
function differences(directory, other) {
  const namesIn = (place) => readdirSync(place, { recursive: true, withFileTypes: true });
  const files = (place) =>
    namesIn(place)
      .filter((entry) => entry.isFile())
      .map((entry) => relative(place, join(entry.parentPath ?? entry.path, entry.name)));
  const all = new Set([...files(directory), ...files(other)]);
  const read = (place, name) =>
    existsSync(join(place, name)) ? readFileSync(join(place, name), 'utf8') : undefined;
  return [...all].filter((name) => read(directory, name) !== read(other, name));
}

/**
 * Every workspace with a `scripts/generate.mjs` makes `src/generated` by it; the script takes the directory to write
 * to. The addon's declarations have a script of their own, which compiles. Rejects with the names of files that are not
 * what is made.
 */
export async function checkGenerated() {
  const stale = [];
  for (const directory of workspaceDirs()) {
    const script = join(directory, 'scripts/generate.mjs');
    if (!existsSync(script)) continue;
    const name = relative(root, directory);
    const output = mkdtempSync(join(tmpdir(), 'longhaul-generated-'));
    try {
      await runStep({
        title: `generating files of ${name}`,
        command: process.execPath,
        args: [script, output],
      });
      const committed = join(directory, 'src/generated');
      stale.push(...differences(committed, output).map((file) => relative(root, join(committed, file))));
    } finally {
      rmSync(output, { recursive: true, force: true });
    }
  }
  await runStep({
    title: 'comparing the declarations of the addon',
    command: process.execPath,
    args: [at('packages/quic/scripts/native-types.mjs'), '--check'],
  });
  if (stale.length > 0) {
    throw new SetupError(
      `not as generated: ${stale.join(', ')}; run "npm run generate --workspaces --if-present" and commit`,
    );
  }
}
