/** `longhaul bench pack` and `unpack`: the records of a result directory as one file, for git. */
import type { ExtraCommand } from '@longhaul/cli';

/** Into `records.tar.xz`. */
export const pack: ExtraCommand = {
  command: 'pack <dir>',
  describe: 'write the records of a result directory into records.tar.xz, to be kept in git',
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'what bench run wrote' })
      .example('$0 bench pack bench/results/2026-08-01-core', 'runs/ and invalid/ stay as they are'),
  handler: async (argv) => {
    const { packRecords } = await import('../records/archive.js');
    const { file, records, bytes } = await packRecords((argv as { dir?: string }).dir as string);
    process.stdout.write(`${file}: ${records} records, ${(bytes / 1e6).toFixed(1)} MB\n`);
  },
};

/** Out of it. */
export const unpack: ExtraCommand = {
  command: 'unpack <dir>',
  describe: 'make the records again from records.tar.xz, for report, check and compare',
  builder: (yargs) =>
    yargs.positional('dir', {
      type: 'string',
      demandOption: true,
      describe: 'a result directory, as it stands in git',
    }),
  handler: async (argv) => {
    const { unpackRecords } = await import('../records/archive.js');
    const { file, records } = await unpackRecords((argv as { dir?: string }).dir as string);
    process.stdout.write(`${file}: ${records} records\n`);
  },
};
