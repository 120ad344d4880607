/** `longhaul netem probe`: what this host can do. */
import type { CommandModule } from 'yargs';
import { type Ability, probeHost } from '../probe.js';

/** The command. */
export const probe: CommandModule<object, { json?: boolean }> = {
  command: 'probe',
  describe: 'which backends work on this host, and why not',
  builder: (yargs) => yargs.option('json', { type: 'boolean', describe: 'one JSON object' }) as never,
  handler: async ({ json }) => {
    const found = await probeHost();
    if (json) {
      process.stdout.write(`${JSON.stringify(found)}\n`);
      return;
    }
    const seed = found.tcTakesSeed ? ', takes a seed' : '';
    process.stdout.write(
      `router  ${words(found.router)}\ntc      ${words(found.tc)}${seed}\nused unless asked otherwise: ${found.chosen}\n`,
    );
  },
};

function words(ability: Ability): string {
  return ability.state === 'able' ? 'works' : `does not work: ${ability.reason}`;
}
