/** Directories that are made level by level. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and those above it that are missing. `mkdir` of Node with `recursive` never ends where a file
 * system answers a new name with ENOENT, as /proc does (tried with Node 20.20): it takes the parent for missing.
 *
 * @throws the system's error of the first level that cannot be made
 */
export function makeDirectory(path: string, options: { readonly mode?: number } = {}): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.push(at);
  for (const level of missing.reverse()) makeLevel(level, options);
}

/** Somebody else may have made it meanwhile. */
function makeLevel(path: string, options: { readonly mode?: number }): void {
  try {
    mkdirSync(path, options);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(path).isDirectory();
    if (!isThere) throw error;
  }
}
