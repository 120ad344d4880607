/** Names on the command line: lists by commas, and the one that was most likely meant. */
import { CliError } from '@longhaul/cli';

/** `a,b` as a list of names that are all in `known`, each once, in the order of `known`. Throws `LH_CLI_USAGE`. */
export function parseNames(option: string, text: string, known: readonly string[]): string[] {
  const asked = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (asked.length === 0)
    throw new CliError('LH_CLI_USAGE', `${option} "${text}": write one name or several by commas`);
  for (const name of asked) {
    if (!known.includes(name)) throw new CliError('LH_CLI_USAGE', `${option}: ${unknown(name, known)}`);
  }
  return known.filter((name) => asked.includes(name));
}

/** `there is no "hk-fr"; did you mean "hk-fra"? (longhaul bench list shows all)` */
export function unknown(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return `there is no "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`} (longhaul bench list shows all)`;
}

/** The closest of `candidates` by edits of single letters; undefined when none is close. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

/** Levenshtein's distance. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
