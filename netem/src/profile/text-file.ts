/** Files that a user names: read whole, but never one without an end. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/**
 * The text of a file of at most `mostBytes`.
 *
 * @throws Error in one line: what the system said, no regular file (a pipe would be waited for), too large
 */
export function readText(path: string, mostBytes: number): string {
  // A pipe that nobody writes to is opened at once, and then refused.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size, ...stat } = fstatSync(file);
    if ((stat.mode & constants.S_IFMT) !== constants.S_IFREG) throw new Error('it is no regular file');
    if (size > mostBytes) throw new Error(`it has ${size} bytes, more than ${mostBytes}`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
