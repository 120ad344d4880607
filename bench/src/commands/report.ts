/** `longhaul bench report`: numbers and a page from the runs of a result directory. */
import type { ExtraCommand } from '@longhaul/cli';

/** The subcommand. */
export const report: ExtraCommand = {
  command: 'report <dir>',
  describe: 'write summary.json and report.html of a result directory and print the table',
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'what bench run wrote' })
      .option('markdown', {
        type: 'string',
        requiresArg: true,
        describe: 'also write tables between the marker lines of this document; - prints them',
      })
      .option('table', {
        choices: ['overview', 'congestion'] as const,
        default: 'overview',
        describe: 'which tables --markdown writes',
      })
      .example('$0 bench report bench/results/2026-08-01', 'may be run while the benchmark still runs'),
  handler: async (argv) => {
    const { dir, markdown, table } = argv as { dir?: string; markdown?: string; table?: string };
    const { writeReport } = await import('../report/index.js');
    const { html, summary, text } = await writeReport(dir as string);
    process.stderr.write(`${html}\n${summary}\n`);
    if (markdown === undefined) process.stdout.write(`${text}\n`);
    else await writeTables(dir as string, markdown, table);
  },
};

async function writeTables(directory: string, target: string, table: string | undefined): Promise<void> {
  const Markdown = await import('../report/markdown.js');
  const Congestion = await import('../report/congestion.js');
  const text = table === 'congestion' ? await Congestion.table(directory) : await Markdown.tables(directory);
  if (target === '-') process.stdout.write(`${text}\n`);
  else await Markdown.insert(target, text);
}
