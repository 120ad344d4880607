/** What a killed run or a lost state file may have left: processes in a namespace of ours that nobody holds. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { MARK_ADDRESS_HEX } from '../link/topology.js';
import { networkOf, stateDirectory } from './state.js';

/** Processes to end. */
export interface Strays {
  /** Left alone by their holder, in a namespace with our mark. */
  readonly inside: readonly number[];
  /** Detached holders of this state directory that no file knows. */
  readonly holders: readonly number[];
}

/** Looks at every process that this user may look at. `known` are holders of links on file. */
export function findStrays(known: ReadonlySet<number>): Strays {
  const ours = processes().flatMap((pid) => {
    const network = networkOf(pid);
    return network !== undefined && isMarked(pid) ? [{ pid, network, holder: holderKind(pid) }] : [];
  });
  const held = new Set(ours.filter(({ holder }) => holder !== 'none').map(({ network }) => network));
  return {
    inside: ours.filter(({ network }) => !held.has(network)).map(({ pid }) => pid),
    holders: ours.filter(({ pid, holder }) => holder === 'detached' && !known.has(pid)).map(({ pid }) => pid),
  };
}

function processes(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** Namespaces of ours have an address on their loopback that nobody else uses. */
function isMarked(pid: number): boolean {
  return (contents(pid, 'net/if_inet6') ?? '').includes(MARK_ADDRESS_HEX);
}

function holderKind(pid: number): 'none' | 'tied' | 'detached' {
  const [, role, ...options] = (contents(pid, 'cmdline') ?? '').split('\0');
  if (!(role === 'hold' || role === 'route') || programOf(pid) !== 'longhaul-router') return 'none';
  const detached = options.indexOf('--detached');
  // Those of another directory are up, and known there.
  return detached >= 0 && options[detached + 1] === stateDirectory() ? 'detached' : 'tied';
}

function programOf(pid: number): string {
  try {
    // Rebuilt meanwhile: the file that it runs is gone and says so.
    return basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
  } catch {
    return '';
  }
}

function contents(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
