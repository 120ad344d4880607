/** Where things stand in the repository; every other part of the bootstrap names files through this. */
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
