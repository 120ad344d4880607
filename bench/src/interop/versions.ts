/** Which versions of the programs the matrix was run with. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { release } from 'node:os';
import { programPath } from '@longhaul/testkit';
import type { ProgramName } from './cell.js';
import * as Nginx from './programs/nginx-rtmp.js';

/** Why a program cannot be run here, with what to install; undefined when it can. */
export function absence(program: ProgramName): string | undefined {
  const { programs, packages } = NEEDS[program];
  const missing = programs.filter((name) => programPath(name) === undefined);
  if (program === 'nginx-rtmp' && !Nginx.isHere()) missing.push(Nginx.MODULE);
  if (missing.length === 0) return undefined;
  return `missing program: ${missing.join(', ')} (sudo apt-get install ${packages})`;
}

/** The version of a program in its own words. */
export async function versionOf(program: ProgramName): Promise<string> {
  const first = async (name: string, ...args: string[]) =>
    (await said(name, args)).split('\n')[0]?.trim() ?? '';
  switch (program) {
    case 'ffmpeg':
      return (await first('ffmpeg', '-version')).split(' ').slice(2, 3).join('');
    case 'gstreamer':
      return (await first('gst-inspect-1.0', '--version')).split(' ').at(-1) ?? '';
    case 'librtmp':
      return debianVersion('librtmp1');
    case 'rtmpdump':
      return debianVersion('rtmpdump');
    case 'nginx-rtmp':
      return `${await debianVersion('libnginx-mod-rtmp')}, ${(await first('nginx', '-v')).split(' ').at(-1)}`;
    case 'node-media-server':
      return packageVersion('node-media-server/package.json');
    case 'chromium':
      return `${(await first('chromium', '--version')).split(' ')[1]}, mpegts.js ${packageVersion('mpegts.js/package.json')}`;
  }
}

/** The machine the matrix was run on. */
export function machine(): string {
  return `Node ${process.version}, ${process.platform} ${release().split('-')[0]}`;
}

/** rtmpdump and librtmp have said 2.4 for a decade; the package tells which. */
async function debianVersion(name: string): Promise<string> {
  const version = await said('dpkg-query', ['-W', '-f', '$' + '{Version}', name]);
  return /^\d/.test(version) ? version : 'unknown';
}

function packageVersion(manifest: string): string {
  const file = createRequire(import.meta.url).resolve(manifest);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Both outputs; empty when the program is not there. */
function said(name: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(programPath(name) ?? name, [...args], { timeout: 10_000 }, (_error, stdout, stderr) => {
      resolve(`${stdout}${stderr}`.trim());
    });
  });
}

const NEEDS: Readonly<
  Record<ProgramName, { readonly programs: readonly string[]; readonly packages: string }>
> = {
  ffmpeg: { programs: ['ffmpeg', 'ffprobe'], packages: 'ffmpeg' },
  gstreamer: {
    programs: ['gst-launch-1.0'],
    packages:
      'gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad',
  },
  librtmp: { programs: ['gst-launch-1.0'], packages: 'gstreamer1.0-tools gstreamer1.0-plugins-bad' },
  rtmpdump: { programs: ['rtmpdump'], packages: 'rtmpdump' },
  'nginx-rtmp': { programs: ['nginx'], packages: 'nginx-light libnginx-mod-rtmp' },
  'node-media-server': { programs: [], packages: '' },
  chromium: { programs: ['chromium'], packages: 'chromium' },
};
