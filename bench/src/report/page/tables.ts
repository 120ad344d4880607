/** Tables of the page. */

import { LEAST_BLOCKS } from '../../statistics/index.js';
import { headOf } from '../columns.js';
import type { Comparison, Estimate, Summary, Verdict } from '../model.js';
import * as Numbers from '../numbers.js';
import { type Content, type Html, html } from './markup.js';

/** A table in a box that scrolls sideways by itself: the page never does. The first cell of each row is its heading. */
export function table(head: readonly Content[], rows: readonly (readonly Content[])[]): Html {
  return html`<div class="scroll" tabindex="0"><table><thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead><tbody>${rows.map(
    ([first, ...rest]) =>
      html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

/** A metric in a table of comparisons. */
export interface Column {
  readonly metric: string;
  readonly label: string;
  readonly unit: Numbers.Unit;
}

/** An arm against a baseline: a row a profile, a column a metric, each cell a verdict, the difference and its interval. */
export function verdicts(options: {
  readonly summary: Summary;
  readonly arm: string;
  readonly baseline: string;
  readonly columns: readonly Column[];
}): Html {
  const { summary, arm, baseline, columns } = options;
  const own = summary.comparisons.filter((each) => each.arm === arm && each.baseline === baseline);
  const cell = (profile: string, { metric, unit }: Column): Content => {
    const found = own.find((each) => each.profile === profile && each.metric === metric);
    return found === undefined ? html`<span class="soft">-</span>` : verdict(found, unit);
  };
  return table(
    ['profile', ...columns.map(headOf)],
    summary.profiles.map((profile) => [profile, ...columns.map((column) => cell(profile, column))]),
  );
}

/** A metric by profile and arm, with its interval below. */
export function values(options: {
  readonly summary: Summary;
  readonly column: Column;
  readonly arms?: readonly string[];
  readonly format?: (value: number) => string;
}): Html {
  const { summary, column } = options;
  const cells = summary.cells.filter((cell) => cell.metrics[column.metric] !== undefined);
  const arms = (options.arms ?? summary.arms).filter((arm) => cells.some((cell) => cell.arm === arm));
  const format = options.format ?? ((value: number) => Numbers.format(value, column.unit));
  return table(
    ['profile', ...arms],
    summary.profiles.map((profile) => [
      profile,
      ...arms.map((arm) => {
        const found = cells.find((cell) => cell.profile === profile && cell.arm === arm);
        return estimate(found?.metrics[column.metric], format);
      }),
    ]),
  );
}

function verdict({ verdict: said, difference, blocks, better, worse }: Comparison, unit: Numbers.Unit): Html {
  const detail = `${blocks} pairs: better in ${better}, worse in ${worse}`;
  const few =
    blocks < LEAST_BLOCKS && html`<small>${blocks} ${blocks === 1 ? 'pair' : 'pairs'}, too few</small>`;
  return html`<span class="mark ${CLASSES[said]}" title="${detail}">${said}</span>${few}<small>${Numbers.formatDifference(difference.value, unit)}</small><small>${Numbers.formatRange(difference.low, difference.high, unit)}</small>`;
}

function estimate(value: Estimate | undefined, format: (value: number) => string): Content {
  if (value === undefined) return html`<span class="soft">-</span>`;
  return html`${format(value.value)}<small>${format(value.low)} to ${format(value.high)}</small>`;
}

const CLASSES: Readonly<Record<Verdict, string>> = {
  better: 'better',
  worse: 'worse',
  'no difference': 'same',
  undecided: 'unclear',
};
