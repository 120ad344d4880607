/** The command line as yargs knows it: commands, help, and one line for whatever goes wrong. */
import yargs, { type CommandModule } from 'yargs';
import { cc } from './commands/cc.js';
import { certs } from './commands/certs.js';
import { explain } from './commands/explain.js';
import { play } from './commands/play.js';
import { probe } from './commands/probe.js';
import { publish } from './commands/publish.js';
import { relay } from './commands/relay.js';
import { CliError, EXIT, exitCodeOf, firstLine } from './errors.js';
import type { Output } from './output.js';
import { packageVersion } from './version.js';

/**
 * A command of another package, in yargs' own form. Its handler rejects with an error of one line; an `exitCode` on the
 * error is the program's.
 */
export interface ExtraCommand extends CommandModule {
  /** Options and positionals that are lists; of any other option that is repeated the last value counts. */
  readonly repeatable?: readonly string[];
}

/** What `runCli` knows besides the commands of this package. */
export interface CliExtras {
  readonly commands?: readonly ExtraCommand[];
}

/**
 * Parses `argv` (without node and script) and runs the command. Resolves with the exit code; what went wrong stands on
 * `output.stderr` in one line, with a stack trace only under --verbose.
 */
export async function runCli(
  argv: readonly string[],
  output: Output,
  extras: CliExtras = {},
): Promise<number> {
  try {
    await parser(argv, output, extras.commands ?? []).parseAsync();
    return EXIT.done;
  } catch (error) {
    report(error, argv.includes('--verbose'), output);
    return exitCodeOf(error);
  }
}

function parser(argv: readonly string[], output: Output, extra: readonly ExtraCommand[]) {
  const repeatable = new Set([...REPEATABLE, ...extra.flatMap((command) => command.repeatable ?? [])]);
  const program = yargs([...argv])
    .scriptName('longhaul')
    .usage('$0 COMMAND\n\nLive streams across regions: RTMP in, QUIC between relays, HTTP-FLV and RTMP out.')
    .version(packageVersion())
    .help()
    .alias('help', 'h')
    .option('verbose', { type: 'boolean', describe: 'show the stack trace of an error', global: true })
    .strict()
    .recommendCommands()
    .demandCommand(1, 'which command? See longhaul --help')
    .parserConfiguration({
      // Without it an option that may be repeated keeps its last value alone, although it is declared an array.
      'duplicate-arguments-array': true,
      'greedy-arrays': false,
      'boolean-negation': true,
    })
    .middleware((parsed) => keepLast(parsed, repeatable), true)
    .wrap(Math.min(110, output.stdout.columns || 100))
    .exitProcess(false)
    // yargs prints the whole help before a message; one line that names the help is easier to read.
    .fail((message, error) => {
      // Its own complaints about arguments come as a message or as a YError; anything else is from a command.
      if (error !== undefined && error.name !== 'YError') throw error;
      const words = (message ?? error?.message ?? 'wrong arguments').replace(/\s*\n\s*/g, ': ');
      throw new CliError('LH_CLI_USAGE', `${words} (see --help)`);
    })
    .epilogue(
      'longhaul COMMAND --help shows options and examples. Exit codes: 0 done, 1 failed, 2 usage, 3 nothing came.',
    );
  for (const command of [relay, publish, play, probe, cc, explain, certs]) command(program, output);
  for (const command of extra) program.command(command);
  return program;
}

/** Options that add up when they are repeated; of any other the last one counts. */
const REPEATABLE = ['_', '--', 'name', 'set', 'knob'];

function keepLast(argv: Record<string, unknown>, repeatable: ReadonlySet<string>): void {
  for (const [key, value] of Object.entries(argv)) {
    if (Array.isArray(value) && !repeatable.has(key)) argv[key] = value.at(-1);
  }
}

function report(error: unknown, verbose: boolean, output: Output): void {
  const code = (error as { code?: unknown } | undefined)?.code;
  const suffix = typeof code === 'string' && code.startsWith('LH_') ? ` (${code})` : '';
  output.note(`longhaul: ${firstLine(error)}${suffix}`);
  if (verbose && error instanceof Error) output.note(error.stack ?? '');
}
