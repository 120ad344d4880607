/** `longhaul relay`: one relay in this process. */
import type { Argv } from 'yargs';
import { CliError, EXIT } from '../errors.js';
import type { Output } from '../output.js';

/** Adds the command to the parser. */
export function relay(yargs: Argv, _output: Output): Argv {
  return yargs.command(
    'relay',
    'run a relay until SIGTERM or Ctrl-C drains it',
    (command) =>
      command
        .option('config', {
          type: 'string',
          requiresArg: true,
          describe: 'YAML file; every key is in docs/config.md',
        })
        .option('set', {
          type: 'string',
          array: true,
          requiresArg: true,
          describe: 'KEY=VALUE over the file and the environment; lists by commas',
        })
        .example('$0 relay --config edge.yaml', 'run the relay that edge.yaml describes')
        .example('$0 relay --config edge.yaml --set log.level=debug', 'the same with one key changed')
        .example(
          'LONGHAUL_RTMP_LISTEN=127.0.0.1:1945 $0 relay --config edge.yaml',
          'the same, by environment',
        ),
    async (argv) => {
      if (argv.config === undefined && argv.set === undefined) {
        throw new CliError(
          'LH_CLI_USAGE',
          'which relay? Write --config FILE (docs/config.md has an example)',
        );
      }
      const flags = Object.fromEntries((argv.set ?? []).map(parseSetting));
      await runRelay({ flags, ...(argv.config === undefined ? {} : { file: argv.config }) });
    },
  );
}

/** Runs the relay with the settings of file, environment and flags; rejects when it cannot start or ends with an error. */
export async function runRelay(sources: {
  readonly file?: string;
  readonly flags: Record<string, string>;
}): Promise<void> {
  const { runDaemon } = await import('@longhaul/relay');
  const exitCode = await runDaemon({ ...sources, env: process.env });
  if (exitCode !== EXIT.done) throw new CliError('LH_CLI_CHILD', `the relay ended with code ${exitCode}`);
}

/** `key.path=value` -> its two parts. Throws `LH_CLI_USAGE`. */
export function parseSetting(text: string): [key: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new CliError('LH_CLI_USAGE', `--set ${text}: write KEY=VALUE, such as --set log.level=debug`);
}
