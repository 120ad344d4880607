/** A uPlot in an element of the page, in its colours. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

/** Value of a CSS custom property now: it changes with the colour scheme. */
export const color = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** What plots differ in besides their series. */
export interface PlotLook {
  /** CSS pixels. */
  readonly height: number;
  /** The y axis reaches at least this far, so that noise near zero does not fill it, */
  readonly atLeast: number;
  /** and this much further than the values do. */
  readonly headroom: number;
  /** Writes a value at the axis. */
  readonly format: (value: number) => string;
  readonly cursor: uPlot.Cursor;
  /** Of the values, without that of time. */
  readonly series: readonly uPlot.Series[];
  readonly hooks?: uPlot.Hooks.Arrays;
}

/** Values over time. */
function optionsOf(look: PlotLook, width: number): uPlot.Options {
  const { height, atLeast, headroom, format, cursor, series, hooks = {} } = look;
  const faint = () => color('--line');
  const axis = {
    stroke: () => color('--faint'),
    grid: { stroke: faint, width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
  };
  const values = (_plot: uPlot, ticks: readonly number[]) =>
    ticks.map((tick) => format(tick).replace(/\.0+ /, ' '));
  return {
    width,
    height,
    padding: [6, 14, 0, 0],
    legend: { show: false },
    cursor,
    scales: {
      x: { time: true },
      y: { range: (_plot, _min, max) => [0, Math.max(atLeast, (max ?? 0) * headroom)] },
    },
    axes: [
      { ...axis, size: 22, space: 70 },
      { ...axis, size: 66, space: 32, values },
    ],
    series: [{}, ...series],
    hooks,
  };
}

/** What a component gives for its plot. */
export interface PlotSource {
  /** The plot is made anew when this is another. */
  readonly key: string;
  /** Asked when it is made. */
  readonly look: () => PlotLook;
  /** Asked when it is made. */
  readonly data: () => uPlot.AlignedData;
  /** Puts new data into the plot when `revision` is another. */
  readonly update: (plot: uPlot) => void;
  readonly revision: number;
}

/** A plot in the element that the returned reference is given to: as wide as that, drawn again in other colours. */
export function usePlot({ key, look, data, update, revision }: PlotSource) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const made = new uPlot(optionsOf(look(), element.clientWidth), data(), element);
    plot.current = made;
    const resized = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: made.height }),
    );
    resized.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => made.redraw(false);
    scheme.addEventListener('change', redraw);
    return () => {
      scheme.removeEventListener('change', redraw);
      resized.disconnect();
      made.destroy();
    };
  }, [key]);

  useEffect(() => {
    if (plot.current !== undefined) update(plot.current);
  }, [revision, key]);

  return holder;
}
