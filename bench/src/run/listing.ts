/** What `longhaul bench list` prints. */
import { SCENARIOS } from './scenarios.js';

/** The names a run can be made of, as text. */
export async function printList(): Promise<string> {
  const scenarios = Object.entries(SCENARIOS).map(([name, what]) => `  ${name.padEnd(10)}${what}`);
  return ['scenarios', ...scenarios].join('\n');
}
