/** Kernel settings of a namespace: written, then read back, because some kernels refuse some. */
import { NetemError } from '../errors.js';
import { runInside } from './namespaces.js';
import type { Setting } from './topology.js';

/** What is in force after the attempt: by name, as the kernel says it. `unset` where there is no such setting. */
export type Settings = Readonly<Record<string, string>>;

/**
 * Writes settings in the namespace of `pid` and reads each back.
 *
 * @throws NetemError `LH_NETEM_ROUTER` when one that is not optional is refused
 */
export async function applySettings(pid: number, settings: readonly Setting[]): Promise<Settings> {
  const input = settings.map(({ name, value }) => `${pathOf(name)} ${value}\n`).join('');
  const lines = (await runInside(pid, ['sh', '-c', WRITE_AND_READ], { input })).trim().split('\n');
  const read: Record<string, string> = {};
  settings.forEach((setting, index) => {
    const value = (lines[index] ?? '').trim().replace(/\s+/g, ' ');
    read[setting.name] = value === '' ? 'unset' : value;
    if (!setting.optional && value !== setting.value) {
      throw new NetemError(
        'LH_NETEM_ROUTER',
        `${setting.name} = ${setting.value} was refused, it is ${value || 'missing'}`,
      );
    }
  });
  return read;
}

/** One setting of the namespace of `pid`. */
export async function readSetting(pid: number, name: string): Promise<string> {
  return (await runInside(pid, ['cat', pathOf(name)])).trim();
}

const pathOf = (name: string) => `/proc/sys/${name.replaceAll('.', '/')}`;

/** `/proc/sys/net` is that of the process which opens it. */
const WRITE_AND_READ =
  'while read -r file value; do { echo "$value" > "$file"; } 2> /dev/null; cat "$file" 2> /dev/null || echo; done';
