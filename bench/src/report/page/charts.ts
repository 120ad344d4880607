/** The kinds of plot of the page; each takes numbers of one profile and gives a figure. */
import * as Plot from '@observablehq/plot';
import * as Figure from './figure.js';
import type { Html } from './markup.js';
import type { Stroke } from './palette.js';

/** What every chart knows of the report. */
export interface ChartFrame {
  /** In the order of the plan. */
  readonly arms: readonly string[];
  readonly strokes: ReadonlyMap<string, Stroke>;
}

/** A value of one arm with its 95 % interval. */
export interface ArmInterval {
  readonly arm: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Options of `intervals`. */
export interface IntervalsOptions extends Figure.FigureText {
  readonly frame: ChartFrame;
  readonly rows: readonly ArmInterval[];
  /** With the unit: `stall ratio (%)`. */
  readonly axis: string;
  /** What is written at the dot. */
  readonly format: (value: number) => string;
  /** The scale reaches at least to here, so that a difference of nothing does not fill the panel. */
  readonly least: number;
}

/** One row an arm: a dot at the value, a bar over its interval, the value in figures. The scale begins at zero. */
export function intervals({ frame, rows, axis, format, least, ...text }: IntervalsOptions): Html {
  const color = (row: { arm: string }) => strokeOf(frame, row.arm).color;
  const most = Math.max(least, ...rows.map(({ high }) => high));
  return Figure.figure(text, {
    ...armRows(
      frame,
      rows,
      rows.map(({ value }) => format(value)),
    ),
    x: { label: axis, domain: [0, most], grid: true, ticks: 4, labelArrow: 'none' },
    marks: [
      Plot.ruleX([0], { stroke: 'var(--grid)' }),
      Plot.ruleY(rows, {
        y: 'arm',
        x1: 'low',
        x2: 'high',
        stroke: color,
        strokeWidth: 2.5,
        strokeOpacity: 0.55,
      }),
      Plot.dot(rows, { y: 'arm', x: 'value', fill: color, r: 4 }),
      Plot.text(rows, {
        y: 'arm',
        x: 'high',
        text: (row: ArmInterval) => format(row.value),
        textAnchor: 'start',
        dx: 7,
        fill: 'currentColor',
      }),
    ],
  });
}

/** An arm's values that stand inside each other, the longest first or last. */
export interface NestedRow {
  readonly arm: string;
  readonly values: readonly number[];
  /** What is written at the end of the longest bar. */
  readonly label: string;
}

/** Options of `nested`. */
export interface NestedOptions extends Figure.FigureText {
  readonly frame: ChartFrame;
  readonly rows: readonly NestedRow[];
  readonly axis: string;
  readonly least: number;
}

/** Bars inside bars: the shorter a value is, the darker is its bar. */
export function nested({ frame, rows, axis, least, ...text }: NestedOptions): Html {
  const bars = rows.flatMap(({ arm, values }) =>
    [...values]
      .sort((a, b) => b - a)
      .map((value, at) => ({ arm, value, opacity: OPACITIES[at + OPACITIES.length - values.length] ?? 1 })),
  );
  const most = Math.max(least, ...bars.map(({ value }) => value));
  return Figure.figure(text, {
    ...armRows(
      frame,
      rows,
      rows.map(({ label }) => label),
    ),
    x: { label: axis, domain: [0, most], grid: true, ticks: 4, labelArrow: 'none' },
    marks: [
      Plot.barX(bars, {
        y: 'arm',
        x1: 0,
        x2: 'value',
        fill: (bar) => strokeOf(frame, bar.arm).color,
        fillOpacity: 'opacity',
        insetTop: 2,
        insetBottom: 2,
      }),
      Plot.text(rows, {
        y: 'arm',
        x: (row: NestedRow) => Math.max(...row.values),
        text: 'label',
        textAnchor: 'start',
        dx: 5,
        fill: 'currentColor',
      }),
      Plot.ruleX([0], { stroke: 'var(--grid)' }),
    ],
  });
}

/** A curve of one arm. */
export interface Curve {
  readonly arm: string;
  readonly points: readonly (readonly [number, number])[];
}

/** Options of `distribution`. */
export interface DistributionOptions extends Figure.FigureText {
  readonly frame: ChartFrame;
  /** Points are [delay in ms, share of frames that came within it]. */
  readonly curves: readonly Curve[];
  /** Delays in ms that are marked, with a word each. */
  readonly marks: readonly { readonly atMs: number; readonly word: string }[];
}

/** Cumulative distributions over a logarithmic delay; the vertical scale opens up towards 100 % by nines. */
export function distribution({ frame, curves, marks, ...text }: DistributionOptions): Html {
  const points = curves.flatMap(({ arm, points: own }) =>
    own.map(([x, share]) => ({ arm, x, y: nines(share) })),
  );
  const domain = delayDomain(points.map(({ x }) => x).concat(marks.map(({ atMs }) => atMs)));
  return Figure.figure(text, {
    height: 262,
    marginTop: 36,
    marginLeft: 52,
    marginRight: 14,
    marginBottom: 36,
    x: { type: 'log', label: 'frame delay (ms)', domain, labelArrow: 'none', ticks: 5, tickFormat: '~s' },
    y: {
      label: 'frames delivered within (%)',
      domain: [0, 3],
      ticks: NINES.map(nines),
      tickFormat: (y: number) =>
        NINE_WORDS[NINES.findIndex((share) => Math.abs(nines(share) - y) < 1e-9)] ?? '',
      grid: true,
      labelArrow: 'none',
    },
    marks: [
      Plot.ruleX(marks, { x: 'atMs', stroke: 'var(--grid)', strokeOpacity: 0.6, strokeDasharray: '1 3' }),
      Plot.text(apart(marks, domain), {
        x: 'atMs',
        frameAnchor: 'top',
        text: 'word',
        dy: -9,
        fontSize: 10,
        fill: 'var(--soft)',
      }),
      ...frame.arms.map((arm) =>
        Plot.line(
          points.filter((point) => point.arm === arm),
          {
            x: 'x',
            y: 'y',
            stroke: strokeOf(frame, arm).color,
            strokeWidth: 1.8,
            strokeDasharray: strokeOf(frame, arm).dash,
            clip: true,
          },
        ),
      ),
    ],
  });
}

/** Options of `presets`. */
export interface PresetsOptions extends Figure.FigureText {
  readonly frame: ChartFrame;
  /** Names of the players in the order of their target latency. */
  readonly players: readonly string[];
  /** Shares, by arm in the order of `players`. */
  readonly stalled: readonly { readonly arm: string; readonly shares: readonly number[] }[];
  readonly skipped: readonly { readonly arm: string; readonly shares: readonly number[] }[];
}

/** How much of the time players of different target latency stall, and how much media they skip. */
export function presets({ frame, players, stalled, skipped, ...text }: PresetsOptions): Html {
  const plot = (rows: PresetsOptions['stalled'], label: string, last: boolean): Plot.PlotOptions => ({
    height: last ? 165 : 150,
    marginLeft: 44,
    marginRight: 14,
    marginBottom: last ? 34 : 20,
    x: {
      type: 'point',
      domain: players,
      label: last ? 'target latency over the one-way delay' : null,
      labelArrow: 'none',
    },
    y: {
      label,
      domain: [0, Math.max(1, ...rows.flatMap(({ shares }) => shares.map((share) => share * 100)))],
      nice: true,
      grid: true,
      ticks: 4,
      labelArrow: 'none',
    },
    marks: [
      Plot.ruleY([0], { stroke: 'var(--grid)' }),
      ...rows.flatMap(({ arm, shares }) => {
        const points = shares.map((share, at) => ({ x: players[at], y: share * 100 }));
        const { color, dash } = strokeOf(frame, arm);
        return [
          Plot.line(points, { x: 'x', y: 'y', stroke: color, strokeWidth: 1.8, strokeDasharray: dash }),
          Plot.dot(points, { x: 'x', y: 'y', fill: color, r: 2.8 }),
        ];
      }),
    ],
  });
  return Figure.stackedFigure(text, [
    plot(stalled, 'time stalled (%)', false),
    plot(skipped, 'media skipped (%)', true),
  ]);
}

/** Rows by arm, with room for names and for what is written behind the longest. */
function armRows(
  frame: ChartFrame,
  rows: readonly { readonly arm: string }[],
  labels: readonly string[],
): Plot.PlotOptions {
  const present = frame.arms.filter((arm) => rows.some((row) => row.arm === arm));
  return {
    height: 46 + 22 * present.length,
    marginLeft: 8 + 6.6 * Math.max(...present.map((arm) => arm.length)),
    marginRight: 14 + 6.4 * Math.max(...labels.map((label) => label.length)),
    marginTop: 6,
    marginBottom: 34,
    y: { domain: present, label: null, tickSize: 0 },
  };
}

/** How an arm is drawn, the same in every figure. */
export function strokeOf(frame: ChartFrame, arm: string): Stroke {
  return frame.strokes.get(arm) ?? { color: 'currentColor', dash: 'none' };
}

/** 0 at 0 %, 1 at 90 %, 2 at 99 %, 3 at 99.9 %. */
export function nines(share: number): number {
  return -Math.log10(Math.max(1 - share, 1e-4));
}

/** The marks whose words do not run into the one before, on a logarithmic scale. */
function apart<Mark extends { readonly atMs: number }>(
  marks: readonly Mark[],
  [least, most]: readonly [number, number],
): Mark[] {
  const shown: Mark[] = [];
  for (const mark of marks) {
    const before = shown.at(-1);
    const distance = before === undefined ? 1 : Math.log(mark.atMs / before.atMs) / Math.log(most / least);
    if (distance >= LEAST_APART) shown.push(mark);
  }
  return shown;
}

/** Of the width of a plot: four digits. */
const LEAST_APART = 0.09;

function delayDomain(values: readonly number[]): [number, number] {
  const [least, most] = [Math.max(1, Math.min(...values)), Math.max(...values)];
  return [least * 0.9, Math.max(most * 1.1, least * 2)];
}

/** Of bars inside each other, the longest first. */
const OPACITIES = [0.22, 0.4, 0.65, 1];
const NINES = [0, 0.5, 0.9, 0.99, 0.999];
const NINE_WORDS = ['0', '50', '90', '99', '99.9'];
