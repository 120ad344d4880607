/** What sections share: the scenario they are about, its arms, a figure for each profile. */
import { strict as assert } from 'node:assert';
import { type Cell, type Estimate, ofScenario, type ProfileText, type Report } from '../model.js';
import * as Numbers from '../numbers.js';
import * as Charts from './charts.js';
import { type Html, html } from './markup.js';
import * as Palette from './palette.js';
import type * as Tables from './tables.js';

/** What every section is given. */
export interface Context {
  /** Of one scenario alone. */
  readonly report: Report;
  readonly frame: Charts.ChartFrame;
  /** Of all scenarios. */
  readonly whole: Report;
}

/** What sections about one scenario are given. */
export function contextOf(whole: Report, scenario: string): Context {
  const report = ofScenario(whole, scenario);
  const { arms } = report.summary;
  return { report, whole, frame: { arms, strokes: Palette.strokes(arms) } };
}

/** A legend of the arms, as lines. */
export function legend({ report: { summary }, frame }: Context): Html {
  const present = summary.arms.filter((arm) => summary.cells.some((cell) => cell.arm === arm));
  return html`<div class="legend" aria-hidden="true">${present.map((arm) => {
    const { color, dash } = Charts.strokeOf(frame, arm);
    return html`<span><svg width="30" height="10" aria-hidden="true"><line x1="0" y1="5" x2="30" y2="5" stroke="${color}" stroke-width="3" stroke-dasharray="${dash}"/></svg>${arm}</span>`;
  })}</div>`;
}

/** A figure for each profile that has runs which tell `metric`, of their cells. */
export function perProfile(
  { report: { summary } }: Context,
  metric: string,
  draw: (profile: string, cells: readonly Cell[]) => Html,
): Html[] {
  return summary.profiles.flatMap((profile) => {
    const cells = summary.cells.filter(
      (cell) => cell.profile === profile && cell.metrics[metric] !== undefined,
    );
    return cells.length === 0 ? [] : [draw(profile, cells)];
  });
}

/** A metric of some cells, times `scale`. */
export function armIntervals(cells: readonly Cell[], metric: string, scale: number): Charts.ArmInterval[] {
  return cells.flatMap(({ arm, metrics }) => {
    const found: Estimate | undefined = metrics[metric];
    if (found === undefined) return [];
    return [{ arm, value: found.value * scale, low: found.low * scale, high: found.high * scale }];
  });
}

/** A metric of some cells in words. */
export function altOf(what: string, cells: readonly Cell[], { metric, unit }: Tables.Column): string {
  const parts = cells.flatMap(({ arm, metrics }) => {
    const found = metrics[metric];
    return found === undefined ? [] : [`${arm} ${Numbers.format(found.value, unit)}`];
  });
  return `${what}: ${parts.join(', ')}.`;
}

/** The link in a line. */
export function noteOf({ report }: Context, name: string): string {
  return profileOf(report, name).brief;
}

/** The link of this name. */
export function profileOf(report: Report, name: string): ProfileText {
  const found = report.profiles.find((profile) => profile.name === name);
  assert(found !== undefined, `no profile ${name} in the report`);
  return found;
}
