/** What this host can do. */
import { spawnSync } from 'node:child_process';
import { NetemError } from './errors.js';
import { holdNamespaces, type Namespaces, release, runInside } from './link/namespaces.js';
import { hasProgram } from './link/programs.js';

/** What carries packets between the ends. Results of different backends are never compared. */
export type Backend = 'router' | 'tc';

/** One backend on this host. */
export type Ability =
  | { readonly state: 'able' }
  /** Why not, in words. */
  | { readonly state: 'unable'; readonly reason: string };

/** What the probe found. */
export interface Probe {
  readonly router: Ability;
  readonly tc: Ability;
  /** This tc and kernel take a seed for netem: only then is that backend repeatable. */
  readonly tcTakesSeed: boolean;
  /** The backend that is used unless another is asked for: the one whose losses a seed repeats. */
  readonly chosen: Backend;
}

/**
 * Tries in namespaces of its own, which are gone afterwards.
 *
 * @throws NetemError `LH_NETEM_PRIVILEGE` where namespaces are not allowed, `LH_NETEM_BACKEND` when nothing works
 */
export async function probeHost(): Promise<Probe> {
  const namespaces = await holdNamespaces({ middle: 'hold' });
  try {
    const tc = await probeTc(namespaces);
    const router = await probeRouter(namespaces);
    if (router.state === 'unable' && tc.state === 'unable')
      throw new NetemError(
        'LH_NETEM_BACKEND',
        `no backend works here: router: ${router.reason}; tc: ${tc.reason}`,
      );
    return {
      router,
      tc,
      tcTakesSeed: tc.state === 'able' && tcTakesSeed(),
      chosen: router.state === 'able' ? 'router' : 'tc',
    };
  } finally {
    await Promise.all([namespaces.router, namespaces.sender, namespaces.receiver].map(release));
  }
}

/** Interfaces of the router's kind can be made. */
async function probeRouter({ router }: Namespaces): Promise<Ability> {
  return await attempt(router.pid, ['ip', 'link', 'add', 'name', 'lh-probe', 'type', 'veth']);
}

/** netem and HTB are in the kernel; it answers for a name that it does not know. */
async function probeTc({ router }: Namespaces): Promise<Ability> {
  if (!hasProgram('tc')) return { state: 'unable', reason: 'missing program: tc' };
  for (const kind of ['netem delay 1ms', 'htb']) {
    const words = kind.split(' ');
    const tried = await attempt(router.pid, ['tc', 'qdisc', 'replace', 'dev', 'lo', 'root', ...words]);
    if (tried.state === 'unable')
      return { state: 'unable', reason: `this kernel has no ${words[0]}: ${tried.reason}` };
  }
  return { state: 'able' };
}

/** tc tells its own options. */
export function tcTakesSeed(): boolean {
  const help = spawnSync('tc', ['qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'help'], { encoding: 'utf8' });
  return /\bseed\b/.test(help.stderr + help.stdout);
}

async function attempt(pid: number, command: readonly string[]): Promise<Ability> {
  try {
    await runInside(pid, command);
    return { state: 'able' };
  } catch (error) {
    return { state: 'unable', reason: (error as Error).message };
  }
}
