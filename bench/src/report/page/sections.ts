/** The sections of the page in the order they stand there. */
import { columnOf, HEADLINE, headOf, type MetricColumn } from '../columns.js';
import type { Cell, Report } from '../model.js';
import * as Numbers from '../numbers.js';
import * as Words from '../words.js';
import * as Charts from './charts.js';
import {
  altOf,
  armIntervals,
  type Context,
  contextOf,
  legend,
  noteOf,
  perProfile,
  profileOf,
} from './context.js';
import { type Html, html } from './markup.js';
import * as Tables from './tables.js';
import * as Traces from './traces.js';

/** The outcome in words and verdicts, the strongest baseline first. */
export function outcome(context: Context): Html {
  if (!hasMedia(context)) return html``;
  const { summary } = context.report;
  const arm = Words.principalArm(summary.arms);
  const baseline = Words.strongestBaseline(summary.baselines);
  const others = summary.baselines.flatMap((each) =>
    summary.arms.filter((other) => !summary.baselines.includes(other)).map((other) => [other, each] as const),
  );
  const columns = HEADLINE.map(columnOf);
  return html`<section id="outcome"><h2>Outcome</h2>
<p>Each arm carried the same broadcast over the same link through the same bad milliseconds; only the hop between the two relays differs. Better and worse are claims: the whole 95 % interval of the paired difference lies beyond a margin, and Holm's correction over the profiles lets it stand.</p>
<ul class="words">${summary.words.map((line, at) => html`<li>${at === 0 ? html`<b>${line}</b>` : line}</li>`)}</ul>
${arm !== undefined && baseline !== undefined && html`<h3>${arm} beside ${baseline}</h3>${Tables.verdicts({ summary, arm, baseline, columns })}`}
${others
  .filter(([other, each]) => other !== arm || each !== baseline)
  .map(
    ([other, each]) =>
      html`<details><summary>${other} beside ${each} <span>${tally(summary.comparisons, other, each)}</span></summary><ul class="words">${Words.findings(summary, other, each).map((line) => html`<li>${line}</li>`)}</ul>${Tables.verdicts({ summary, arm: other, baseline: each, columns })}</details>`,
  )}
<p class="soft small">Stalled: the player with 500 ms; skipped: media that it jumped over, because it never came or to catch up. Late(200): frames later than the one-way delay plus 200 ms. Delays and late frames are of frames due 3 s after the connect call or later. Margins: ${columns.map(marginText).join('; ')}. Each cell: verdict, difference to the baseline, its 95 % interval.</p>
</section>`;
}

/** Stall ratio of the player with 500 ms by profile and arm. */
export function stalls(context: Context): Html {
  if (!hasMedia(context)) return html``;
  const column = columnOf('p500.stallTimeRatio');
  return html`<section id="stalls"><h2>Stalls</h2>
<p>Time stalled over time stalled and played, of a player that buffers 500 ms; stalls below 200 ms are not counted. Sums over all sessions are divided, not sessions averaged; a session that never started counts as stalled throughout. Bars are 95 % intervals over blocks. Each panel has its own scale.</p>
${legend(context)}<div class="grid">${perProfile(context, 'p500.stallTimeRatio', (profile, cells) =>
    Charts.intervals({
      frame: context.frame,
      title: `Stall ratio on ${profile}`,
      note: noteOf(context, profile),
      alt: altOf(`Stall ratio on ${profile}`, cells, column),
      rows: armIntervals(cells, column.metric, 100),
      axis: 'time stalled (%)',
      format: (value) => `${Numbers.format(value / 100, 'share')}`,
      least: 1,
    }),
  )}</div></section>`;
}

