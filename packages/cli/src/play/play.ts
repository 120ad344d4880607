/** Reads a stream until it ends or is told to stop, and writes it as an FLV file. */
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { encodeFlvHeader, encodeTag } from '@longhaul/flv';
import { monotonicMs } from '../clock.js';
import { CliError, firstLine } from '../errors.js';
import { openSource } from '../media/open.js';
import type { MediaTag } from '../media/source.js';
import type { MediaUrl } from '../media/url.js';
import { TagTimer } from '../publish/timed-tag.js';

/** What has come so far; changes while `playStream` runs. */
export interface PlayCounts {
  /** When the first media came, on the monotonic clock. */
  startedMs: number | undefined;
  /** From then to the newest media. */
  elapsedMs: number;
  /** Media time from the first frame to the newest, ms: a cached group comes at once and is no higher rate. */
  mediaMs: number;
  /** Pictures, audio packets; headers are data. */
  video: number;
  audio: number;
  data: number;
  /** Payload bytes. */
  bytes: number;
}

/** Counts before the first tag. */
export function emptyCounts(): PlayCounts {
  return { startedMs: undefined, elapsedMs: 0, mediaMs: 0, video: 0, audio: 0, data: 0, bytes: 0 };
}

/** What to play, and where to. */
export interface PlayOptions {
  readonly url: MediaUrl;
  readonly counts: PlayCounts;
  /** File name, `-` for `stdout`, undefined for nowhere. */
  readonly output: string | undefined;
  readonly stdout: Writable;
  /** Ends the play in good order. */
  readonly signal: AbortSignal;
}

/** Resolves when the stream has ended or `signal` aborted and all is written. Rejects with a `CliError` otherwise. */
export async function playStream(options: PlayOptions): Promise<void> {
  const sink = openSink(options);
  try {
    await readAll(options, sink);
  } finally {
    if (sink !== undefined && sink !== options.stdout) {
      sink.end();
      await finished(sink).catch(() => {});
    }
  }
}

function readAll(options: PlayOptions, sink: Writable | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (error?: CliError) => {
      options.signal.removeEventListener('abort', onAbort);
      source.close();
      if (error === undefined) resolve();
      else reject(error);
    };
    const onAbort = () => stop();
    let waiting = false;
    const counter = new Counter(options.counts);
    const source = openSource(options.url, {
      onTag: (tag) => {
        counter.count(tag);
        if (sink === undefined) return;
        let room = true;
        for (const bytes of encodeTag(tag)) room = sink.write(bytes);
        if (!room && !waiting) {
          waiting = true;
          source.pause();
          sink.once('drain', () => {
            waiting = false;
            source.resume();
          });
        }
      },
      onEnd: (error) => stop(error === undefined ? undefined : named(error, options.url)),
    });
    sink?.once('error', (cause) => {
      stop(new CliError('LH_CLI_FILE', `cannot write ${options.output}: ${firstLine(cause)}`, { cause }));
    });
    options.signal.addEventListener('abort', onAbort);
    if (options.signal.aborted) stop();
  });
}

function openSink(options: PlayOptions): Writable | undefined {
  if (options.output === undefined) return undefined;
  const sink = options.output === '-' ? options.stdout : createWriteStream(options.output);
  // Which tracks come is not known yet: announce both, as live servers do (FLV 10.1 §E.2).
  sink.write(encodeFlvHeader({ audio: true, video: true }));
  return sink;
}

/** Input: the tags as they come. Output: the counts, kept up. */
class Counter {
  readonly #counts: PlayCounts;
  readonly #timer = new TagTimer();
  #firstMs: number | undefined;

  constructor(counts: PlayCounts) {
    this.#counts = counts;
  }

  count(tag: MediaTag): void {
    const counts = this.#counts;
    const { isFrame, timeMs } = this.#timer.time(tag);
    const nowMs = monotonicMs();
    counts.startedMs ??= nowMs;
    counts.elapsedMs = nowMs - counts.startedMs;
    counts.bytes += tag.payload.length;
    if (!isFrame) {
      counts.data++;
      return;
    }
    if (tag.type === 9) counts.video++;
    else counts.audio++;
    this.#firstMs ??= timeMs;
    counts.mediaMs = Math.max(counts.mediaMs, timeMs - this.#firstMs);
  }
}

function named(error: CliError, url: MediaUrl): CliError {
  return new CliError(error.code, `${url.href}: ${error.message}`, { cause: error });
}
