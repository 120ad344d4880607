/** `npm run interop`: provides the programs of the matrix, then runs it. */
import { providePrograms } from './test/programs.mjs';

/**
 * Resolves with the exit code: not 0 when a cell is red.
 *
 * @param {string[]} args - see `--help`
 */
export async function runInterop(args) {
  if (!args.includes('--help')) await providePrograms('interop');
  // Built by now, and not before.
  const { run } = await import('../bench/dist/src/interop.js');
  return run(args);
}
