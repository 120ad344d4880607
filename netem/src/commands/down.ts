/** `longhaul netem down`: ends what `up` brought up, and what killed runs left. */
import type { CommandModule } from 'yargs';
import { takeDown } from '../named/down.js';
import { auditText } from './audit-text.js';

/** The command. */
export const down: CommandModule<object, { name?: string }> = {
  command: 'down [name]',
  describe: 'end a link, or all of them and whatever killed runs left behind',
  builder: (yargs) =>
    yargs.positional('name', {
      type: 'string',
      describe: 'of `longhaul netem up`; without it: all',
    }) as never,
  handler: async ({ name }) => {
    const { links, strays } = await takeDown(name);
    for (const link of links) {
      process.stdout.write(`${link.name} is down\n`);
      if (link.audit && link.audit.durationMs > 0) process.stdout.write(`${auditText(link.audit)}\n`);
    }
    if (strays > 0) process.stdout.write(`ended ${strays} processes of killed runs\n`);
    if (links.length === 0 && strays === 0) process.stdout.write('nothing is up\n');
  },
};
