/** The table of scenarios. */
import { CliError } from '@longhaul/cli';
import type { Contestant } from '../arms/arm.js';
import { ARMS } from '../arms/index.js';
import { BULK } from '../bulk/scenario.js';
import { CONNECT, JOIN } from '../connect/scenario.js';
import { FFMPEG, LIVE } from './live.js';
import { parseNames } from './names.js';
import type { Scenario } from './scenario.js';

/** Every scenario. */
export const SCENARIOS: readonly Scenario[] = [LIVE, FFMPEG, CONNECT, JOIN, BULK];

/** By name. Throws `LH_CLI_USAGE` for one that is none. */
export function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS.find((each) => each.name === name);
  if (found === undefined) throw new CliError('LH_CLI_USAGE', `there is no scenario "${name}"`);
  return found;
}

/** By name. Throws `LH_CLI_USAGE` for one that the scenario does not have. */
export function contestantNamed(scenario: Scenario, name: string): Contestant {
  const found = scenario.contestants.find((each) => each.name === name);
  if (found === undefined)
    throw new CliError('LH_CLI_USAGE', `there is no arm "${name}" of ${scenario.name}`);
  return found;
}

/** Names of all arms of all scenarios. */
export const ARM_NAMES: readonly string[] = [
  ...new Set(SCENARIOS.flatMap(({ contestants }) => contestants.map(({ name }) => name))),
];

/** What runs in a scenario. Throws `LH_CLI_USAGE` for an arm that no scenario has, and when this one has none of them. */
export function contestantsOf(
  scenario: Scenario,
  { arms, armsNamed }: { readonly arms: readonly string[]; readonly armsNamed?: boolean },
): readonly Contestant[] {
  const named = parseNames('--arms', arms.join(','), ARM_NAMES);
  const among = scenario.contestants.filter(({ name }) => named.includes(name));
  if (scenario.contestants !== ARMS)
    return armsNamed === true && among.length > 0 ? among : scenario.contestants;
  if (among.length > 0) return among;
  throw new CliError('LH_CLI_USAGE', `${scenario.name} has none of the arms ${arms.join(', ')}`);
}
