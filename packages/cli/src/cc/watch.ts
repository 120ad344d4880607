/** One link over time in the terminal: window, rate, round trip, delivery rate and loss as small plots of the last minute. */
import { rate } from './table.js';

/** One look at a link. */
export interface Look {
  readonly atMs: number;
  readonly algorithm: string;
  readonly phase: string;
  readonly cwndBytes: number;
  readonly pacingBps: number;
  readonly deliveryBps: number;
  readonly rttMs: number;
  readonly packetsSent: number;
  readonly packetsLost: number;
}

/** Looks kept: a column each. */
export const COLUMNS = 60;

/** `looks` as lines of text, the newest at the right; `peer` names the link. */
export function draw(peer: string, looks: readonly Look[]): string[] {
  const newest = looks.at(-1);
  if (newest === undefined) return [`${peer}: no link yet`];
  const row = (title: string, values: readonly number[], text: (value: number) => string) => {
    const last = values.at(-1) ?? 0;
    const most = Math.max(...values);
    return `${title.padEnd(9)} ${sparkline(values).padStart(COLUMNS)}  ${text(last)} (most ${text(most)})`;
  };
  return [
    `link to ${peer}: ${newest.algorithm}, ${newest.phase}`,
    row('window', column(looks, 'cwndBytes'), kilobytes),
    row('pacing', column(looks, 'pacingBps'), rate),
    row('delivered', column(looks, 'deliveryBps'), rate),
    row('RTT', column(looks, 'rttMs'), (ms) => `${ms.toFixed(1)} ms`),
    row('lost', losses(looks), (percent) => `${percent.toFixed(1)} %`),
  ];
}

/** Each value as one of eight heights between 0 and the greatest. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, 0);
  const height = (value: number) => {
    if (most <= 0) return 0;
    return Math.min(BARS.length - 1, Math.max(0, Math.round((value / most) * (BARS.length - 1))));
  };
  return values.map((value) => BARS[height(value)]).join('');
}

/** Share of the packets of each interval that were lost, per cent. */
function losses(looks: readonly Look[]): number[] {
  return looks.map((look, at) => {
    const before = looks[at - 1] ?? look;
    const sent = look.packetsSent - before.packetsSent;
    return sent <= 0 ? 0 : (100 * (look.packetsLost - before.packetsLost)) / sent;
  });
}

function column(looks: readonly Look[], key: 'cwndBytes' | 'pacingBps' | 'deliveryBps' | 'rttMs'): number[] {
  return looks.map((look) => look[key]);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

const BARS = '▁▂▃▄▅▆▇█';
