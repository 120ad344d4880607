/** Entry of the `longhaul` program: arguments in, exit code out. */
import { type CliExtras, runCli } from './cli.js';
import { processOutput } from './output.js';

/**
 * Runs one command line and sets the process's exit code (0 done, 1 failed, 2 wrong arguments or config, 3 nothing
 * came). `extras` adds the commands of packages that this one does not know. Resolves when the command is over; never
 * rejects.
 */
export async function main(argv: readonly string[], extras: CliExtras = {}): Promise<void> {
  // A reader that has left (`longhaul play -o - | head`) is no reason for a stack trace.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
  });
  process.exitCode = await runCli(argv, processOutput(), extras);
}
