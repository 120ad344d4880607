/** What each mechanism did in the last minute, in words, and what is worth trying. */
import type { DelayWay, LinkMinuteFigure, ViewersFigure } from './figures.js';
import type { Stalls } from './stalls.js';
import { rate, share, time } from './words.js';

/** A sentence for each mechanism that did something on a link. */
export function mechanisms(link: LinkMinuteFigure): string[] {
  const said: (string | undefined)[] = [
    `${link.peer}: round trip ${time(link.rttMs)} (least ${time(link.minRttMs)})${rates(link)}`,
    losses(link),
    drops(link),
    ...repair(link),
    link.algorithmSwitches > 0
      ? `${link.peer}: congestion control changed ${times(link.algorithmSwitches)}, now ${link.algorithm}`
      : undefined,
    ...opening(link),
    warmUp(link),
  ];
  return said.filter((line) => line !== undefined);
}

/** What to try, each backed by the figures it names. */
export function advice(
  ways: readonly DelayWay[],
  links: readonly LinkMinuteFigure[],
  stalls: Stalls,
): string[] {
  // What a process does late looks like a late publisher, a full link and a queue on the path: nothing else is sure then.
  if (stalls.worstMs >= BUSY_MS)
    return [
      `This relay was kept from running for up to ${time(stalls.worstMs)}: give the machine less to do, or the relay a higher priority, then ask again.`,
    ];
  const said: string[] = [];
  for (const way of ways) {
    const link = links.find(({ peer }) => peer === way.peer);
    for (const rule of RULES) {
      const line = rule(way, link);
      if (line !== undefined && !said.includes(line)) said.push(line);
    }
  }
  return said;
}

type Rule = (way: DelayWay, link: LinkMinuteFigure | undefined) => string | undefined;

/** A part is worth advice when it is this much of p95. */
const LEAST_SHARE = 0.2;
const LEAST_MS = 15;

function weighs(way: DelayWay, part: keyof DelayWay['p95']['parts']): boolean {
  const partMs = way.p95.parts[part];
  return partMs >= LEAST_MS && partMs >= way.p95.totalMs * LEAST_SHARE;
}

const RULES: readonly Rule[] = [
  (way, link) => {
    if (!weighs(way, 'queue') || link === undefined || link.sentBps === 0) return undefined;
    const full = link.appLimited === false ? 'The link is full' : 'Frames wait for the link at times';
    const carries = link.deliveryRateBps === undefined ? '' : `: it carries ${rate(link.deliveryRateBps)}`;
    return `${full}${carries}, ${rate(link.sentBps)} are sent to ${link.peer}. Lower the bitrate of its broadcasts, or compare algorithms with "longhaul cc set ${link.peer} --algorithm NAME".`;
  },
  (_way, link) => {
    if (link === undefined || link.rttMs < 1.5 * link.minRttMs || link.rttMs - link.minRttMs < LEAST_MS)
      return undefined;
    const built = `A queue of ${time(link.rttMs - link.minRttMs)} stands on the path to ${link.peer}`;
    return link.algorithm === 'cubic' || link.algorithm === 'reno'
      ? `${built}, and ${link.algorithm} fills it: try "longhaul cc set ${link.peer} --algorithm bbr-live".`
      : `${built}: others fill it, or "longhaul cc set ${link.peer} --knob max_rate=BPS" below what it carries keeps ours out of it.`;
  },
  (way) => {
    const { keys, p95 } = way;
    if (keys.frames === 0 || !(weighs(way, 'transfer') || weighs(way, 'pacing'))) return undefined;
    const keyMs = keys.parts.transfer + keys.parts.pacing;
    if (keyMs < LEAST_MS || keyMs < p95.parts.transfer + p95.parts.pacing) return undefined;
    return `Key frames take ${time(keyMs)} to cross, other frames less: smaller key frames, or more room on the link, would shorten it.`;
  },
  (way, link) => {
    if (!weighs(way, 'recovery') || link === undefined) return undefined;
    if (way.direction === 'received')
      return link.repairSymbolsReceived === 0
        ? `No repair symbol came from ${link.peer}: see to link.repair.maxShare there.`
        : undefined;
    if (link.repairs === false)
      return `${link.peer} does not understand repair symbols: bring it to this version.`;
    if (link.repairSymbolsSent === 0 && link.repairSymbolsRefused === 0)
      return 'No repair symbol was sent: link.repair.maxShare above 0 lets lost packets be repaired before they are sent again.';
    if ((link.repairSymbolsRefused ?? 0) > (link.repairSymbolsSent ?? 0) / 4)
      return `${link.repairSymbolsRefused} repair symbols were wanted and not sent: raise link.repair.maxShare, or leave more room on the link.`;
    return undefined;
  },
  (way) =>
    weighs(way, 'before') && way.direction === 'received'
      ? `Much of it came before the first byte was here: what of it is the queue and the pacing at ${way.peer} is known there, join both with --with.`
      : undefined,
  (way) =>
    weighs(way, 'before') && way.direction === 'published'
      ? 'The publisher sends unevenly: look at its uplink and its encoder.'
      : undefined,
  (way) =>
    weighs(way, 'merge')
      ? 'Tracks come apart on the link: viewers.mergeHoldMs bounds how long one waits for the other.'
      : undefined,
  (way) =>
    weighs(way, 'egress')
      ? 'Viewers are written to in ticks under load: fewer viewers a relay, or a lower egress.tickMaxMs.'
      : undefined,
];

