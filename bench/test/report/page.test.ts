import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random, type Teardown, temporaryDirectory } from '@longhaul/testkit';
import { parseHTML } from 'linkedom';
import t from 'tap';
import { writeReport } from '../../src/report/index.js';
import type { Summary } from '../../src/report/model.js';
import * as Synthetic from './synthetic.js';

const plan = {
  profiles: ['hk-fra', 'us-cn-peak'],
  arms: ['tcp-cubic', 'tcp-bbr', 'quic-cubic', 'quic-tunnel'],
  seeds: [1, 2, 3],
};

/** A page of runs with some late and some lost frames. */
async function report(t: Teardown, seeds: readonly number[] = plan.seeds) {
  const directory = await temporaryDirectory(t);
  await Synthetic.writeResults(directory, { ...plan, seeds }, (key) => {
    const random = new Random(key.seed * 100 + key.arm.length);
    const delayMs = () =>
      random.chance(0.02) ? undefined : 60 + (random.chance(0.1) ? 300 : random.next() * 20);
    const disturbed = { ...key, delayMs, invalid: ['<script>alert(1)</script> & more'] };
    return key.seed === 1 ? [disturbed, { ...key, delayMs }] : [{ ...key, delayMs }];
  });
  const { html, summary, text } = await writeReport(directory);
  const page = await readFile(html, 'utf8');
  return {
    page,
    document: parseHTML(page).document,
    summary: JSON.parse(await readFile(summary, 'utf8')),
    text,
  };
}

