/** Programs of the system that some tests drive. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Options of a tap test: `skip` says why, where a program is missing. */
export interface ProgramOptions {
  readonly skip?: string;
}

/**
 * Options for a test that needs all `programs`: `t.test('plays in ffmpeg', requireProgram('ffmpeg'), ...)`. Where one
 * is missing the test is skipped with a line that says which and how to get it; the test command fails on such a line
 * when CI=true.
 */
export function requireProgram(...programs: string[]): ProgramOptions {
  const missing = programs.filter((program) => programPath(program) === undefined);
  if (missing.length === 0) return {};
  const packages = [...new Set(missing.map((program) => PACKAGES[program] ?? program))];
  return { skip: `missing program: ${missing.join(', ')} (sudo apt-get install ${packages.join(' ')})` };
}

/** Where `program` is: the search path, then the directories that ordinary users lack. */
export function programPath(program: string): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return directories.map((directory) => join(directory, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Debian packages that are named otherwise than their programs. */
const PACKAGES: Readonly<Record<string, string>> = { ffprobe: 'ffmpeg', ip: 'iproute2', tc: 'iproute2' };
