/** Congestion control as text. */
import type { LinkCongestion } from '@longhaul/relay';
import { formatTable } from '../format.js';
import type { CongestionState, KnobRow } from './admin.js';

/** Algorithms and parameters; with `algorithm` the parameters it obeys. */
export function describeKnobs(state: CongestionState, algorithm: string | undefined): string {
  const rows = state.knobs.filter((knob) => algorithm === undefined || obeys(knob, algorithm));
  const table = rows.map((knob) => [
    knob.name,
    String(knob.defaults[algorithm ?? ''] ?? knob.default),
    `${knob.min} to ${knob.max}`,
    knob.unit || '-',
    knob.applies,
    knob.meaning,
  ]);
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...table.map((row) => row[at]?.length ?? 0)));
  const lines = table.map((row) =>
    row.map((cell, at) => (at === 5 ? cell : cell.padEnd(widths[at] ?? 0))).join('  '),
  );
  return [`algorithms: ${state.algorithms.join(', ')}`, '', ...lines].join('\n');
}

/** One line for each link. */
export function describeLinks(links: readonly LinkCongestion[]): string {
  const head = ['link', 'algorithm', 'phase', 'delivers', 'lost', 'application', 'chosen by'];
  const rows = links.map((link) => [
    link.peer,
    link.algorithm,
    link.phase,
    rate(link.deliveryRateBps),
    share(link.lostBytes - link.spuriousBytes, link.deliveredBytes),
    link.appLimited ? 'sends less' : 'sends more',
    link.chosen ? 'operator' : 'config',
  ]);
  return formatTable([head, ...rows]);
}

/** Everything about one link: what the algorithm believes, and the parameters it obeys. */
export function describeLink(state: CongestionState, link: LinkCongestion): string {
  const gauges = link.gauges.map(({ name, unit, value }) => [
    name,
    value === null ? 'unknown' : `${round(value)}${unit === '' ? '' : ` ${unit}`}`,
  ]);
  const knobs = state.knobs
    .filter((knob) => obeys(knob, link.algorithm))
    .map((knob) => {
      const value = link.knobs[knob.name] ?? knob.defaults[link.algorithm] ?? knob.default;
      return [knob.name, `${round(value)}${knob.unit === '' ? '' : ` ${knob.unit}`}`];
    });
  return [describeLinks([link]), '', formatTable(gauges), '', formatTable(knobs)].join('\n');
}

/** `2.51 Mbit/s`. */
export function rate(bps: number): string {
  if (bps <= 0) return '-';
  if (bps < 1e6) return `${(bps / 1e3).toFixed(0)} kbit/s`;
  return `${(bps / 1e6).toFixed(2)} Mbit/s`;
}

function obeys(knob: KnobRow, algorithm: string): boolean {
  return knob.algorithms.includes(algorithm) || knob.algorithms.includes('engine');
}

function share(lost: number, delivered: number): string {
  const all = lost + delivered;
  return all <= 0 ? '-' : `${((100 * Math.max(0, lost)) / all).toFixed(2)} %`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(6)));
}
