/** System programs: which are there. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { NetemError } from '../errors.js';

/** True when `name` can be executed from the path. */
export function hasProgram(name: string): boolean {
  return places().some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Does nothing when the program is there.
 *
 * @throws NetemError `LH_NETEM_PROGRAM` with the Debian package that has it
 */
export function requireProgram(name: string, debianPackage: string): void {
  if (hasProgram(name)) return;
  throw new NetemError(
    'LH_NETEM_PROGRAM',
    `missing program: ${name} (on Debian: apt-get install ${debianPackage})`,
  );
}

function places(): string[] {
  return [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/sbin', '/sbin'];
}
