/** Addresses, interfaces and kernel settings of the two ends, as commands and as data. */
import type { ResolvedProfile } from '../profile/profile.js';
import { PORTS } from './router-config.js';

/** One end of a link. */
export interface EndPlan {
  readonly name: 'sender' | 'receiver';
  readonly address: string;
  readonly address6: string;
  readonly mac: string;
  readonly port: string;
}

/** The interface of each end, inside its namespace. */
export const END_INTERFACE = 'eth0';

/** Both ends. Locally administered addresses, private networks. */
export const ENDS: Readonly<Record<'sender' | 'receiver', EndPlan>> = {
  sender: {
    name: 'sender',
    address: '10.77.0.1',
    address6: 'fd77::1',
    mac: '02:4c:48:00:00:01',
    port: PORTS.sender,
  },
  receiver: {
    name: 'receiver',
    address: '10.77.0.2',
    address6: 'fd77::2',
    mac: '02:4c:48:00:00:02',
    port: PORTS.receiver,
  },
};

/** `ip -batch` of the router's namespace: a pair of interfaces for each end, one of them moved to the end. */
export function routerLinks(pids: { readonly sender: number; readonly receiver: number }): string[] {
  const ports = Object.values(ENDS).flatMap(({ name, port, mac }) => [
    `link add name ${port} mtu ${MTU} type veth peer name ${END_INTERFACE} mtu ${MTU} address ${mac} netns ${pids[name]}`,
    `link set dev ${port} up`,
  ]);
  return ['link set dev lo up', ...ports];
}

/**
 * `ip -batch` of one end for one protocol. The other end's hardware address is told and not asked for: nothing but packets
 * of the path is subject to its loss.
 */
export function endLinks(
  end: EndPlan,
  protocol: 'ipv4' | 'ipv6',
  options: { readonly initialWindow?: number } = {},
): string[] {
  const other = end.name === 'sender' ? ENDS.receiver : ENDS.sender;
  const { initialWindow } = options;
  const window = initialWindow === undefined ? '' : ` initcwnd ${initialWindow} initrwnd ${initialWindow}`;
  const dev = `dev ${END_INTERFACE}`;
  const [own, far, width, flags] =
    protocol === 'ipv4'
      ? [end.address, other.address, 32, '']
      : [end.address6, other.address6, 128, ' nodad'];
  return [
    `address add ${own}/${width} ${dev}${flags}`,
    `link set ${dev} up`,
    `neighbour replace ${far} lladdr ${other.mac} nud permanent ${dev}`,
    `route replace ${far}/${width} ${dev} src ${own}${window}`,
  ];
}

/**
 * `ip -batch` of every namespace of ours: an address on its loopback by which one that nobody holds any more is known
 * (`longhaul netem down`). The interface part spells the product's name.
 */
export function markLinks(): string[] {
  return ['address add fd77::6c6f:6e67:6861:756c/128 dev lo nodad'];
}

/** The mark as `/proc/PID/net/if_inet6` writes it. */
export const MARK_ADDRESS_HEX = 'fd770000000000006c6f6e676861756c';

/** A kernel setting; `optional` where a kernel or a user namespace may refuse it. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly optional: boolean;
}

/**
 * Settings of each end. TCP buffers hold at least 2 BDP and a full queue both ways, so that windows are never what a
 * comparison measures; idle restarts are off, as long-lived connections of streams are tuned (docs/netem.md).
 */
export function endSettings(profile: ResolvedProfile): Setting[] {
  const buffer = bufferBytes(profile);
  return [
    { name: 'net.ipv4.tcp_rmem', value: `4096 131072 ${buffer}`, optional: false },
    { name: 'net.ipv4.tcp_wmem', value: `4096 16384 ${buffer}`, optional: false },
    { name: 'net.ipv4.tcp_slow_start_after_idle', value: '0', optional: false },
    // What was learnt of one run must not help the next.
    { name: 'net.ipv4.tcp_no_metrics_save', value: '1', optional: true },
    { name: 'net.ipv4.ip_local_port_range', value: '20000 60999', optional: true },
    { name: 'net.ipv4.ping_group_range', value: '0 0', optional: true },
    // Some hosts turn it off for whatever comes into being.
    { name: 'net.ipv6.conf.lo.disable_ipv6', value: '0', optional: true },
    { name: `net.ipv6.conf.${END_INTERFACE}.disable_ipv6`, value: '0', optional: true },
    { name: `net.ipv6.conf.${END_INTERFACE}.accept_ra`, value: '0', optional: true },
  ];
}

/** Settings of the router's namespace: its interfaces carry frames and speak nothing themselves. */
export const ROUTER_SETTINGS: readonly Setting[] = [
  { name: 'net.ipv6.conf.default.disable_ipv6', value: '1', optional: true },
];

/** TCP's largest buffer: 2 BDP of the faster direction and what its queue holds; the kernel keeps half for itself. */
export function bufferBytes(profile: ResolvedProfile): number {
  const needs = [profile.forward, profile.reverse].map((path) => {
    const bps = path.bottleneck.kind === 'rate' ? path.bottleneck.bps : TRACE_BPS;
    return 2 * ((bps / 8) * (profile.rttMs / 1000) + path.queueBytes);
  });
  return Math.max(SMALLEST_BUFFER, Math.ceil(2 * Math.max(...needs)));
}

/** Ethernet's: jumbo frames would make the loss of one packet that of many. */
const MTU = 1_500;
/** A trace's peak, for buffers: above every cellular trace in use. */
const TRACE_BPS = 50e6;
const SMALLEST_BUFFER = 4 << 20;
