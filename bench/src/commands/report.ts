/** `longhaul bench report`: numbers and a page from the runs of a result directory. */
import type { ExtraCommand } from '@longhaul/cli';

/** The subcommand. */
export const report: ExtraCommand = {
  command: 'report <dir>',
  describe: 'write summary.json and report.html of a result directory and print the table',
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'what bench run wrote' })
      .example('$0 bench report bench/results/2026-08-01', 'may be run while the benchmark still runs'),
  handler: async (argv) => {
    const { writeReport } = await import('../report/index.js');
    const { html, summary, text } = await writeReport((argv as { dir?: string }).dir as string);
    process.stdout.write(`${text}\n`);
    process.stderr.write(`${html}\n${summary}\n`);
  },
};
