/** A figure of the page: a plot as SVG inside the HTML, with a title, units on its axes and its content in words. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { Html, html } from './markup.js';

/** What stands around a plot. */
export interface FigureText {
  readonly title: string;
  /** How to read it, one line. */
  readonly note?: string;
  /** What a reader who cannot see it is told: the numbers that matter, in words. */
  readonly alt: string;
}

/** A plot as a `<figure>`. Every axis that is shown must carry its unit in its label. */
export function figure(text: FigureText, options: Plot.PlotOptions): Html {
  return figureOf(text, [svg(text.alt, options)]);
}

/** Several plots, one under the other, as one figure. */
export function stackedFigure(text: FigureText, plots: readonly Plot.PlotOptions[]): Html {
  return figureOf(
    text,
    plots.map((options, at) => svg(at === 0 ? text.alt : `${text.title}, continued`, options)),
  );
}

function figureOf({ title, note }: FigureText, drawings: readonly Html[]): Html {
  return html`<figure><figcaption><b>${title}</b>${note === undefined ? '' : html`<span>${note}</span>`}</figcaption>${drawings}</figure>`;
}

/** Widths are those of a column of the page: on a phone the SVG shrinks by a tenth and stays readable. */
const WIDTH = 400; // CSS pixels

const { document } = parseHTML('<!doctype html><html><body></body></html>');

function svg(alt: string, options: Plot.PlotOptions): Html {
  const plot = Plot.plot({
    document,
    width: WIDTH,
    style: { fontSize: '11.5px' },
    ...options,
  }) as unknown as SvgElement;
  for (const style of plot.querySelectorAll('style')) style.remove();
  plot.removeAttribute('class');
  plot.setAttribute('role', 'img');
  plot.setAttribute('aria-label', alt);
  // Plot marks each of its parts with a name for readers; inside an image with a text of its own they are noise.
  for (const part of plot.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  plot.setAttribute('aria-label', alt);
  return new Html(shortNumbers(plot.outerHTML));
}

/** A tenth of a pixel is exact enough to draw, and makes a page a third of its size. */
function shortNumbers(markup: string): string {
  return markup.replace(
    /( (?:d|transform|x|y|x1|x2|y1|y2|cx|cy|width|height)=")([^"]*)"/g,
    (_, name: string, value: string) =>
      `${name}${value.replace(/-?\d+\.\d+/g, (number) => String(Math.round(Number(number) * 10) / 10))}"`,
  );
}

/** The little of the DOM that is used here; the compiler's library holds none. */
interface SvgElement {
  readonly outerHTML: string;
  querySelectorAll(selector: string): Iterable<{ remove(): void; removeAttribute(name: string): void }>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
}
