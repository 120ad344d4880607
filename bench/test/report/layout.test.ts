/** The page as a browser lays it out: on a desk and on a phone, in light and dark. */
import { programPath, requireProgram, temporaryDirectory } from '@longhaul/testkit';
import { chromium } from 'playwright-core';
import t from 'tap';
import { writeReport } from '../../src/report/index.js';
import * as Synthetic from './synthetic.js';

const plan = {
  profiles: ['hk-fra', 'us-cn-peak', 'sg-in-mobile'],
  arms: ['tcp-cubic', 'tcp-bbr', 'tcp-bbr-64k', 'h2', 'quic-tunnel', 'quic-cubic'],
  seeds: [1, 2],
};

t.test(
  'the page fits every screen and asks nothing of the network',
  requireProgram('chromium'),
  async (t) => {
    const directory = await temporaryDirectory(t);
    await Synthetic.writeResults(directory, plan, (key) => [
      { ...key, delayMs: (at) => (at % 10 === 9 ? 60 + 40 * key.arm.length : 60) },
    ]);
    const { html } = await writeReport(directory);
    const browser = await chromium.launch({
      executablePath: programPath('chromium') as string,
      args: ['--headless=new', '--no-sandbox', '--disable-gpu'],
    });
    t.teardown(() => browser.close());
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [360, 'dark'],
    ] as const) {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      const requests: string[] = [];
      const errors: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(`file://${html}`);
      t.same(requests, [`file://${html}`], `${width}: one request`);
      t.same(errors, [], `${width}: no error`);
      const found = (await page.evaluate(LAYOUT)) as Layout;
      t.ok(found.scrollWidth <= width, `${width}: ${found.scrollWidth} px wide`);
      t.ok(found.smallestText >= 9, `${width}: smallest text ${found.smallestText} px`);
      t.same(found.outside, [], `${width}: no text leaves its figure`);
      await page.close();
    }
  },
);

/** What the page says of itself; pixels. */
interface Layout {
  readonly scrollWidth: number;
  readonly smallestText: number;
  readonly outside: readonly string[];
}

/** Runs in the page, which has another library than this file. */
const LAYOUT = `(() => {
  const outside = [];
  let smallestText = Infinity;
  for (const svg of document.querySelectorAll('figure svg')) {
    const box = svg.closest('figure').getBoundingClientRect();
    if (box.width === 0) continue;
    for (const text of svg.querySelectorAll('text')) {
      const own = text.getBoundingClientRect();
      if (text.textContent === '' || own.width === 0) continue;
      smallestText = Math.min(smallestText, own.height);
      if (own.right > box.right + 1 || own.left < box.left - 1) outside.push(text.textContent);
    }
  }
  return { scrollWidth: document.documentElement.scrollWidth, smallestText, outside };
})()`;
