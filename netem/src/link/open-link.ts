/** Opens a link: namespaces, interfaces, router. */
import { release as kernelRelease } from 'node:os';
import { NetemError } from '../errors.js';
import type { Backend } from '../probe.js';
import { loadProfile } from '../profile/catalog.js';
import type { ResolvedProfile } from '../profile/profile.js';
import { EmulatedLink } from './emulated-link.js';
import { holdNamespaces, type Namespaces, release } from './namespaces.js';
import { ping } from './ping.js';
import { requireProgram } from './programs.js';
import { routerConfig } from './router-config.js';
import { ENDS } from './topology.js';
import { wire } from './wiring.js';

/** What link. */
export interface LinkOptions {
  /** Name of a profile, path of a `.yaml` file, or a profile as it is. */
  readonly profile: string | ResolvedProfile;
  /** Key of every random stream: 0 to 2^53 - 1. */
  readonly seed: number;
  /** Without it the probe chooses. */
  readonly backend?: Backend;
  /** File for one line a packet, written when the link closes. */
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
  const namespaces = await holdNamespaces();
  try {
    return await assemble(namespaces, profile, options);
  } catch (error) {
    await Promise.all([namespaces.sender, namespaces.receiver, namespaces.router].map(release));
    throw error;
  }
}

async function assemble(
  namespaces: Namespaces,
  profile: ResolvedProfile,
  options: LinkOptions,
): Promise<EmulatedLink> {
  const { initialWindow } = options;
  const ends = await wire(namespaces, profile, initialWindow === undefined ? {} : { initialWindow });
  const { router } = namespaces;
  router.child.stdin?.write(`${JSON.stringify(routerConfig(profile, options))}\n`);
  const { event: _, ...ready } = await router.events.next('ready');
  const measured = await ping(namespaces.sender.pid, {
    address: ENDS.receiver.address,
    count: PINGS,
    intervalMs: PING_INTERVAL_MS,
  });
  return new EmulatedLink({
    backend: 'router',
    profile,
    seed: options.seed,
    namespaces,
    ping: measured,
    settings: {
      kernel: kernelRelease(),
      ownUserNamespace: namespaces.ownUserNamespace,
      initialWindow: initialWindow ?? 'default',
      ...ends,
      router: ready,
    },
  });
}

function checkOptions({ seed, initialWindow }: LinkOptions): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new NetemError('LH_NETEM_USAGE', `seed must be a whole number from 0 to 2^53 - 1, got ${seed}`);
  }
  if (initialWindow !== undefined && !(Number.isInteger(initialWindow) && inWindow(initialWindow))) {
    throw new NetemError('LH_NETEM_USAGE', `initialWindow must be 1 to 1000 packets, got ${initialWindow}`);
  }
}

const inWindow = (packets: number) => packets >= 1 && packets <= 1_000;

const PINGS = 10;
const PING_INTERVAL_MS = 20;
