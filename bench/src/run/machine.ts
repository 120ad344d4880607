/** The machine and the versions that a result belongs to. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));

/** What shapes timings on this machine, in words. */
export function describeMachine(): Record<string, string> {
  const cores = cpus();
  return {
    cpu: cores[0]?.model ?? 'unknown',
    cores: String(cores.length),
    memoryMiB: String(Math.round(totalmem() / 2 ** 20)),
    kernel: release(),
    system: systemName(),
    loadBefore: loadavg()
      .map((load) => load.toFixed(2))
      .join(' '),
    tcpDefault: kernelSays('net/ipv4/tcp_congestion_control'),
    tcpAvailable: kernelSays('net/ipv4/tcp_available_congestion_control'),
    defaultQdisc: kernelSays('net/core/default_qdisc'),
    clockSource: fileSays('/sys/devices/system/clocksource/clocksource0/current_clocksource'),
    user: process.getuid?.() === 0 ? namespaceUser() : 'not root',
  };
}

/** Versions by name; `git` names the commit, and says when the tree differs from it. */
export function describeVersions(): Record<string, string> {
  return {
    longhaul: packageVersion(),
    git: gitVersion(),
    node: process.version,
    openssl: process.versions.openssl,
    v8: process.versions.v8,
    kernel: release(),
    ...packageVersions(),
  };
}

/** Other people's programs that arms and scenarios use, as Debian numbers them. Those that are not here are left out. */
const PROGRAMS = ['ffmpeg', 'iproute2', 'libnginx-mod-rtmp', 'libsrt1.5-openssl', 'nginx-light', 'srt-tools'];

function packageVersions(): Record<string, string> {
  const format = '$' + '{Package} $' + '{Version}\\n';
  // It fails when one of them is missing, and still tells the others.
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', format, ...PROGRAMS], { encoding: 'utf8' });
  const rows = (stdout ?? '').split('\n').map((line) => line.split(' '));
  return Object.fromEntries(rows.filter(([name, version]) => name && version));
}

function gitVersion(): string {
  const commit = said('git', ['-C', REPOSITORY, 'rev-parse', '--short=12', 'HEAD']);
  if (commit === '') return 'unknown';
  const changed = said('git', ['-C', REPOSITORY, 'status', '--porcelain', '--untracked-files=no']) !== '';
  return changed ? `${commit} with changes` : commit;
}

function packageVersion(): string {
  const { version } = JSON.parse(fileSays(`${REPOSITORY}package.json`) || '{}') as { version?: string };
  return version ?? 'unknown';
}

/** Root of a user namespace is root of nothing else. */
function namespaceUser(): string {
  const [inside, outside] = fileSays('/proc/self/uid_map').split(/\s+/);
  return inside === '0' && outside !== '0' ? 'root of a user namespace' : 'root';
}

function systemName(): string {
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(fileSays('/etc/os-release'))?.[1] ?? process.platform;
}

function kernelSays(name: string): string {
  return fileSays(`/proc/sys/${name}`);
}

function fileSays(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function said(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, [...args], {
      encoding: 'utf8',
      timeout: 5_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