t.test('the page needs nothing from elsewhere', async (t) => {
  const { page, document } = await report(t);
  t.notMatch(page, /https?:\/\//);
  t.notMatch(page, /@import|url\((?!#)/);
  for (const attribute of ['src', 'href', 'srcset', 'data', 'action']) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      t.match(element.getAttribute(attribute), /^#/, `${element.localName} ${attribute}`);
    }
  }
  t.equal(document.querySelectorAll('link, iframe, img, object, embed').length, 0);
});

t.test('every figure has a title, units on its axes and its content in words', async (t) => {
  const { document } = await report(t);
  const figures = [...document.querySelectorAll('figure')];
  t.ok(figures.length >= 7 * plan.profiles.length, `${figures.length} figures`);
  for (const figure of figures) {
    const title = figure.querySelector('figcaption b')?.textContent ?? '';
    t.match(title, /\w+ .* on (hk-fra|us-cn-peak)|^(Start|First frame|Connecting) on|\w+ on /, 'title');
    for (const svg of figure.querySelectorAll('svg')) {
      t.equal(svg.getAttribute('role'), 'img', `${title}: role`);
      t.ok((svg.getAttribute('aria-label') ?? '').length > 20, `${title}: in words`);
      t.match(svg.textContent, /\((%|ms|s|kB|Mbit\/s)\)/, `${title}: unit`);
    }
  }
});

t.test('every link of the page leads to a section', async (t) => {
  const { document } = await report(t);
  const anchors = [...document.querySelectorAll('nav a')].map((each) => each.getAttribute('href') ?? '');
  t.ok(anchors.length > 8);
  for (const anchor of anchors) t.ok(document.querySelector(anchor), anchor);
});

t.test('text of records is text on the page', async (t) => {
  const { page, document, summary } = await report(t);
  t.notMatch(page, '<script>alert');
  t.match(page, '&lt;script&gt;alert(N)&lt;/script&gt; &amp; more');
  t.equal(document.querySelectorAll('script').length, 1);
  t.equal(summary.counts.invalid, 8);
  t.equal(summary.counts.valid, 24);
});

t.test('handshakes have figures of their own', async (t) => {
  const directory = await temporaryDirectory(t);
  const handshakes = ['tcp-full', 'quic-0rtt'];
  const made = { ...plan, profiles: ['hk-fra'], handshakes };
  await Synthetic.writeResults(directory, made, (key) => [{ ...key, delayMs: () => 60 }]);
  const { html, summary } = await writeReport(directory);
  const { cells, contests, arms, comparisons } = JSON.parse(await readFile(summary, 'utf8')) as Summary;
  t.same(arms, plan.arms, 'the main scenario is live');
  t.same(contests.connect, { arms: handshakes, baselines: ['tcp-full'] });
  const cell = cells.find((each) => each.scenario === 'connect' && each.arm === 'quic-0rtt');
  t.equal(cell?.metrics.firstByteBackMs?.value, 200, 'the median attempt');
  t.equal(cell?.metrics['steady.p95Ms'], undefined, 'no media, no delay');
  t.ok(comparisons.some((each) => each.arm === 'quic-0rtt' && each.metric === 'firstByteBackMs'));
  const { document } = parseHTML(await readFile(html, 'utf8'));
  const titles = [...document.querySelectorAll('figcaption b')].map((each) => each.textContent);
  t.ok(titles.includes('Handshakes on hk-fra'));
  t.equal(titles.filter((title) => title === 'Frame delay on hk-fra').length, 1);
});

t.test('sources of profiles stand on the page', async (t) => {
  const { document } = await report(t);
  const links = document.querySelector('#links')?.textContent ?? '';
  t.match(links, 'Azure P50 2024');
  t.match(links, /forward: loss *1 % in bursts of 3 ms *derived: as tquic has it/);
  t.match(links, /change *at 4 s: nothing passes for 1.5 s *a cable was cut/);
  t.match(links, /forward: rate *20 Mbit\/s/);
});

t.test('the terminal gets a table', async (t) => {
  const { text } = await report(t);
  t.match(text, /^profile +arm +runs/);
  t.match(text, /hk-fra +quic-cubic +3 /);
  t.match(text, 'runs: 24 of 24 valid, 8 invalid attempts (repeated), 0 missing');
});

t.test('of too few seeds nothing is claimed, and every sitting is told', async (t) => {
  const { document } = await report(t);
  const words = document.querySelector('#outcome .words')?.textContent;
  t.match(words, /^3 seeds a profile decide nothing between quic-cubic and tcp-bbr: a verdict needs 4/);
  const cell = document.querySelector('#outcome td')?.textContent;
  t.match(cell, /^undecided3 pairs, too few/, 'why nothing is said');
  const settings = document.querySelector('#settings')?.textContent;
  t.match(settings, '2026-08-01 10:00 UTC: commit abc1234, 4 runs at a time, nice -20');
});

t.test('what players skip stands beside what they stall', async (t) => {
  const { document, text, summary } = await report(t, [1, 2, 3, 4]);
  const heads = [...document.querySelectorAll('#outcome th')].map((each) => each.textContent);
  t.same(heads.slice(0, 3), ['profile', 'stalled', 'skipped']);
  t.match(text, /^profile +arm +runs +stalled +skipped /);
  t.match(summary.words[0], /stalling better on \d and worse on \d, skipped media better on/);
});

t.test('a plan that this program cannot read is refused', async (t) => {
  const directory = await temporaryDirectory(t);
  await Synthetic.writeResults(directory, plan, (key) => [{ ...key, delayMs: () => 60 }]);
  const file = join(directory, 'plan.json');
  const good = JSON.parse(await readFile(file, 'utf8'));
  const cases: [object, RegExp][] = [
    [{ version: 2 }, /plan.json: version 2, this program reads 1/],
    [{ seeds: 'all' }, /plan.json: seeds is no list/],
    [{ seeds: ['1'] }, /plan.json: seeds is no list of numbers/],
    [{ arms: [null] }, /plan.json: arms is no list of texts/],
    [{ links: { 'hk-fra': { forward: { loss: 1 }, reverse: { loss: 1 } } } }, /the link hk-fra is not as/],
    [{ durationS: null }, /plan.json: durationS is not above 0/],
  ];
  for (const [change, message] of cases) {
    await writeFile(file, JSON.stringify({ ...good, ...change }));
    await t.rejects(writeReport(directory), { code: 'LH_CLI_FILE', message });
  }
});

t.test('what is no result directory is named', async (t) => {
  const directory = await temporaryDirectory(t);
  await t.rejects(writeReport(directory), { code: 'LH_CLI_FILE', message: /is no result directory/ });
});

t.test('a directory without a valid run says so', async (t) => {
  const directory = await temporaryDirectory(t);
  await Synthetic.writeResults(directory, plan, (key) => [{ ...key, delayMs: () => 60, invalid: ['late'] }]);
  await t.rejects(writeReport(directory), {
    code: 'LH_CLI_NOTHING',
    message: /no valid run among 24 attempts/,
  });
});

t.test('scales are written as people write numbers', async (t) => {
  const { document } = await report(t);
  const words = [...document.querySelectorAll('svg text')].map((each) => each.textContent ?? '');
  t.ok(words.length > 100);
  t.same(
    words.filter((word) => /\de[+-]?\d/.test(word)),
    [],
  );
});
