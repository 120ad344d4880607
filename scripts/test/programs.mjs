/** System programs that some tests use: installed where that is possible, else named in one clear line. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runStep, say } from '../bootstrap/step.mjs';

/** Debian package and the programs that show it is there. */
const packages = [
  { name: 'ffmpeg', programs: ['ffmpeg', 'ffprobe'] },
  { name: 'chromium', programs: ['chromium'] },
  { name: 'rtmpdump', programs: ['rtmpdump'] },
  { name: 'iproute2', programs: ['ip', 'tc'] },
];

/** True when `program` can be executed from the path. */
export function hasProgram(program) {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const missingPackages = () =>
  packages.filter(({ programs }) => !programs.every(hasProgram)).map(({ name }) => name);

/**
 * As root on Debian the missing packages are installed; elsewhere the tests that need them are skipped and a line says
 * what to install. Never throws: what does not need them still runs.
 */
export async function providePrograms() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const canInstall =
    process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (canInstall) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const options = ['-q', '-y', '-o', 'Dpkg::Use-Pty=0'];
    try {
      await runStep({
        title: 'updating the Debian package lists',
        command: 'apt-get',
        args: [...options, 'update'],
        env,
      });
      await runStep({
        title: `installing ${missing.join(', ')}`,
        command: 'apt-get',
        args: [...options, 'install', '--no-install-recommends', ...missing],
        env,
      });
    } catch (error) {
      say(error.message);
    }
  }
  const still = missingPackages();
  if (still.length === 0) return;
  say(
    `tests that need ${still.join(', ')} will be skipped; to run them: sudo apt-get install ${still.join(' ')}`,
  );
}
