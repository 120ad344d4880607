/** One plot over the last minutes, drawn by uPlot in the colours of the page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { historySeconds } from './history.js';

/** A line of a plot. `color` is the name of a CSS custom property. */
export interface Line {
  readonly label: string;
  readonly color: string;
  readonly values: readonly (number | null)[];
}

/** What a plot shows. `format` writes a value; `revision` grows when the values changed in place. */
export interface PlotProps {
  readonly title: string;
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly format: (value: number | null | undefined) => string;
  readonly revision: number;
  /** The axis reaches at least this far, so that noise near zero does not fill it. */
  readonly atLeast: number;
}

const plotHeight = 112; // CSS pixels

const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function optionsOf(props: PlotProps, width: number, onCursor: (index: number | null) => void): uPlot.Options {
  const faint = () => color('--line');
  const axis = { stroke: () => color('--faint'), grid: { stroke: faint, width: 1 }, ticks: { show: false } };
  return {
    width,
    height: plotHeight,
    padding: [6, 14, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'longhaul' }, y: false, points: { size: 6 } },
    scales: {
      x: { time: true },
      y: { range: (_plot, _min, max) => [0, Math.max(props.atLeast, (max ?? 0) * 1.15)] },
    },
    axes: [
      { ...axis, size: 22, font: '11px system-ui', space: 70 },
      {
        ...axis,
        size: 66,
        font: '11px system-ui',
        space: 32,
        values: (_plot, ticks) => ticks.map((tick) => props.format(tick).replace(/\.0+ /, ' ')),
      },
    ],
    series: [
      {},
      ...props.lines.map((line) => ({
        label: line.label,
        stroke: () => color(line.color),
        width: 1.75,
        spanGaps: false,
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
  };
}

const dataOf = ({ times, lines }: PlotProps): uPlot.AlignedData => [
  [...times],
  ...lines.map((line) => [...line.values]),
];

/** The plot with the newest values, or those under the pointer, beside its title. */
export function Plot(props: PlotProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [cursor, setCursor] = useState<number | null>(null);

  // Made once for each set of lines; the data follows below.
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const made = new uPlot(optionsOf(props, element.clientWidth, setCursor), dataOf(props), element);
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
  }, [props.title]);

  // The arrays are filled in place: `revision` says when.
  useEffect(() => {
    plot.current?.setData(dataOf(props), false);
    const newest = props.times.at(-1) ?? Date.now() / 1_000;
    const oldest = Math.max(newest - historySeconds, Math.min(props.times[0] ?? newest, newest - 30));
    plot.current?.setScale('x', { min: oldest, max: newest });
  }, [props.revision, props.title]);

  const index = cursor ?? props.times.length - 1;
  return (
    <figure class="plot">
      <figcaption>
        <span>{props.title}</span>
        {props.lines.map((line) => (
          <output key={line.label} style={{ '--key': `var(${line.color})` }}>
            {props.lines.length > 1 && <small>{line.label}</small>} {props.format(line.values[index])}
          </output>
        ))}
      </figcaption>
      <div ref={holder} />
    </figure>
  );
}
