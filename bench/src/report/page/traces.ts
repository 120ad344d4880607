/** One run over time: rate, round trip and window beside what the link truly had. */
import * as Plot from '@observablehq/plot';
import type { Trace } from '../model.js';
import type { ChartFrame } from './charts.js';
import { strokeOf } from './charts.js';
import * as Figure from './figure.js';
import type { Html } from './markup.js';

/** Options of `trace`. */
export interface TraceOptions extends Figure.FigureText {
  readonly frame: ChartFrame;
  readonly trace: Trace;
  /** Ends of the scales, the same for all arms of a profile, so that panels can be compared by eye. */
  readonly most: TraceScales;
  readonly durationS: number;
}

/** The greatest values of the traces of a profile. */
export interface TraceScales {
  readonly rateMbps: number;
  readonly rttMs: number;
  readonly windowKb: number;
}

/** The scales that hold every trace of a profile. */
export function scalesOf(traces: readonly Trace[]): TraceScales {
  const most = (pick: (trace: Trace) => readonly (readonly (number | null)[])[]) =>
    Math.max(1, ...traces.flatMap((trace) => pick(trace).map(greatest)));
  // An estimate far above the link's rate would press everything else to the floor.
  const linkMbps = most(({ linkRateMbps }) => [linkRateMbps]);
  const senderMbps = most(({ rateMbps, carriedMbps }) => [rateMbps, carriedMbps]);
  return {
    rateMbps: Math.min(senderMbps, linkMbps * 1.5),
    rttMs: most(({ rttMs }) => [rttMs]),
    windowKb: most(({ cwndKb, queueKb }) => [cwndKb, queueKb]),
  };
}

/** Three plots with one time axis. */
export function trace({ frame, trace: one, most, durationS, ...text }: TraceOptions): Html {
  const { color } = strokeOf(frame, one.arm);
  const line = (values: readonly (number | null)[], options: object = {}) =>
    Plot.line(points(one.timeS, values), {
      x: 'x',
      y: 'y',
      stroke: color,
      strokeWidth: 1.4,
      clip: true,
      ...options,
    });
  const area = (values: readonly (number | null)[]) =>
    Plot.areaY(points(one.timeS, values), {
      x: 'x',
      y: 'y',
      fill: 'var(--grid)',
      fillOpacity: 0.25,
      clip: true,
    });
  const viewer =
    one.viewerS === undefined
      ? []
      : [Plot.ruleX([one.viewerS], { stroke: 'var(--grid)', strokeDasharray: '1 3' })];
  const plot = (label: string, end: number, marks: Plot.Markish[], last: boolean): Plot.PlotOptions => ({
    height: last ? 122 : 96,
    marginLeft: 44,
    marginRight: 10,
    marginTop: 18,
    marginBottom: last ? 34 : 8,
    x: {
      domain: [0, durationS],
      label: last ? 'time (s)' : null,
      labelArrow: 'none',
      ticks: 6,
      tickFormat: last ? 'd' : () => '',
    },
    y: { label, domain: [0, end * 1.05], ticks: 3, grid: true, labelArrow: 'none', tickFormat: ',~f' },
    marks: [...marks, ...viewer],
  });
  return Figure.stackedFigure(text, [
    plot(
      'rate (Mbit/s)',
      most.rateMbps,
      [area(one.linkRateMbps), line(one.rateMbps, { strokeOpacity: 0.5 }), line(one.carriedMbps)],
      false,
    ),
    plot('round trip (ms)', most.rttMs, [line(one.rttMs)], false),
    plot('window, queue (kB)', most.windowKb, [area(one.queueKb), line(one.cwndKb)], true),
  ]);
}

/** The points there are; the line breaks where nothing was known for longer than samples are apart. */
function points(timeS: readonly number[], values: readonly (number | null)[]) {
  const line: { x: number; y: number }[] = [];
  for (const [at, value] of values.entries()) {
    if (value === null) continue;
    const x = timeS[at] as number;
    const before = line.at(-1)?.x;
    if (before !== undefined && x - before > BREAK_S) line.push({ x, y: Number.NaN });
    line.push({ x, y: value });
  }
  return line;
}

const BREAK_S = 1.5;

function greatest(values: readonly (number | null)[]): number {
  return values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}
