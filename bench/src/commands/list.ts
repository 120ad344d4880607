/** `longhaul bench list`: what a run can be made of on this machine. */
import type { ExtraCommand } from '@longhaul/cli';

/** The subcommand. */
export const list: ExtraCommand = {
  command: 'list',
  describe: 'the profiles, arms, scenarios and shapes there are, and which arms run here',
  handler: async () => {
    const { printList } = await import('../run/listing.js');
    process.stdout.write(`${await printList()}\n`);
  },
};
