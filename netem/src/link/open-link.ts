/** Opens a link: namespaces, interfaces, what carries the packets. */
import { closeSync, openSync } from 'node:fs';
import { release as kernelRelease } from 'node:os';
import { NetemError } from '../errors.js';
import { type Backend, probeHost, tcTakesSeed } from '../probe.js';
import { loadProfile } from '../profile/catalog.js';
import type { ResolvedProfile } from '../profile/profile.js';
import { TcCarrier } from '../tc/carrier.js';
import type { Carrier } from './carrier.js';
import { EmulatedLink } from './emulated-link.js';
import { holdNamespaces, type Namespaces, release } from './namespaces.js';
import { requireProgram } from './programs.js';
import { RouterCarrier } from './router-carrier.js';
import { wire } from './wiring.js';

/** What link. */
export interface LinkOptions {
  /** Name of a profile, path of a `.yaml` file, or a profile as it is. */
  readonly profile: string | ResolvedProfile;
  /** Key of every random stream: 0 to 2^53 - 1. */
  readonly seed: number;
  /** Without it the router, which every kernel with namespaces can do and whose losses the seed repeats. */
  readonly backend?: Backend;
  /** File for one line a packet, written when the link closes; the router's alone. */
  readonly record?: string;
  /** Initial congestion and receive window of both ends, packets; without it the kernel's. */
  readonly initialWindow?: number;
}

/**
 * Brings up two hosts and the path between them. Nothing of it outlives this process, however that ends.
 *
 * @throws NetemError when it cannot be had; nothing is left behind then
 */
export async function openLink(options: LinkOptions): Promise<EmulatedLink> {
  checkOptions(options);
  requireProgram('ip', 'iproute2');
  const profile = typeof options.profile === 'string' ? loadProfile(options.profile) : options.profile;
  const backend = options.backend ?? 'router';
  if (backend === 'tc') await assertTc(options);
  const namespaces = await holdNamespaces({ middle: backend === 'tc' ? 'hold' : 'route' });
  try {
    return await assemble(namespaces, { ...options, profile, backend });
  } catch (error) {
    await Promise.all([namespaces.sender, namespaces.receiver, namespaces.router].map(release));
    throw error;
  }
}

async function assemble(
  namespaces: Namespaces,
  options: LinkOptions & { readonly profile: ResolvedProfile; readonly backend: Backend },
): Promise<EmulatedLink> {
  const { profile, seed, backend, initialWindow } = options;
  const ends = await wire(namespaces, profile, initialWindow === undefined ? {} : { initialWindow });
  const senderPid = namespaces.sender.pid;
  const carrier: Carrier =
    backend === 'tc'
      ? await TcCarrier.open(namespaces.router, { profile, seed, takesSeed: tcTakesSeed(), senderPid })
      : await RouterCarrier.open(namespaces.router, { ...options, senderPid });
  return new EmulatedLink({
    backend,
    profile,
    seed,
    namespaces,
    carrier,
    settings: {
      kernel: kernelRelease(),
      ownUserNamespace: namespaces.ownUserNamespace,
      initialWindow: initialWindow ?? 'default',
      ...ends,
      router: carrier.ready,
    },
  });
}

async function assertTc({ record }: LinkOptions): Promise<void> {
  if (record !== undefined)
    throw new NetemError('LH_NETEM_BACKEND', 'the tc backend keeps no record of packets');
  const { tc } = await probeHost();
  if (tc.state === 'unable')
    throw new NetemError('LH_NETEM_BACKEND', `the tc backend does not work here: ${tc.reason}`);
}

function checkOptions({ seed, initialWindow, record }: LinkOptions): void {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new NetemError('LH_NETEM_USAGE', `seed must be a whole number from 0 to 2^53 - 1, got ${seed}`);
  if (record !== undefined) assertWritable(record);
  if (initialWindow === undefined) return;
  if (!Number.isInteger(initialWindow) || initialWindow < 1 || initialWindow > MOST_WINDOW)
    throw new NetemError(
      'LH_NETEM_USAGE',
      `initialWindow must be 1 to ${MOST_WINDOW} packets, got ${initialWindow}`,
    );
}

/** The router writes its record at the end: that it cannot is said before anything runs. */
function assertWritable(file: string): void {
  try {
    closeSync(openSync(file, 'a'));
  } catch (cause) {
    throw new NetemError('LH_NETEM_USAGE', `cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
}

const MOST_WINDOW = 1_000;
