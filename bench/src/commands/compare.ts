/** `longhaul bench compare`: what changed between two result directories. */
import type { ExtraCommand } from '@longhaul/cli';

interface Arguments {
  readonly dirA?: string;
  readonly dirB?: string;
  readonly json?: boolean;
}

/** The subcommand. */
export const compare: ExtraCommand = {
  command: 'compare <dir-a> <dir-b>',
  describe: 'compare two result directories arm by arm, for example of two commits',
  builder: (yargs) =>
    yargs
      .positional('dir-a', { type: 'string', demandOption: true, describe: 'before' })
      .positional('dir-b', { type: 'string', demandOption: true, describe: 'after' })
      .option('json', { type: 'boolean', describe: 'one JSON object with every metric' })
      .example('$0 bench compare before after', 'paired by profile and seed'),
  handler: async (argv) => {
    const { dirA, dirB, json } = argv as Arguments;
    const Compare = await import('../compare/compare.js');
    const [a, b] = [await Compare.read(dirA as string), await Compare.read(dirB as string)];
    const comparison = Compare.compare(a, b);
    const text = json === true ? JSON.stringify(comparison, null, 2) : Compare.describe(comparison);
    process.stdout.write(`${text}\n`);
  },
};
