/** The report as one HTML file that needs nothing else. */
import type { Report } from '../model.js';
import * as Appendix from './appendix.js';
import { contextOf } from './context.js';
import { Html, html } from './markup.js';
import * as Sections from './sections.js';
import * as Start from './start.js';
import { SCRIPT, STYLE } from './style.js';

/** The whole document. */
export function page(report: Report): string {
  const context = contextOf(report, report.summary.main);
  const { summary } = report;
  const title = `Benchmark ${summary.name}`;
  // A section about what nobody measured is empty, and nothing leads to it.
  const sections = SECTIONS.map((section) => ({ ...section, body: section.draw(context) })).filter(
    ({ body }) => body.text !== '',
  );
  const document = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="generator" content="longhaul bench report"><title>${title}</title><style>${new Html(STYLE)}</style></head>
<body>${head(report, title, sections)}
<main>${sections.map(({ body }) => body)}</main>
<script>${new Html(SCRIPT)}</script></body></html>
`;
  return document.text;
}

function head(
  { summary }: Report,
  title: string,
  sections: readonly { readonly id: string; readonly word: string }[],
): Html {
  const { counts } = summary;
  const facts = [
    `${count(summary.profiles, 'profile')}`,
    `${count(summary.arms, 'arm')}`,
    `${count(summary.seeds, 'seed')}`,
    `${summary.durationS} s a run`,
    `${counts.valid} valid runs of ${counts.planned}`,
    `backend ${summary.backend}`,
    `finished ${summary.finishedAt.slice(0, 16).replace('T', ' ')} UTC`,
  ];
  return html`<header><h1>${title}</h1><p class="facts">${facts.join(' · ')}</p>
${counts.missing > 0 && html`<p class="notice">${counts.missing} of ${counts.planned} planned runs are missing: not run yet, or every attempt was invalid. Figures stand on those that are there.</p>`}
<nav aria-label="Sections">${sections.map(({ id, word }) => html`<a href="#${id}">${word}</a>`)}</nav></header>`;
}

function count(things: readonly unknown[], word: string): string {
  return `${things.length} ${word}${things.length === 1 ? '' : 's'}`;
}

const SECTIONS = [
  { id: 'outcome', word: 'Outcome', draw: Sections.outcome },
  { id: 'stalls', word: 'Stalls', draw: Sections.stalls },
  { id: 'delay', word: 'Frame delay', draw: Sections.delays },
  { id: 'start', word: 'Start', draw: Start.start },
  { id: 'players', word: 'Players', draw: Sections.players },
  { id: 'others', word: 'Other scenarios', draw: Sections.others },
  { id: 'traces', word: 'Over time', draw: Sections.traces },
  { id: 'cost', word: 'Cost', draw: Sections.costs },
  { id: 'validity', word: 'Validity', draw: Appendix.validity },
  { id: 'links', word: 'Links', draw: Appendix.links },
  { id: 'settings', word: 'Machine and settings', draw: Appendix.settings },
  { id: 'reading', word: 'How to read this', draw: Appendix.reading },
];