/** What to say of viewers that could not keep up. */
export function skips(viewers: ViewersFigure | undefined): string[] {
  if (viewers === undefined || viewers.skips === 0) return [];
  return [`viewers: too far behind, and skipped ahead, ${times(viewers.skips)}`];
}

/** What to say of a process that could not run; nothing when it could. */
export function busy({ count, worstMs }: Stalls): string[] {
  if (worstMs < LEAST_STALL_MS) return [];
  return [
    `this relay was kept from running ${times(count)}, for ${time(worstMs)} at worst: the machine is busy`,
  ];
}

const LEAST_STALL_MS = 50;
/** A process that stands still for longer spoils the figures of its links. */
const BUSY_MS = 150;

function opening({ peer, openings, opening: begun = {} }: LinkMinuteFigure): (string | undefined)[] {
  if (openings === 0) return [];
  const { connectMs, earlyData, rememberedBps } = begun;
  const last = openings === 1 ? '' : ', the last time';
  const took = connectMs === undefined ? '' : `${last} in ${time(connectMs)}`;
  return [
    `${peer}: the link was opened ${times(openings)}${took}`,
    earlyData && EARLY_DATA[earlyData](peer),
    rememberedBps === undefined
      ? undefined
      : `${peer}: path memory: it knew the ${rate(rememberedBps)} of the link before it`,
  ];
}

const EARLY_DATA = {
  accepted: (peer: string) =>
    `${peer}: 0-RTT: what is said first crossed with the first packet, a round trip sooner`,
  rejected: (peer: string) => `${peer}: 0-RTT was refused, and what was sent early was sent again`,
};

function warmUp({ peer, warmUpBytes }: LinkMinuteFigure): string | undefined {
  if (warmUpBytes === undefined) return undefined;
  return `${peer}: the link was warmed up with ${bytes(warmUpBytes)} of padding, before anybody had asked for anything`;
}

function repair(link: LinkMinuteFigure): (string | undefined)[] {
  const { peer, repairSymbolsSent: sent, repairSymbolsRefused: refused, datagramBytes = 0 } = link;
  const { repairSymbolsReceived: came, repairedBytes } = link;
  const not = refused ? `, ${refused} refused for want of budget or room` : '';
  return [
    sent || refused ? `${peer}: ${sent ?? 0} repair symbols sent (${bytes(datagramBytes)})${not}` : undefined,
    came ? `${peer}: ${came} repair symbols came and filled in ${bytes(repairedBytes ?? 0)}` : undefined,
  ];
}

function rates({ spanMs, sentBps, receivedBps, deliveryRateBps, appLimited }: LinkMinuteFigure): string {
  // One look alone has no rate.
  if (spanMs === 0) return '';
  const both = `, ${rate(sentBps)} out, ${rate(receivedBps)} in`;
  // What sends acknowledgements alone learns nothing of the path.
  if (!deliveryRateBps || sentBps < LEAST_SENT_BPS) return both;
  return `${both}; the path delivers ${appLimited === true ? 'at least ' : ''}${rate(deliveryRateBps)}`;
}

function losses({
  peer,
  packetsSent,
  packetsLost,
  lossBurst,
  repeatedBytes,
}: LinkMinuteFigure): string | undefined {
  if (packetsLost === 0) return undefined;
  const burst = lossBurst === undefined ? '' : `, ${lossBurst.toFixed(1)} in a row`;
  const again = repeatedBytes ? `; ${bytes(repeatedBytes)} sent again` : '';
  return `${peer}: ${packetsLost} of ${packetsSent} packets lost (${share(packetsLost, packetsSent)}${burst})${again}`;
}

function drops({ peer, dropped }: LinkMinuteFigure): string | undefined {
  const each = Object.entries(dropped).map(([reason, frames]) => `${frames} ${reason}`);
  return each.length === 0 ? undefined : `${peer}: frames that did not cross: ${each.join(', ')}`;
}

const LEAST_SENT_BPS = 100_000;

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function bytes(count: number): string {
  return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(2)} MB`;
}
