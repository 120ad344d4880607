/** What `longhaul bench list` prints. */
import { ARM_SETS, ARMS, absences } from '../arms/index.js';
import * as Media from '../media/index.js';
import { summarizeProfiles } from './netem-link.js';
import { SCENARIOS } from './scenarios.js';

/** Profiles, arms and whether they can run here, scenarios, shapes: as text. */
export async function printList(): Promise<string> {
  const profiles = summarizeProfiles();
  const absent = await absences(ARMS);
  const arms = ARMS.map(({ name, describe }) => {
    const sets = Object.keys(ARM_SETS).filter((set) => ARM_SETS[set]?.includes(name));
    const reason = absent.get(name);
    return [name, sets.join(', '), reason === undefined ? describe : `not here: ${reason}`];
  });
  return [
    'profiles',
    columns([['name', 'rtt ms', 'what it is'], ...profiles]),
    '',
    'arms (--arms takes the names of sets as well; core: those of a run that names none)',
    columns([['name', 'sets', 'what it is'], ...arms]),
    '',
    'scenarios',
    columns([['name', 'what it does'], ...SCENARIOS.map(({ name, describe }) => [name, describe])]),
    '',
    'shapes of the broadcast: bit rate and group length',
    `  ${Media.SHAPES.join(' ')}`,
  ].join('\n');
}

/** Aligned, indented, all to the left. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ');
  return rows.map((row) => `  ${line(row).trimEnd()}`).join('\n');
}
