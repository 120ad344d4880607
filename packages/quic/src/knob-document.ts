/** The table of knobs as docs/congestion-control.md shows it. */
import { type Knob, knobTable } from './congestion.js';

const BEGIN = '<!-- knobs -->\n';
const END = '<!-- /knobs -->';

/**
 * `text` with the table of knobs between its two markers.
 * @throws Error when a marker is missing.
 */
export function knobDocument(text: string): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`the document lacks the markers ${BEGIN.trim()} and ${END}`);
  return `${before}${BEGIN}${table()}\n${END}${after}`;
}

function table(): string {
  const head = [
    '| name | unit | default | range | algorithms | applies | what it does |',
    '|---|---|---|---|---|---|---|',
  ];
  return [...head, ...knobTable().map(row)].join('\n');
}

function row(knob: Knob): string {
  const { name, unit, min, max, algorithms, applies, meaning } = knob;
  const who = algorithms.length > 6 ? 'all' : algorithms.join(', ');
  const cells = [`\`${name}\``, unit, defaults(knob), `${min} to ${max}`, who, applies, meaning];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function defaults(knob: Knob): string {
  const own = Object.entries(knob.defaults)
    .filter(([, value]) => value !== knob.default)
    .map(([algorithm, value]) => `${algorithm} ${value}`);
  return [String(knob.default), ...own].join('; ');
}
