/** `longhaul bench`: the benchmark's commands for the command line of @longhaul/cli. Each loads what it runs when it runs. */
import type { ExtraCommand } from '@longhaul/cli';
import { check } from './commands/check.js';
import { compare } from './commands/compare.js';
import { gate } from './commands/gate.js';
import { list } from './commands/list.js';
import { pack, unpack } from './commands/pack.js';
import { report } from './commands/report.js';
import { run } from './commands/run.js';

/** Subcommands in the order of the help text. */
const SUBCOMMANDS: readonly ExtraCommand[] = [run, report, check, compare, gate, list, pack, unpack];

/** What bin/longhaul.mjs hands to the command line. */
export const commands: readonly ExtraCommand[] = [
  {
    command: 'bench',
    describe: 'compare transports over emulated links: TCP, QUIC, SRT and others',
    builder: (yargs) => {
      for (const subcommand of SUBCOMMANDS) yargs.command(subcommand);
      return yargs.demandCommand(1, 'bench what? See longhaul bench --help');
    },
    handler: () => {},
  },
];
