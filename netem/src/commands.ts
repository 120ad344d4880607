/** `longhaul netem`: the commands for the command line of @longhaul/cli, in yargs' own form. */
import type { CommandModule } from 'yargs';
import { down } from './commands/down.js';
import { list } from './commands/list.js';
import { probe } from './commands/probe.js';
import { run } from './commands/run.js';
import { show } from './commands/show.js';
import { up } from './commands/up.js';

/** A command module; `repeatable` names the options that are lists. */
type Command = CommandModule & { readonly repeatable?: readonly string[] };

/** What bin/longhaul.mjs hands to the command line. */
export const commands: readonly Command[] = [
  {
    command: 'netem',
    describe: 'put any program on an emulated link of a real route',
    builder: (yargs) =>
      yargs
        .command(list)
        .command(show)
        .command(run)
        .command(up)
        .command(down)
        .command(probe)
        .demandCommand(1, 'netem what? See longhaul netem --help'),
    handler: () => {},
    repeatable: ['--'],
  },
];
