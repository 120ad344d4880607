/** The relays under test, and what they tell of themselves. */
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoundAddresses } from '@longhaul/cli';
import type { FiguresBody } from '@longhaul/relay';
import { startRelayPair } from '../delay/relay-pair.js';
import { CellFailure } from './cell.js';

type BroadcastFigure = FiguresBody['broadcasts'][number];

/** One of the two relays, by its addresses. */
export class RelayUnderTest {
  readonly name: string;
  readonly #rtmp: string;
  readonly #http: string;

  constructor(name: string, { rtmp, http }: BoundAddresses) {
    this.name = name;
    this.#rtmp = rtmp as string;
    this.#http = http as string;
  }

  /** `host:port` of its RTMP listener. */
  get rtmpAddress(): string {
    return this.#rtmp;
  }

  rtmp(stream: string): string {
    return `rtmp://${this.#rtmp}/${APP}/${stream}`;
  }

  httpFlv(stream: string): string {
    return `http://${this.#http}/${APP}/${stream}.flv`;
  }

  webSocketFlv(stream: string): string {
    return `ws://${this.#http}/${APP}/${stream}.flv`;
  }

  /** What it tells of one broadcast; undefined when it knows none of that name. */
  async broadcast(stream: string): Promise<BroadcastFigure | undefined> {
    const figures = (await readJson(`http://${this.#http}/figures.json`)) as FiguresBody;
    return figures.broadcasts.find(({ path }) => path === `default/${APP}/${stream}`);
  }

  /** Waits until it counts `count` viewers of the stream. */
  viewers(stream: string, count: number): Promise<void> {
    return eventually(`${count} viewers at the ${this.name}`, async () => {
      const viewers = (await this.broadcast(stream))?.viewers ?? 0;
      return viewers === count ? undefined : `it counts ${viewers}`;
    });
  }

  /** Waits until nobody publishes the stream, by its word. */
  unpublished(stream: string, timeoutMs?: number): Promise<void> {
    const what = `the end of the broadcast at the ${this.name}`;
    return eventually(
      what,
      async () => {
        const state = (await this.broadcast(stream))?.state ?? 'gone';
        return state === 'live' ? `it is ${state}` : undefined;
      },
      timeoutMs,
    );
  }
}

/** Edge and center, joined by QUIC. */
export interface System {
  readonly edge: RelayUnderTest;
  readonly center: RelayUnderTest;
  /** What the relays logged from level warn on since the last call: a clean end leaves none. */
  takeLog(): string[];
  stop(): Promise<void>;
}

/** Starts both on free loopback ports with certificates of their own. */
export async function startSystem(): Promise<System> {
  let log: string[] = [];
  const extra = {
    rtmp: { listen: '127.0.0.1:0', idleTimeoutMs: SILENT_PUBLISHER_MS },
    http: { listen: '127.0.0.1:0' },
    // Viewers end with their publisher: what they see of its end is the question, not how long they hope.
    linger: { publisherMs: 0, viewerMs: 0 },
  };
  const pair = await startRelayPair({ onLog: (line) => log.push(line), edge: extra, center: extra });
  return {
    edge: new RelayUnderTest('edge', pair.edge),
    center: new RelayUnderTest('center', pair.center),
    takeLog() {
      const lines = log;
      log = [];
      return lines;
    },
    stop: pair.stop,
  };
}

/** Waits until `look` has no complaint; rejects with the last one. */
export async function eventually(
  what: string,
  look: () => Promise<string | undefined>,
  timeoutMs = SETTLED_MS,
): Promise<void> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const complaint = await look();
    if (complaint === undefined) return;
    if (performance.now() > untilMs)
      throw new CellFailure(`waited ${timeoutMs} ms in vain for ${what}: ${complaint}`);
    await sleep(50);
  }
}

function readJson(url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, timeout: SETTLED_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('error', reject);
      response.on('end', () => {
        try {
          resolve(JSON.parse(text));
        } catch (error) {
          reject(error as Error);
        }
      });
    }).on('error', reject);
  });
}

/** A publisher that sends no media for this long is taken for gone; the default of 30 s would only make the matrix slow. */
export const SILENT_PUBLISHER_MS = 5_000;
const APP = 'live';
/** On a busy machine what happens at once may be seen late. */
const SETTLED_MS = 10_000;
