/** Parts of a delay stacked over the last minute, drawn by uPlot in the colours of the page. */
import type uPlot from 'uplot';
import { type Part, type Second, stacked } from './delay-parts.js';
import { milliseconds } from './format.js';
import { color, type PlotLook, usePlot } from './use-plot.js';

/** What is drawn: seconds, the oldest first, that ended at `atSeconds`. */
export interface StackPlotProps {
  readonly seconds: readonly Second[];
  readonly parts: readonly Part[];
  readonly atSeconds: number;
}

const lookOf = (parts: readonly Part[]): PlotLook => ({
  height: 150,
  atLeast: 10,
  headroom: 1.1,
  format: milliseconds,
  cursor: { show: false },
  // The highest sum first: each next one covers what is below it.
  series: parts.toReversed().map((part) => ({
    label: part,
    stroke: () => color(`--part-${part}`),
    fill: () => color(`--part-${part}`),
    width: 0,
    points: { show: false },
    spanGaps: false,
  })),
});

/** The plot. Made anew when the parts are others. */
export function StackPlot(props: StackPlotProps) {
  const holder = usePlot({
    key: props.parts.join(' '),
    look: () => lookOf(props.parts),
    data: () => dataOf(props),
    update: (plot) => plot.setData(dataOf(props)),
    revision: props.atSeconds,
  });
  return <div ref={holder} />;
}

function dataOf({ seconds, parts, atSeconds }: StackPlotProps): uPlot.AlignedData {
  const end = Math.floor(atSeconds);
  const times = seconds.map((_, at) => end - seconds.length + at);
  return [times, ...stacked(seconds, parts).toReversed()];
}