/** Frame delay: whole distributions, then the shares that are late. */
export function delays(context: Context): Html {
  if (!hasMedia(context)) return html``;
  const { report, frame } = context;
  const late = LATE.map(columnOf);
  return html`<section id="delay"><h2>Frame delay</h2>
<p>From the moment a frame was due at the source to its last byte at the viewer, over all valid runs. Frames due in the first 3 s after the connect call are left out here: how long a start takes is shown under Start, and these are the same frames in every arm. The vertical scale opens up towards 100 % because the last frames are what viewers wait for; a frame that never came is later than any, so a curve that ends early lost frames. Each curve is drawn from ${CURVE_RULE}. Dotted verticals: the one-way delay plus 100, 200 and 500 ms.</p>
${legend(context)}<div class="grid">${perProfile(context, 'steady.p95Ms', (profile, cells) =>
    Charts.distribution({
      frame,
      title: `Frame delay on ${profile}`,
      note: noteOf(context, profile),
      alt: altOf(`Frame delay on ${profile}, 95th percentile`, cells, columnOf('steady.p95Ms')),
      curves: report.delays.filter((curve) => curve.profile === profile),
      marks: lateMarks(context, profile),
    }),
  )}</div>
<h3>Late frames</h3>
<p>Share of frames later than the one-way delay plus 100 ms (light), 200 ms and 500 ms (dark); the figure is the middle one. No player and no threshold to tune stands behind it: this is what the gate for CI watches.</p>
<div class="grid">${perProfile(context, 'steady.late.owd+200', (profile, cells) =>
    Charts.nested({
      frame,
      title: `Late frames on ${profile}`,
      alt: altOf(
        `Frames later than one-way delay plus 200 ms on ${profile}`,
        cells,
        columnOf('steady.late.owd+200'),
      ),
      rows: cells.map((cell) => ({
        arm: cell.arm,
        values: late.map(({ metric }) => (cell.metrics[metric]?.value ?? 0) * 100),
        label: Numbers.format(cell.metrics['steady.late.owd+200']?.value ?? Number.NaN, 'share'),
      })),
      axis: 'frames late (%)',
      least: 1,
    }),
  )}</div></section>`;
}

/** Players of four target latencies over the same arrivals. */
export function players(context: Context): Html {
  if (!hasMedia(context)) return html``;
  const shares = (cells: readonly Cell[], suffix: string) =>
    cells.map((cell) => ({
      arm: cell.arm,
      shares: PLAYERS.map(({ key }) => cell.metrics[`${key}.${suffix}`]?.value ?? Number.NaN),
    }));
  return html`<section id="players"><h2>Players</h2>
<p>Four players watch the same arrivals; they differ in the latency they hold over the one-way delay. A player far behind drops to the newest key frame: that spares it stalls and costs media, so both are shown, one above the other.</p>
${legend(context)}<div class="grid">${perProfile(context, 'p500.stallTimeRatio', (profile, cells) =>
    Charts.presets({
      frame: context.frame,
      title: `Stalled and skipped on ${profile}`,
      alt: altOf(`Time stalled of the 500 ms player on ${profile}`, cells, columnOf('p500.stallTimeRatio')),
      players: PLAYERS.map(({ word }) => word),
      stalled: shares(cells, 'stallTimeRatio'),
      skipped: shares(cells, 'skipped'),
    }),
  )}</div></section>`;
}

/** Scenarios that are neither the main one nor handshakes, as tables. */
export function others({ whole }: Context): Html {
  const { scenarios, main } = whole.summary;
  const parts = scenarios
    .filter((scenario) => scenario !== main)
    .map((scenario) => {
      const { summary } = contextOf(whole, scenario).report;
      const told = OTHERS.filter((key) => summary.cells.some(({ metrics }) => metrics[key] !== undefined));
      return { scenario, summary, columns: told.map(columnOf) };
    })
    .filter(({ columns }) => columns.length > 0);
  if (parts.length === 0) return html``;
  return html`<section id="others"><h2>Other scenarios</h2>${parts.map(
    ({ scenario, summary, columns }) =>
      html`<h3>${scenario}</h3>${columns.map(
        (column) => html`<p class="soft">${column.label}</p>${Tables.values({ summary, column })}`,
      )}`,
  )}</section>`;
}

