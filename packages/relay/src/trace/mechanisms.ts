/** What each mechanism did in the last minute, in words, and what is worth trying. */
import type { DelayWay, LinkMinuteFigure } from './figures.js';
import { rate, share, time } from './words.js';

/** A sentence for each mechanism that did something on a link. */
export function mechanisms(link: LinkMinuteFigure): string[] {
  const said: (string | undefined)[] = [
    `${link.peer}: round trip ${time(link.rttMs)} (least ${time(link.minRttMs)}), ${rate(link.sentBps)} out, ${rate(link.receivedBps)} in${delivery(link)}`,
    losses(link),
    drops(link),
    link.repairSymbolsSent
      ? `${link.peer}: ${link.repairSymbolsSent} repair symbols sent, ${bytes(link.datagramBytes ?? 0)}`
      : undefined,
    link.repairedBytes
      ? `${link.peer}: ${bytes(link.repairedBytes)} filled in here from repair symbols`
      : undefined,
    link.algorithmSwitches > 0
      ? `${link.peer}: congestion control changed ${times(link.algorithmSwitches)}, now ${link.algorithm}`
      : undefined,
    link.openings > 0 ? `${link.peer}: the link was opened ${times(link.openings)}` : undefined,
  ];
  return said.filter((line) => line !== undefined);
}

/** What to try, each backed by the figures it names. */
export function advice(ways: readonly DelayWay[], links: readonly LinkMinuteFigure[]): string[] {
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
    if (!weighs(way, 'queue') || link === undefined) return undefined;
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
  (way) =>
    weighs(way, 'before') && way.direction === 'received'
      ? `Most of it came before ${way.peer} had sent the first byte: ask there too, with a second --admin.`
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

function delivery({ deliveryRateBps, appLimited }: LinkMinuteFigure): string {
  if (!deliveryRateBps) return '';
  return `; the path delivers ${appLimited === true ? 'at least ' : ''}${rate(deliveryRateBps)}`;
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
  const again = repeatedBytes === undefined ? '' : `; ${bytes(repeatedBytes)} sent again`;
  return `${peer}: ${packetsLost} of ${packetsSent} packets lost (${share(packetsLost, packetsSent)}${burst})${again}`;
}

function drops({ peer, dropped }: LinkMinuteFigure): string | undefined {
  const each = Object.entries(dropped).map(([reason, frames]) => `${frames} ${reason}`);
  return each.length === 0 ? undefined : `${peer}: frames that did not cross: ${each.join(', ')}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function bytes(count: number): string {
  return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(2)} MB`;
}
