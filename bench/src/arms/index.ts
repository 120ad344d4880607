/** The table of arms. A new one is a new entry here. */
import type { Arm, Contestant } from './arm.js';
import { NGINX_RTMP } from './nginx-rtmp.js';
import { QUIC_ARMS } from './quic.js';
import { SRT_ARMS } from './srt.js';
import { TCP_ARMS } from './tcp.js';
import { H2, TUNNEL_ARMS } from './tunnel.js';

/** Every arm, in the order in which reports show them. */
export const ARMS: readonly Arm[] = [...TCP_ARMS, H2, ...TUNNEL_ARMS, ...QUIC_ARMS, ...SRT_ARMS, NGINX_RTMP];

/** The arms that a run has when nobody names others: one for each question. */
export const CORE_ARMS = [
  'tcp-cubic',
  'tcp-bbr',
  'tcp-bbr-64k',
  'h2',
  'quic-tunnel-bbr-live',
  'quic-bbr-live',
] as const;

/** The arms that tell apart what each part of QUIC delivery buys, from none of it to all. */
export const ABLATION_ARMS = [
  'quic-tunnel',
  'quic-cubic-plain',
  'quic-bbr-live-plain',
  'quic-bbr-live-expiry',
  'quic-bbr-live-repair',
  'quic-bbr-live',
] as const;

/** Names that stand for several arms on the command line. */
export const ARM_SETS: Readonly<Record<string, readonly string[]>> = {
  core: CORE_ARMS,
  ablation: ABLATION_ARMS,
};

/** What an arm needs and this machine lacks, by arm; an arm that can run is not in it. */
export async function absences(arms: readonly Contestant[]): Promise<Map<string, string>> {
  const found = await Promise.all(
    arms.map(async (arm) => [arm.name, await arm.probe().catch((error: Error) => error.message)] as const),
  );
  return new Map(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