/** One run of each arm over time. */
export function traces(context: Context): Html {
  const { report, frame } = context;
  const profiles = report.summary.profiles.filter((profile) =>
    report.traces.some((one) => one.profile === profile),
  );
  if (profiles.length === 0) return html``;
  return html`<section id="traces"><h2>The hop over time</h2>
<p>Of each arm the run whose 95th percentile of frame delay is the median over its seeds. Grey: what the link truly had, its rate above and its queue below. At the top the stronger line is what the link delivered, headers and retransmissions included, the paler one the transport's pacing rate or its estimate; below them the transport's own round trip and congestion window. Scales are the same within a profile. ${TRACE_RULE}</p>
${profiles.map((profile, at) => {
  const own = report.traces.filter((one) => one.profile === profile);
  const most = Traces.scalesOf(own);
  return html`<details${at === 0 ? html` open` : ''}><summary>${profile} <span>${own.length} arms</span></summary><div class="grid">${own.map(
    (one) =>
      Traces.trace({
        frame,
        trace: one,
        most,
        durationS: Math.max(...own.map(({ timeS }) => timeS.at(-1) ?? 0)),
        title: `${one.arm} on ${profile}`,
        note: `seed ${one.seed}`,
        alt: `Rate, round trip and congestion window of ${one.arm} on ${profile} over ${report.summary.durationS} s, with the link's rate and queue`,
      }),
  )}</div></details>`;
})}</section>`;
}

/** Bytes on the wire and processor time. */
export function costs(context: Context): Html {
  if (!hasMedia(context)) return html``;
  const { summary } = context.report;
  const bytes = columnOf('wireOverhead');
  const cpu = columnOf('cpuShare');
  return html`<section id="cost"><h2>What it costs</h2>
<h3>Bytes on the wire</h3><p>Bytes of IP packets that entered the link in the media direction, headers and retransmissions included, over bytes of media: 1.05 means five percent more. Below 1 an arm gave frames up or fell behind.</p>
${Tables.values({ summary, column: bytes, format: (value) => value.toFixed(3) })}
<h3>Processor time</h3><p>Cores that the processes of the hop took together, the relays or other carriers at both ends; source, viewer and emulator are not in it. Read it for orders of magnitude: they share the machine.</p>
${Tables.values({ summary, column: cpu, format: (value) => value.toFixed(2) })}</section>`;
}

function lateMarks({ report }: Context, name: string) {
  const { oneWayMs } = profileOf(report, name);
  return [100, 200, 500].map((more) => ({ atMs: oneWayMs + more, word: `+${more}` }));
}

/** A scenario of handshakes alone has none. */
function hasMedia({ report: { summary } }: Context): boolean {
  return summary.cells.some(({ metrics }) => metrics['delay.p50Ms'] !== undefined);
}

function marginText({ metric, label, unit, margin: { absolute, relative } }: MetricColumn): string {
  const least = Numbers.formatSize(absolute, unit);
  return `${headOf({ metric, label })} ${least}${relative > 0 ? ` or ${(relative * 100).toFixed(0)} % of the baseline, whichever is more` : ''}`;
}

function tally(comparisons: Report['summary']['comparisons'], arm: string, baseline: string): string {
  const own = comparisons.filter(
    (each) => each.arm === arm && each.baseline === baseline && HEADLINE.includes(each.metric),
  );
  const count = (verdict: string) => own.filter((each) => each.verdict === verdict).length;
  return `${count('better')} better, ${count('worse')} worse, ${count('no difference')} no difference, ${count('undecided')} undecided`;
}

/** Metrics of other scenarios, of those that their runs tell. */
const OTHERS = [...HEADLINE, 'goodputMbps', 'queueKb'];
const LATE = ['steady.late.owd+100', 'steady.late.owd+200', 'steady.late.owd+500'];
const PLAYERS = [
  { key: 'p300', word: '300 ms' },
  { key: 'p500', word: '500 ms' },
  { key: 'p1000', word: '1 s' },
  { key: 'p3000', word: '3 s' },
];
const CURVE_RULE = '121 quantiles spaced evenly on this scale from 0 to 99.9 %';
const TRACE_RULE =
  'Curves have at most 160 points, each the last sample of its interval; of the queue it is the greatest. The dotted vertical: the viewer comes.';
