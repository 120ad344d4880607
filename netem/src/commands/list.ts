/** `longhaul netem list`: the profiles in a table. */
import type { CommandModule } from 'yargs';
import { listProfiles } from '../profile/catalog.js';
import { table } from './table.js';
import { lossWords, queueWords, rateWords } from './words.js';

/** The command. */
export const list: CommandModule<object, { json?: boolean }> = {
  command: 'list',
  describe: 'the profiles: round trip, rate, queue and loss of each',
  builder: (yargs) =>
    yargs.option('json', { type: 'boolean', describe: 'one JSON array; traces by their length' }) as never,
  handler: ({ json }) => {
    const profiles = listProfiles();
    if (json) {
      process.stdout.write(`${JSON.stringify(profiles, withoutTraces, 2)}\n`);
      return;
    }
    const rows = profiles.map(({ name, rttMs, forward, reverse, summary }) => [
      name,
      `${rttMs} ms`,
      `${rateWords(forward)} / ${rateWords(reverse)}`,
      queueWords(forward),
      lossWords(forward.loss),
      summary,
    ]);
    const head = ['PROFILE', 'RTT', 'MBIT/S TO RECEIVER/BACK', 'QUEUE', 'LOSS', ''];
    process.stdout.write(`${table([head, ...rows])}\n`);
  },
};

/** Tens of thousands of numbers each: `show --json` has them. */
function withoutTraces(key: string, value: unknown): unknown {
  return key === 'ms' && Array.isArray(value)
    ? { opportunities: value.length, periodMs: value.at(-1) }
    : value;
}
