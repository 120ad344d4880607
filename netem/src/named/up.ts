/** Brings up a link that stays. */
import { NetemError } from '../errors.js';
import { holdNamespaces, type Namespaces, release } from '../link/namespaces.js';
import { requireProgram } from '../link/programs.js';
import { pingThrough } from '../link/router-carrier.js';
import { routerConfig } from '../link/router-config.js';
import { wire } from '../link/wiring.js';
import { loadProfile } from '../profile/catalog.js';
import {
  bootId,
  checkName,
  makeStateDirectory,
  markProcess,
  type NamedLink,
  namedLinks,
  reportFile,
  saveLink,
  stateDirectory,
} from './state.js';

/**
 * Brings up a link that outlives this process, its time zero now; `takeDown` ends it.
 *
 * @throws NetemError `LH_NETEM_NAME` when one of that name is up
 */
export async function bringUp(options: {
  readonly profile: string;
  readonly seed: number;
  readonly name?: string;
}): Promise<NamedLink> {
  const profile = loadProfile(options.profile);
  const name = checkName(options.name ?? profile.name);
  if (namedLinks().some((link) => link.name === name))
    throw new NetemError('LH_NETEM_NAME', `${name} is up already: longhaul netem down ${name}`);
  requireProgram('ip', 'iproute2');
  makeStateDirectory();
  const namespaces = await holdNamespaces({ detached: stateDirectory() });
  try {
    await wire(namespaces, profile);
    const ready = await startRouter(namespaces, {
      ...routerConfig(profile, options),
      report: reportFile(name),
    });
    const link: NamedLink = {
      name,
      profile: options.profile,
      seed: options.seed,
      bootId: bootId(),
      ownUserNamespace: namespaces.ownUserNamespace,
      router: markProcess(namespaces.router.pid),
      sender: markProcess(namespaces.sender.pid),
      receiver: markProcess(namespaces.receiver.pid),
      ready,
    };
    saveLink(link);
    letGo(namespaces);
    return link;
  } catch (error) {
    await Promise.all([namespaces.router, namespaces.sender, namespaces.receiver].map(release));
    throw error;
  }
}

async function startRouter(namespaces: Namespaces, config: object): Promise<Record<string, unknown>> {
  const { router, sender } = namespaces;
  router.child.stdin?.write(`${JSON.stringify(config)}\n`);
  const { event: _, ...ready } = await router.events.next('ready');
  const measured = await pingThrough(sender.pid);
  router.child.stdin?.write('start\n');
  await router.events.next('started');
  return { ...ready, ...(measured === undefined ? {} : { ping: measured }) };
}

/** The children go on without this process. */
function letGo({ router, sender, receiver }: Namespaces): void {
  for (const { child } of [router, sender, receiver]) {
    child.stdin?.end();
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.unref();
  }
}
