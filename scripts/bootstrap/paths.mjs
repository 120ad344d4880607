/** Where things stand in the repository; every other part of the bootstrap names files through this. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, absolute. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Stamps, the lock and nothing that anyone needs to keep. Ignored by git. */
export const cacheDir = join(root, '.cache');

/** An absolute path from one relative to the root. */
export const at = (...parts) => join(root, ...parts);

/** The QUIC addon as `packages/quic` loads it. */
export const addonFile = at('packages/quic/longhaul.node');

/** What the page's build makes last. */
export const pageFile = at('packages/relay/dist/page/index.html');

/** The script behind a command of an installed package: run by Node directly, it needs no shell and no npx. */
export function binOf(packageName, command = packageName) {
  const { bin } = JSON.parse(readFileSync(at('node_modules', packageName, 'package.json'), 'utf8'));
  return at('node_modules', packageName, typeof bin === 'string' ? bin : bin[command]);
}
