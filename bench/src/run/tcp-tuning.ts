/** How the kernel's TCP is set at both ends of a link, so that nobody can call it untuned; read back, for the record. */
import { runAt } from './child.js';
import type { Host, PathFigures } from './link.js';

/** Names below `/proc/sys/` without the slashes' dots replaced: `net/ipv4/tcp_rmem`. */
export type Sysctls = Readonly<Record<string, string>>;

/** What stands in force at one end. */
export interface TuningResult {
  /** As the kernel gives them back. */
  readonly values: Sysctls;
  /** Settings that the kernel did not take, by name: nothing is compared that was not what it says. */
  readonly refused: readonly string[];
}

/** Settings that an arm has no part in, beside the buffers that the link's hosts have by themselves. */
export const COMMON: Sysctls = {
  // A broadcast pauses between pictures: the window must not collapse each time.
  'net/ipv4/tcp_slow_start_after_idle': '0',
  // What one connection learned must not reach the next one.
  'net/ipv4/tcp_no_metrics_save': '1',
};

/** Read and recorded, never set here. */
const READ_ONLY = [
  'net/ipv4/tcp_rmem',
  'net/ipv4/tcp_wmem',
  'net/ipv4/tcp_congestion_control',
  'net/ipv4/tcp_available_congestion_control',
  'net/ipv4/tcp_notsent_lowat',
  'net/ipv4/tcp_fastopen',
  'net/ipv4/tcp_sack',
  'net/ipv4/tcp_recovery',
  'net/core/default_qdisc',
  'net/core/rmem_max',
  'net/core/wmem_max',
];

/** Buffers hold at least this many times what the link holds. */
const LEAST_BDPS = 2;

/** Which of a host's buffers are smaller than TCP needs to fill the path. */
export function smallBuffers({ values }: TuningResult, path: PathFigures): string[] {
  return ['net/ipv4/tcp_rmem', 'net/ipv4/tcp_wmem'].flatMap((name) => {
    const most = Number(values[name]?.split(' ').at(-1) ?? 0);
    const least = LEAST_BDPS * path.bdpBytes;
    return most >= least
      ? []
      : [`${name.replaceAll('/', '.')} ends at ${most}, two bandwidth-delay products are ${least}`];
  });
}

/** Sets `sysctls` at a host and reads them back together with what else shapes TCP. Rejects when the host cannot run a shell. */
export async function tune(host: Host, sysctls: Sysctls): Promise<TuningResult> {
  const set = Object.entries(sysctls).map(
    ([name, value]) => `{ echo '${value}' > /proc/sys/${name}; } 2>/dev/null`,
  );
  const names = [...Object.keys(sysctls), ...READ_ONLY];
  const read = names.map((name) => `echo "${name}=$(cat /proc/sys/${name} 2>/dev/null)"`);
  const words = await runAt(host, 'sh', ['-c', [...set, ...read].join('\n')]);
  const values = parse(words);
  const refused = Object.entries(sysctls)
    .filter(([name, value]) => plain(values[name]) !== plain(value))
    .map(
      ([name, value]) => `${name.replaceAll('/', '.')} = ${value} (is ${plain(values[name]) || 'not there'})`,
    );
  return { values, refused };
}

function parse(words: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of words.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) values[line.slice(0, at)] = plain(line.slice(at + 1));
  }
  return values;
}

/** The kernel writes tabs between numbers. */
function plain(value: string | undefined): string {
  return (value ?? '').trim().replace(/\s+/g, ' ');
}
