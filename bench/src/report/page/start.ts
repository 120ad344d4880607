/** Section on starts: the hop's handshake, then what a viewer waits for. */
import { columnOf } from '../columns.js';
import * as Numbers from '../numbers.js';
import * as Charts from './charts.js';
import { altOf, armIntervals, type Context, contextOf, noteOf, perProfile, profileOf } from './context.js';
import { type Html, html } from './markup.js';
import * as Tables from './tables.js';

/** The section. */
export function start(context: Context): Html {
  const handshakes = contextOf(context.whole, HANDSHAKES);
  const { main } = context.whole.summary;
  return html`<section id="start"><h2>Start</h2>
${main !== HANDSHAKES && hop(context)}
${handshakes.report.summary.cells.length > 0 && handshakeFigures(handshakes)}
${main !== HANDSHAKES && firstFrame(context)}</section>`;
}

function hop(context: Context): Html {
  return html`<h3>Connecting the hop</h3>
<p>From the dial to usable for application data, between the two relays, on the link before loss begins; beside it in round trips. One that never connected counts with the length of the run. In production one hop serves many viewers, so few of them wait for it.</p>
<div class="grid">${hopFigures(context)}</div>`;
}

function firstFrame(context: Context): Html {
  return html`<h3>First frame</h3>
<p>Mean times since the viewer's connect call at the far relay, one inside the other: the first byte (darkest), the first key frame that can be decoded, and the player with 500 ms starts (lightest). Written out: the first key frame. What never happened counts with the length of the run.</p>
<div class="grid">${perProfile(context, 'ttffMs', (profile, cells) =>
    Charts.nested({
      frame: context.frame,
      title: `First frame on ${profile}`,
      note: noteOf(context, profile),
      alt: altOf(`First key frame on ${profile}`, cells, columnOf('ttffMs')),
      rows: cells.map((cell) => ({
        arm: cell.arm,
        values: FIRST.flatMap((metric) => cell.metrics[metric]?.value ?? []),
        label: Numbers.format(cell.metrics.ttffMs?.value ?? Number.NaN, 'ms'),
      })),
      axis: 'time since the connect call (ms)',
      least: 100,
    }),
  )}</div>`;
}

function hopFigures(context: Context): Html[] {
  return perProfile(context, 'connectMs', (profile, cells) => {
    const { rttMs } = profileOf(context.report, profile);
    return Charts.intervals({
      frame: context.frame,
      title: `Connecting on ${profile}`,
      note: `round trip ${Numbers.format(rttMs, 'ms')}`,
      alt: altOf(`Time to connect the hop on ${profile}`, cells, columnOf('connectMs')),
      rows: armIntervals(cells, 'connectMs', 1),
      axis: 'time to connect (ms)',
      format: (value) => `${value.toFixed(0)} · ${(value / rttMs).toFixed(1)} RTT`,
      least: 3 * rttMs,
    });
  });
}

/** Handshakes over the lossy link, kind by kind. */
function handshakeFigures(context: Context): Html {
  const { summary } = context.report;
  const baseline = summary.baselines[0];
  const columns = HANDSHAKE.map(columnOf);
  return html`<h3>Handshakes</h3>
<p>Kinds of handshake one after the other on the link with its loss, the median of each run: usable for application data (dark), and a byte sent as soon as possible is back (light). Written out: the byte, in round trips too. Early data is where the two part: it is on its way before the handshake is over. RTMP has no byte to send back.</p>
<div class="grid">${perProfile(context, 'connectMs', (profile, cells) => {
    const { rttMs } = profileOf(context.report, profile);
    return Charts.nested({
      frame: context.frame,
      title: `Handshakes on ${profile}`,
      note: noteOf(context, profile),
      alt: altOf(`First byte back on ${profile}`, cells, columnOf('firstByteBackMs')),
      rows: cells.map(({ arm, metrics }) => {
        const values = HANDSHAKE.flatMap((metric) => metrics[metric]?.value ?? []);
        const longest = Math.max(...values);
        return { arm, values, label: `${longest.toFixed(0)} · ${(longest / rttMs).toFixed(1)} RTT` };
      }),
      axis: 'time since the dial (ms)',
      least: 2 * rttMs,
    });
  })}</div>
${
  baseline !== undefined &&
  summary.arms
    .filter((arm) => !summary.baselines.includes(arm))
    .map(
      (arm) =>
        html`<details><summary>${arm} beside ${baseline}</summary>${Tables.verdicts({ summary, arm, baseline, columns })}</details>`,
    )
}`;
}

/** Name of the scenario. */
const HANDSHAKES = 'connect';
const HANDSHAKE = ['connectMs', 'firstByteBackMs'];
const FIRST = ['ttfbMs', 'ttffMs', 'p500.startMs'];
