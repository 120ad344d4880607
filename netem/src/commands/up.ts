/** `longhaul netem up`: a link that stays. */
import type { CommandModule } from 'yargs';
import { ENDS } from '../link/topology.js';
import { bringUp } from '../named/up.js';
import { DEFAULT_SEED, linkOptions } from './options.js';

/** The command. */
export const up: CommandModule<object, { profile: string; seed?: number; name?: string }> = {
  command: 'up <profile>',
  describe: 'bring up a link that stays until `longhaul netem down`',
  builder: (yargs) =>
    linkOptions(yargs)
      .option('name', { type: 'string', requiresArg: true, describe: 'its name (that of the profile)' })
      .example('$0 netem up hk-fra', 'prints how to run a command at each end') as never,
  handler: async ({ profile, seed = DEFAULT_SEED, name }) => {
    const link = await bringUp({ profile, seed, ...(name === undefined ? {} : { name }) });
    const user = link.ownUserNamespace ? ' -U --preserve-credentials' : '';
    const lines = Object.values(ENDS).map(
      (end) =>
        `${end.name.padEnd(8)}  ${end.address}  ${end.address6}  nsenter -t ${link[end.name].pid}${user} -n COMMAND`,
    );
    process.stdout.write(
      `${link.name} is up, seed ${seed}\n${lines.join('\n')}\nend it: longhaul netem down ${link.name}\n`,
    );
  },
};
