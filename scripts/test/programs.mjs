/** System programs that some tests use: installed where that is possible, else named in one clear line. */
import { accessSync, constants, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runStep, say } from '../bootstrap/step.mjs';

/** Debian package, what shows that it is there (programs, GStreamer's plugins, files by their path), and who asks for it. */
const packages = [
  { name: 'ffmpeg', shownBy: ['ffmpeg', 'ffprobe'], for: ['test', 'interop'] },
  { name: 'chromium', shownBy: ['chromium'], for: ['test', 'interop'] },
  { name: 'rtmpdump', shownBy: ['rtmpdump'], for: ['test', 'interop'] },
  { name: 'iproute2', shownBy: ['ip', 'tc'], for: ['test'] },
  { name: 'iperf3', shownBy: ['iperf3'], for: ['test'] },
  { name: 'iputils-ping', shownBy: ['ping'], for: ['test'] },
  // Judges packaging/systemd; the package alone changes nothing of how a machine starts.
  { name: 'systemd', shownBy: ['systemd-analyze'], for: ['test'] },
  { name: 'gstreamer1.0-tools', shownBy: ['gst-launch-1.0'], for: ['interop'] },
  { name: 'gstreamer1.0-plugins-good', shownBy: ['libgstflv.so'], for: ['interop'] },
  { name: 'gstreamer1.0-plugins-bad', shownBy: ['libgstrtmp2.so'], for: ['interop'] },
  { name: 'nginx-light', shownBy: ['nginx'], for: ['interop', 'bench'] },
  {
    name: 'libnginx-mod-rtmp',
    shownBy: ['/usr/lib/nginx/modules/ngx_rtmp_module.so'],
    for: ['interop', 'bench'],
  },
  { name: 'srt-tools', shownBy: ['srt-live-transmit'], for: ['bench'] },
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

/** Debian keeps plugins of GStreamer in a directory of the processor's. */
function hasGstreamerPlugin(file) {
  const places = existsSync('/usr/lib')
    ? readdirSync('/usr/lib').filter((each) => each.endsWith('-gnu'))
    : [];
  return places.some((place) => existsSync(`/usr/lib/${place}/gstreamer-1.0/${file}`));
}

function isHere(shown) {
  if (shown.startsWith('/')) return existsSync(shown);
  return shown.endsWith('.so') ? hasGstreamerPlugin(shown) : hasProgram(shown);
}

const missingPackages = (purpose) =>
  packages
    .filter((each) => each.for.includes(purpose) && !each.shownBy.every(isHere))
    .map(({ name }) => name);

/**
 * As root on Debian the missing packages are installed; elsewhere what needs them is skipped and a line says
 * what to install. Never throws: what does not need them still runs.
 *
 * @param {'test' | 'interop' | 'bench'} [purpose]
 */
export async function providePrograms(purpose = 'test') {
  const missing = missingPackages(purpose);
  if (missing.length === 0) return;
  const canInstall =
    process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (canInstall) {
    try {
      await install(missing);
    } catch (error) {
      say(error.message);
    }
  }
  const still = missingPackages(purpose);
  if (still.length === 0) return;
  const what = purpose === 'test' ? 'tests that need' : 'what needs';
  say(`${what} ${still.join(', ')} will be skipped; to run them: sudo apt-get install ${still.join(' ')}`);
}

async function install(names) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-q', '-y', '-o', 'Dpkg::Use-Pty=0'];
  const args = [...options, 'install', '--no-install-recommends', ...names];
  // Debian's way to say that what is installed now starts no service (nginx would); a file that is there is the system's own.
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  await runStep({
    title: 'updating the Debian package lists',
    command: 'apt-get',
    args: [...options, 'update'],
    env,
  });
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await runStep({ title: `installing ${names.join(', ')}`, command: 'apt-get', args, env });
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}
