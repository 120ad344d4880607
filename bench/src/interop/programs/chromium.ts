/** Chromium with mpegts.js: HTTP-FLV from another origin, and WebSocket-FLV. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { programPath } from '@longhaul/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Cell, type CellContext, expect } from '../cell.js';
import { CLIP_SECONDS } from '../reference.js';
import { type Player, plays } from '../scenario.js';
import { eventually } from '../system.js';
import * as Verdict from '../verdict.js';

const FLAGS = [
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

/** What the page tells of its player. */
interface PageState {
  readonly pictures: number;
  readonly dropped: number;
  readonly soundBytes: number;
  /** Spans of media that were put together, s. */
  readonly buffered: readonly (readonly [number, number])[];
  /** How often the shown pictures' time went back. */
  readonly backwards: number;
  readonly complete: boolean;
  readonly errors: readonly string[];
}

/** The page: mpegts.js as its README says, and counting. `#` is the address of the stream. */
const PAGE = `<!doctype html><meta charset="utf-8"><video muted></video><script src="/mpegts.js"></script><script>
const video = document.querySelector('video');
const state = { complete: false, errors: [], backwards: 0 };
let last = -1;
const onPicture = (now, { mediaTime }) => {
  if (mediaTime < last) state.backwards += 1;
  last = mediaTime;
  video.requestVideoFrameCallback(onPicture);
};
video.requestVideoFrameCallback(onPicture);
const player = mpegts.createPlayer({ type: 'flv', isLive: true, url: location.hash.slice(1) }, { enableStashBuffer: false, autoCleanupSourceBuffer: false });
player.on(mpegts.Events.ERROR, (type, detail, info) => state.errors.push([type, detail, JSON.stringify(info)].join(' ')));
player.on(mpegts.Events.LOADING_COMPLETE, () => { state.complete = true; });
player.attachMediaElement(video);
player.load();
player.play();
window.look = () => ({
  ...state,
  pictures: video.getVideoPlaybackQuality().totalVideoFrames,
  dropped: video.getVideoPlaybackQuality().droppedVideoFrames,
  soundBytes: video.webkitAudioDecodedByteCount,
  buffered: Array.from({ length: video.buffered.length }, (_, at) => [video.buffered.start(at), video.buffered.end(at)]),
});
</script>`;

/** Serves the page and the library from a port of their own: media comes from another origin. */
async function servePage(): Promise<Server> {
  const library = readFileSync(createRequire(import.meta.url).resolve('mpegts.js/dist/mpegts.js'));
  const server = createServer((request, response) => {
    const isLibrary = request.url === '/mpegts.js';
    response.setHeader('content-type', isLibrary ? 'text/javascript' : 'text/html');
    response.end(isLibrary ? library : PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

class Tab implements Player {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  look(): Promise<PageState> {
    return this.#page.evaluate('window.look()');
  }

  leave(): Promise<void> {
    return this.#page.close();
  }

  ended(): Promise<void> {
    return eventually('the end of the stream in the page', async () => {
      const { complete, errors } = await this.look();
      return complete || errors.length > 0 ? undefined : 'mpegts.js still loads';
    });
  }
}

async function watch(context: CellContext, url: string): Promise<string> {
  const server = await servePage();
  let browser: Browser | undefined;
  try {
    // Ctrl-C is ours: playwright would end the process over the other programs' heads.
    const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
    browser = await chromium.launch({
      ...signals,
      executablePath: programPath('chromium') as string,
      args: FLAGS,
    });
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const tabs = new Map<string, Tab>();
    return await plays(context, {
      at: context.system.center,
      async open(id) {
        const page = await (await (browser as Browser).newContext()).newPage();
        await page.goto(`${origin}#${url}`);
        const tab = new Tab(page);
        tabs.set(id, tab);
        return tab;
      },
      judge: (sent) => judge(tabs.get('stays') as Tab, Verdict.frames(sent, 9).length),
    });
  } finally {
    await browser?.close();
    server.close();
  }
}

/** The player shows all it has before the end is judged: the last pictures are decoded when their time comes. */
async function judge(tab: Tab, sent: number): Promise<string> {
  let state = await tab.look();
  await eventually('the last picture in the page', async () => {
    state = await tab.look();
    return state.pictures >= sent - UNDECIDED_PICTURES
      ? undefined
      : `it decoded ${state.pictures} of ${sent}`;
  });
  const [span, ...gaps] = state.buffered;
  expect(state.errors.length === 0, `mpegts.js: ${state.errors[0]}`);
  expect(span !== undefined && gaps.length === 0, `the media has ${gaps.length} gaps`);
  const seconds = span[1] - span[0];
  expect(seconds > CLIP_SECONDS - 0.2, `only ${seconds.toFixed(2)} s of media came`);
  expect(state.backwards === 0, `the picture's time went back ${state.backwards} times`);
  expect(state.soundBytes > 0, 'no sound was decoded');
  return `${state.pictures} pictures decoded, ${sent} sent; ${seconds.toFixed(2)} s of media in one span`;
}

function cell(what: string, urlOf: (context: CellContext) => string): Cell {
  return { program: 'chromium', what, run: (context) => watch(context, urlOf(context)) };
}

/** What Chromium does. */
export const CELLS: readonly Cell[] = [
  cell('mpegts.js plays HTTP-FLV', ({ system, stream }) => system.center.httpFlv(stream)),
  cell('mpegts.js plays WebSocket-FLV', ({ system, stream }) => system.center.webSocketFlv(stream)),
];

/** The last frame a media element shows is decided by its clock, not by the stream. */
const UNDECIDED_PICTURES = 2;
