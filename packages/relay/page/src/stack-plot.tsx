/** Parts of a delay stacked over the last minute, drawn by uPlot in the colours of the page. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { type Part, type Second, stacked } from './delay-parts.js';
import { milliseconds } from './format.js';

/** What is drawn: seconds, the oldest first, that ended at `atSeconds`. */
export interface StackPlotProps {
  readonly seconds: readonly Second[];
  readonly parts: readonly Part[];
  readonly atSeconds: number;
}

const plotHeight = 150; // CSS pixels
/** The axis reaches at least this far. */
const atLeastMs = 10;

const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function optionsOf(parts: readonly Part[], width: number): uPlot.Options {
  const faint = () => color('--line');
  const axis = { stroke: () => color('--faint'), grid: { stroke: faint, width: 1 }, ticks: { show: false } };
  return {
    width,
    height: plotHeight,
    padding: [6, 14, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true },
      y: { range: (_plot, _min, max) => [0, Math.max(atLeastMs, (max ?? 0) * 1.1)] },
    },
    axes: [
      { ...axis, size: 22, font: '11px system-ui', space: 70 },
      {
        ...axis,
        size: 66,
        font: '11px system-ui',
        space: 32,
        values: (_plot, ticks) => ticks.map((tick) => milliseconds(tick).replace(/\.0+ /, ' ')),
      },
    ],
    // The highest sum first: each next one covers what is below it.
    series: [
      {},
      ...parts.toReversed().map((part) => ({
        label: part,
        stroke: () => color(`--part-${part}`),
        fill: () => color(`--part-${part}`),
        width: 0,
        points: { show: false },
        spanGaps: false,
      })),
    ],
  };
}

/** The plot. Made anew when the parts are others. */
export function StackPlot(props: StackPlotProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const key = props.parts.join(' ');

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const made = new uPlot(optionsOf(props.parts, element.clientWidth), dataOf(props), element);
    plot.current = made;
    const resized = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: plotHeight }),
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
    plot.current?.setData(dataOf(props));
  }, [props.atSeconds, key]);

  return <div ref={holder} />;
}

function dataOf({ seconds, parts, atSeconds }: StackPlotProps): uPlot.AlignedData {
  const end = Math.floor(atSeconds);
  const times = seconds.map((_, at) => end - seconds.length + at);
  return [times, ...stacked(seconds, parts).toReversed()];
}
