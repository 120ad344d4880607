/** From three bare namespaces to two hosts with a router between them. */
import { existsSync } from 'node:fs';
import type { ResolvedProfile } from '../profile/profile.js';
import { type Namespaces, runInside } from './namespaces.js';
import { applySettings, readSetting, type Settings } from './settings.js';
import {
  END_INTERFACE,
  ENDS,
  type EndPlan,
  endLinks,
  endSettings,
  markLinks,
  ROUTER_SETTINGS,
  routerLinks,
} from './topology.js';

/** What the ends are set to. */
export interface EndsInForce {
  readonly sender: Settings;
  readonly receiver: Settings;
}

/** Makes interfaces, addresses and routes, and applies the settings of both ends. */
export async function wire(
  namespaces: Namespaces,
  profile: ResolvedProfile,
  options: { readonly initialWindow?: number } = {},
): Promise<EndsInForce> {
  const { router, sender, receiver } = namespaces;
  await applySettings(router.pid, ROUTER_SETTINGS);
  await ipBatch(router.pid, routerLinks({ sender: sender.pid, receiver: receiver.pid }));
  if (hasIpv6()) await ipBatch(router.pid, markLinks());
  for (const { port } of Object.values(ENDS)) await offloadsOff(router.pid, port);
  const [ofSender, ofReceiver] = await Promise.all([
    wireEnd(sender.pid, ENDS.sender, { profile, ...options }),
    wireEnd(receiver.pid, ENDS.receiver, { profile, ...options }),
  ]);
  return { sender: ofSender, receiver: ofReceiver };
}

async function wireEnd(
  pid: number,
  end: EndPlan,
  options: { readonly profile: ResolvedProfile; readonly initialWindow?: number },
): Promise<Settings> {
  const settings = await applySettings(pid, endSettings(options.profile));
  await offloadsOff(pid, END_INTERFACE);
  await ipBatch(pid, ['link set dev lo up', ...endLinks(end, 'ipv4', options)]);
  if (hasIpv6()) await ipBatch(pid, [...markLinks(), ...endLinks(end, 'ipv6', options)]);
  const told = await Promise.all(TOLD.map(async (name) => [name, await readSetting(pid, name)] as const));
  return { ...settings, ...Object.fromEntries(told) };
}

/**
 * Not set, only told: the algorithm is a matter of each socket. Whoever is root of the namespace may choose any that the
 * kernel has; the list of allowed ones is global and is asked of others only.
 */
const TOLD = ['net.ipv4.tcp_congestion_control', 'net.ipv4.tcp_available_congestion_control'];

/** A kernel may be without; then the link carries IPv4 alone. */
const hasIpv6 = () => existsSync('/proc/sys/net/ipv6');

/** One `ip` for all lines; it stops at the first that fails and names it. */
async function ipBatch(pid: number, lines: readonly string[]): Promise<void> {
  await runInside(pid, ['ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

async function offloadsOff(pid: number, name: string): Promise<void> {
  await runInside(pid, ['true'], { offloadsOff: name });
}
