/** One plot over the last minutes, drawn by uPlot in the colours of the page. */
import { useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { historySeconds } from './history.js';
import { color, type PlotLook, usePlot } from './use-plot.js';

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

const lookOf = (props: PlotProps, onCursor: (index: number | null) => void): PlotLook => ({
  height: 112,
  atLeast: props.atLeast,
  headroom: 1.15,
  format: props.format,
  cursor: { sync: { key: 'longhaul' }, y: false, points: { size: 6 } },
  series: props.lines.map((line) => ({
    label: line.label,
    stroke: () => color(line.color),
    width: 1.75,
    spanGaps: false,
    points: { show: false },
  })),
  hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
});

const dataOf = ({ times, lines }: PlotProps): uPlot.AlignedData => [
  [...times],
  ...lines.map((line) => [...line.values]),
];

function update(plot: uPlot, props: PlotProps): void {
  plot.setData(dataOf(props), false);
  const newest = props.times.at(-1) ?? Date.now() / 1_000;
  const oldest = Math.max(newest - historySeconds, Math.min(props.times[0] ?? newest, newest - 30));
  plot.setScale('x', { min: oldest, max: newest });
}

/** The plot with the newest values, or those under the pointer, beside its title. */
export function Plot(props: PlotProps) {
  const [cursor, setCursor] = useState<number | null>(null);
  // Made once for each set of lines; the arrays are filled in place: `revision` says when.
  const holder = usePlot({
    key: props.title,
    look: () => lookOf(props, setCursor),
    data: () => dataOf(props),
    update: (plot) => update(plot, props),
    revision: props.revision,
  });

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
