/** Directories that a test may fill and need not clean up. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A test that runs something at its end: tap's `t` is one. */
export interface Teardown {
  teardown(run: () => unknown): unknown;
}

/** A new empty directory, removed with all that is in it when the test ends. */
export async function temporaryDirectory(t: Teardown): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'longhaul-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
