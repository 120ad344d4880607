/** Options that several commands share. */
import type { Argv } from 'yargs';

/** Without --seed: results of the same command line are comparable. */
export const DEFAULT_SEED = 1;

/** The parser's settings of the command line, and what stands after `--` left exactly as it is. */
export const PASS_THROUGH = {
  'duplicate-arguments-array': true,
  'greedy-arrays': false,
  'boolean-negation': true,
  'populate--': true,
  'parse-positional-numbers': false,
};

/** A profile and a seed. */
export function linkOptions(yargs: Argv): Argv {
  return yargs
    .positional('profile', {
      type: 'string',
      demandOption: true,
      describe: 'a name of `longhaul netem list`, or a .yaml file',
    })
    .option('seed', {
      type: 'number',
      requiresArg: true,
      describe: `the same seed loses in the same milliseconds (${DEFAULT_SEED})`,
    });
}
