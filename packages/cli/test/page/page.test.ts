/** The page in a real browser: what it shows came from RTMP through the edge, QUIC and the center. */
import { mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath, requireProgram, temporaryDirectory } from '@longhaul/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import t from 'tap';
import { type System, startSystem } from './system.js';

t.setTimeout(120_000);

/** Frames that prove the picture moves: two seconds of the sample. */
const enoughFrames = 60;

const browserFlags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/** Where a person can look at what the browser saw. */
const shotDirectory = join(tmpdir(), 'longhaul-page');

// What runs in the browser is text here: the tests are compiled without the types of a document.
const framesExpression = "document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0";

const decodedFrames = (page: Page) => page.evaluate<number>(framesExpression);

/** Standard deviation of the picture's green: a black or single-coloured one has none. */
const spread = (page: Page) =>
  page.evaluate<number>(`(() => {
    const [width, height] = [64, 36];
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    context.drawImage(document.querySelector('video'), 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const values = Array.from({ length: width * height }, (_, index) => data[index * 4 + 1]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  })()`);

/** Opens the page and notes what a healthy page never does. */
async function openPage(browser: Browser, url: string, options: { phone: boolean; dark: boolean }) {
  const context = await browser.newContext({
    viewport: options.phone ? { width: 390, height: 844 } : { width: 1360, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url()))
      problems.push(`fetches ${request.url()}`);
  });
  await page.goto(url);
  return { page, problems };
}

async function shoot(page: Page, name: string): Promise<string> {
  mkdirSync(shotDirectory, { recursive: true });
  const path = join(shotDirectory, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  return path;
}

t.test('the page', requireProgram('chromium'), async (t) => {
  const system: System = await startSystem({ cacheDir: await temporaryDirectory(t) });
  t.teardown(() => system.interrupt());
  const browser = await chromium.launch({
    executablePath: programPath('chromium') ?? 'chromium',
    args: browserFlags,
  });
  t.teardown(() => browser.close());
  const url = `http://127.0.0.1:${system.ports.http}/`;

  await t.test('plays the sample that came over QUIC', async (t) => {
    const { page, problems } = await openPage(browser, url, { phone: false, dark: false });
    await page.waitForSelector('.video[data-playback=playing]', { timeout: 15_000 });
    await page.waitForFunction(`(${framesExpression}) >= ${enoughFrames}`, undefined, { timeout: 15_000 });
    const before = await decodedFrames(page);
    await page.waitForTimeout(2_000);
    const after = await decodedFrames(page);
    t.ok(after - before >= 30, `decodes on: ${before} then ${after} frames`);
    t.ok((await spread(page)) > 10, 'the picture is a picture');
    t.same(problems, []);

    await t.test('and shows the figures of the link it came by', async (t) => {
      await page.waitForFunction("document.querySelectorAll('.plot canvas').length >= 4");
      t.match(await page.textContent('.links .numbers'), /QUIC open, 127\.0\.0\.1:\d+/);
      const rate = (await page.textContent('.plot output')) ?? '';
      t.match(rate, /in\s+[\d.]+ [kM]bit\/s/);
      t.notMatch(rate, /\b0 kbit/, 'media flows in');
    });

    await t.test('and lists the broadcast and its addresses', async (t) => {
      const row = (await page.textContent('.broadcasts tbody tr')) ?? '';
      t.match(row, /live\/sample/);
      t.match(row, /link edge/);
      const addresses = (await page.textContent('.addresses')) ?? '';
      t.match(addresses, `${url}live/sample.flv`);
      t.match(addresses, `rtmp://127.0.0.1:${system.ports.rtmp}/live/sample`);
      t.match(addresses, `rtmp://127.0.0.1:${system.ports.edgeRtmp}/live/NAME`, 'pushing goes to the edge');
    });

    const shot = await shoot(page, 'desktop-light');
    t.ok(statSync(shot).size > 20_000, shot);
    await page.context().close();
  });

  await t.test('fits a phone, in the dark', async (t) => {
    const { page, problems } = await openPage(browser, url, { phone: true, dark: true });
    await page.waitForSelector('.video[data-playback=playing]', { timeout: 15_000 });
    await page.waitForTimeout(2_500);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    t.ok(width <= 390, `${width} pixels wide`);
    t.same(problems, []);
    t.ok(statSync(await shoot(page, 'phone-dark')).size > 20_000);
    await page.context().close();
  });

  await t.test('says so when the relay is gone', async (t) => {
    const { page } = await openPage(browser, url, { phone: false, dark: true });
    await page.waitForSelector('.video[data-playback=playing]', { timeout: 15_000 });
    t.equal(await system.interrupt(), 0, 'Ctrl-C ends it well');
    await page.waitForSelector('.badge.lost', { timeout: 10_000 });
    t.match(await page.textContent('.badge'), /not reachable/);
    await page.waitForSelector('.video:not([data-playback=playing]) .message', { timeout: 10_000 });
    t.match(await page.textContent('.message'), /relay cannot be reached/);
    await shoot(page, 'relay-gone');
    await page.context().close();
  });
});
