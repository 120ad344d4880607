/** Examples in documents are code: this runs them. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Runs the first TypeScript block of `README.md` in `directory`, which uses no type syntax, as a module of that
 * package. Rejects with what it throws.
 */
export async function runReadmeExample(directory: string): Promise<void> {
  const [, code] = /^```ts\n([\s\S]*?)^```/m.exec(readFileSync(join(directory, 'README.md'), 'utf8')) ?? [];
  if (code === undefined) throw new Error(`${directory}/README.md has no block of TypeScript`);
  const file = join(directory, 'dist', `readme-example-${process.pid}.mjs`);
  writeFileSync(file, code);
  try {
    await import(pathToFileURL(file).href);
  } finally {
    rmSync(file);
  }
}
