/** Publishers and viewers that come back whenever they are thrown out. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type MediaSource, openSource, parseMediaUrl, parsePublishUrl, RtmpClient } from '@longhaul/cli';
import { sendInRealTime } from '../delay/sender.js';
import { DEFAULT_SHAPE, headerTags } from '../delay/test-broadcast.js';

/** Publishes one broadcast until it is closed. */
export class StubbornPublisher {
  readonly #url: string;
  readonly #closed = new AbortController();
  readonly #done: Promise<void>;

  constructor(url: string) {
    this.#url = url;
    this.#done = this.#run();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      await this.#publishOnce();
      await sleep(RETRY_MS);
    }
  }

  async #publishOnce(): Promise<void> {
    const over = new AbortController();
    const accepted = resolvers<boolean>();
    const client = new RtmpClient(parsePublishUrl(this.#url), 'publish', {
      onReady: () => accepted.resolve(true),
      onEnd: () => {
        over.abort();
        accepted.resolve(false);
      },
    });
    if (await accepted.promise) {
      for (const tag of headerTags()) client.send(tag);
      const signal = AbortSignal.any([over.signal, this.#closed.signal]);
      await sendInRealTime(SHAPE, (tag) => void client.send(tag), signal);
    }
    if (!over.signal.aborted) await client.leave();
  }
}

/** Watches one broadcast until it is closed. */
export class StubbornViewer {
  readonly #url: string;
  #source: MediaSource | undefined;
  #closed = false;
  /** When the last frame came, ms of `performance.now`. */
  lastFrameMs = 0;

  constructor(url: string) {
    this.#url = url;
    this.#open();
  }

  close(): void {
    this.#closed = true;
    this.#source?.close();
  }

  #open(): void {
    if (this.#closed) return;
    this.#source = openSource(parseMediaUrl(this.#url), {
      onTag: ({ payload }) => {
        if (payload[1] === 1) this.lastFrameMs = performance.now();
      },
      onEnd: () => setTimeout(() => this.#open(), RETRY_MS),
    });
  }
}

function resolvers<Value>(): { promise: Promise<Value>; resolve(value: Value): void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const RETRY_MS = 100;
const SHAPE = { ...DEFAULT_SHAPE, bitsPerSecond: 500_000 };
