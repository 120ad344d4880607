/** What a reader checks before believing a figure: validity, links, settings, machine, method. */

import type { RealisedLink } from '../model.js';
import * as Numbers from '../numbers.js';
import { type Context, profileOf } from './context.js';
import { type Content, type Html, html } from './markup.js';
import * as Tables from './tables.js';

/** Which runs counted. */
export function validity(context: Context): Html {
  const { summary } = context.report;
  const { counts, cellCounts } = summary;
  const scenarios = Object.entries(summary.contests);
  return html`<section id="validity"><h2>Validity</h2>
<p>The emulator audits every run: whether it delivered late, whether the host dropped packets, whether loss, rate and round trip came out as configured, whether a process was short of processor time. A run that was disturbed is invalid, repeated and counted here; none enters a figure. Sessions that never started are valid and stay in every figure.</p>
<dl><dt>runs in the plan</dt><dd>${counts.planned}</dd><dt>valid</dt><dd>${counts.valid}</dd><dt>invalid attempts, repeated</dt><dd>${counts.invalid}</dd><dt>without a valid run</dt><dd>${counts.missing}</dd><dt>never started (of the valid)</dt><dd>${counts.neverStarted}</dd></dl>
${counts.reasons.length > 0 && html`<h3>Why attempts were invalid</h3><ul>${counts.reasons.map(({ reason, attempts }) => html`<li>${reason} <span class="soft">(${attempts})</span></li>`)}</ul>`}
${scenarios.map(
  ([scenario, { arms }]) =>
    html`<h3>Valid of planned, scenario ${scenario}</h3>${Tables.table(
      ['profile', ...arms],
      summary.profiles.map((profile) => [
        profile,
        ...arms.map((arm) => {
          const cell = cellCounts.find(
            (each) => each.scenario === scenario && each.profile === profile && each.arm === arm,
          );
          if (cell === undefined) return html`<span class="soft">-</span>`;
          return html`${cell.valid} of ${cell.planned}${cell.invalid > 0 && html`<small>+${cell.invalid} invalid</small>`}`;
        }),
      ]),
    )}`,
)}
${summary.realised.length > 0 && realised(context)}</section>`;
}

/** Configured beside what the audit saw, so that nobody has to believe the emulator. */
function realised({ report }: Context): Html {
  const share = (value: number | null) => (value === null ? 'none' : Numbers.format(value, 'share'));
  const cells = ({ profile, ...link }: RealisedLink): Content[] => [
    profile,
    `${link.runs}`,
    link.pingMs === null
      ? '-'
      : html`${link.pingMs.toFixed(1)} ms<small>of ${profileOf(report, profile).rttMs} ms</small>`,
    link.chainShare === null
      ? 'none'
      : html`${share(link.chainShare)}<small>of ${share(link.configuredShare)}</small>`,
    link.chainBurst === null ? '-' : link.chainBurst.toFixed(1),
    html`${share(link.packets === 0 ? 0 : link.lost / link.packets)}<small>${link.lost} of ${link.packets}</small>`,
    `${link.queueDrops}`,
    html`${link.lateP99Ms.toFixed(2)} ms<small>max ${link.lateMaxMs.toFixed(1)} ms</small>`,
    `${link.hostDrops}`,
  ];
  return html`<h3>The links as they were</h3>
<p>By the emulator's own count over all valid runs, media direction: round trip by ping before each run, of its configured value; bad time that the seeds held ready, of the configured share, and its mean length; packets lost by it and dropped by a full queue; how much later than due the emulator sent, worst run. Where packets come in bunches, the share that meets bad time differs from the share of time.</p>
${Tables.table(
  [
    'profile',
    'runs',
    'round trip',
    'bad time',
    'mean burst',
    'packets lost',
    'queue full',
    'late p99',
    'host drops',
  ],
  report.summary.realised.map(cells),
)}`;
}

/** The links as configured, each field with where it comes from. */
export function links({ report }: Context): Html {
  return html`<section id="links"><h2>Links</h2>
<p>Values marked derived are ours: no public table of loss by route is known to us. The others carry their source.</p>
${report.profiles.map(
  ({ name, summary, fields }) =>
    html`<details><summary>${name} <span>${summary}</span></summary><div class="scroll" tabindex="0"><table><thead><tr><th scope="col">field</th><th scope="col" class="text">value</th><th scope="col" class="text">source</th></tr></thead><tbody>${fields.map(
      (field) =>
        html`<tr><th scope="row">${field.field}</th><td class="text">${field.value}</td><td class="wrap">${field.source}</td></tr>`,
    )}</tbody></table></div></details>`,
)}</section>`;
}

/** Machine, versions and the settings of every arm. */
export function settings({ report }: Context): Html {
  const { summary } = report;
  const pairs = (values: Readonly<Record<string, string>>) =>
    html`<dl>${Object.entries(values).map(([key, value]) => html`<dt>${key}</dt><dd>${value}</dd>`)}</dl>`;
  return html`<section id="settings"><h2>Machine and settings</h2>
<h3>Machine</h3>${pairs(summary.machine)}
${summary.sittings.length > 0 && html`<h3>Sittings</h3><ul>${summary.sittings.map((line) => html`<li>${line}</li>`)}</ul>`}
<h3>Versions</h3>${pairs(summary.versions)}
<h3>Settings by arm</h3>${Object.entries(report.settings).map(
    ([arm, values]) => html`<details><summary>${arm}</summary>${pairs(values)}</details>`,
  )}</section>`;
}

/** How the figures are to be taken. */
export function reading({ report: { summary } }: Context): Html {
  return html`<section id="reading"><h2>How to read this</h2>
<ul class="words">
<li><b>Block.</b> A profile and a seed. All arms of a block meet the same lost milliseconds, in an order that is balanced over the blocks, so differences are taken within blocks and the machine's mood cancels.</li>
<li><b>Interval.</b> 95 % of 10,000 resamplings of the blocks, with a fixed seed. With ${summary.seeds.length} seeds a profile it says how well these runs agree, not how the whole internet behaves. Of few blocks it is too narrow: of five it holds the truth in about 83 % of cases, of ten in 91 %, of twenty in 93 %.</li>
<li><b>Verdict.</b> <span class="mark better">better</span> and <span class="mark worse">worse</span>: the interval excludes everything up to the margin, and Holm's correction over the profiles lets it stand. Its p comes from the same resampling, which of few blocks is too sure of itself: with five seeds it takes little back. <span class="mark same">no difference</span>: it lies within the margin. <span class="mark unclear">undecided</span>: more seeds would be needed; it does not mean equal.</li>
<li><b>Ratios.</b> Stall ratios and late shares are sums over sums, so a short bad session weighs as little as it is short, and one that never starts counts in full.</li>
<li><b>Emulation.</b> Loss and queues are models with stated sources. They keep arms comparable; they do not predict a route's figures on a given evening.</li>
<li><b>Same name, other algorithm.</b> The kernel's BBR and CUBIC and those of a QUIC engine share a name and an idea, not code.</li>
<li><b>Backend.</b> All runs here used <code>${summary.backend}</code>. Never compare with results of another backend.</li>
</ul></section>`;
}
