/** Sends a stream of tags to an RTMP server, in real time, with capture stamps if asked for. */
import { monotonicMs, wallClockMs } from '../clock.js';
import { CliError } from '../errors.js';
import { RtmpClient } from '../media/rtmp-client.js';
import type { RtmpUrl } from '../media/url.js';
import type { TagStream } from './clip.js';
import { Pacer, pause } from './pacer.js';
import { Stamper } from './stamper.js';
import type { TimedTag } from './timed-tag.js';

/** What has been sent so far; changes while publishing. */
export interface PublishCounts {
  /** When the server accepted, on the monotonic clock. */
  startedMs: number | undefined;
  /** Media time of the first frame, ms. */
  firstMs: number | undefined;
  /** From there to the newest, ms. */
  mediaMs: number;
  video: number;
  audio: number;
  /** Payload bytes of audio, video and data. */
  bytes: number;
  /** How late the newest frame left, ms: grows when the server takes less than real time. */
  lateMs: number;
}

/** Counts before the first frame. */
export function emptyCounts(): PublishCounts {
  return { startedMs: undefined, firstMs: undefined, mediaMs: 0, video: 0, audio: 0, bytes: 0, lateMs: 0 };
}

/** What to publish, and where to. */
export interface PublishOptions {
  readonly url: RtmpUrl;
  /** Tags in order; their end is the end of the stream. Let go of in any case. */
  readonly tags: TagStream;
  /** False: send each tag as it comes (a live source). */
  readonly paced: boolean;
  /** Stamp every so many frames; undefined: none. */
  readonly stampEvery: number | undefined;
  /** The first tag's time becomes this timestamp; undefined: times stay as they are. */
  readonly firstTimestamp?: number | undefined;
  readonly counts: PublishCounts;
  /** Ends the publish in good order. */
  readonly signal: AbortSignal;
  /** The server has ended the stream: `tags` that wait for media can give up. */
  readonly onEnded?: () => void;
}

/** Resolves when everything is sent or `signal` aborted, and the server was told so. Rejects with a `CliError` when the server refuses or goes away. */
export async function publishTags(options: PublishOptions): Promise<void> {
  const connection = new PublishConnection(options.url, options.onEnded);
  try {
    await connection.untilReady(options.signal);
    if (options.signal.aborted) return;
    options.counts.startedMs = monotonicMs();
    await sendAll(connection, options);
    connection.throwIfEnded();
  } finally {
    await connection.leave();
    await options.tags.return();
  }
}

async function sendAll(connection: PublishConnection, options: PublishOptions): Promise<void> {
  const { counts, signal, stampEvery } = options;
  const pacer = new Pacer();
  const stamper = stampEvery === undefined ? undefined : new Stamper(stampEvery);
  const clock = new TimestampShift(options.firstTimestamp);
  for await (const tag of options.tags) {
    if (tag.isFrame && options.paced) {
      await untilDue(pacer, tag.timeMs, connection.orAborted(signal), counts);
    }
    if (signal.aborted || connection.ended) return;
    const timestamp = clock.timestamp(tag);
    const stamp = stamper?.stamp(tag, timestamp, wallClockMs());
    if (stamp !== undefined) connection.send(stamp);
    const room = connection.send({ type: tag.type, timestamp, payload: tag.payload });
    count(counts, tag);
    if (!room) await connection.untilDrained(signal);
  }
}

/** Makes the first frame's timestamp what was asked for; headers before it get the same. */
class TimestampShift {
  readonly #firstTimestamp: number | undefined;
  #shiftMs: number | undefined;

  constructor(firstTimestamp: number | undefined) {
    this.#firstTimestamp = firstTimestamp;
  }

  timestamp({ timeMs, isFrame }: TimedTag): number {
    if (this.#firstTimestamp === undefined) return timeMs >>> 0;
    if (this.#shiftMs === undefined && !isFrame) return this.#firstTimestamp;
    this.#shiftMs ??= this.#firstTimestamp - timeMs;
    return (timeMs + this.#shiftMs) >>> 0;
  }
}

async function untilDue(
  pacer: Pacer,
  timeMs: number,
  signal: AbortSignal,
  counts: PublishCounts,
): Promise<void> {
  const nowMs = monotonicMs();
  const waitMs = pacer.dueMs(timeMs, nowMs) - nowMs;
  counts.lateMs = Math.max(0, -waitMs);
  if (waitMs > 0) await pause(waitMs, signal);
}

function count(counts: PublishCounts, tag: TimedTag): void {
  counts.bytes += tag.payload.length;
  if (!tag.isFrame) return;
  if (tag.type === 9) counts.video++;
  else counts.audio++;
  counts.firstMs ??= tag.timeMs;
  counts.mediaMs = Math.max(counts.mediaMs, tag.timeMs - counts.firstMs);
}

/** The client with its events as promises. */
class PublishConnection {
  readonly #client: RtmpClient;
  readonly #ended = new AbortController();
  #combined: AbortSignal | undefined;
  #ready = false;
  #wake: (() => void) | undefined;

  constructor(url: RtmpUrl, onEnded: (() => void) | undefined) {
    const wake = () => this.#wake?.();
    this.#client = new RtmpClient(url, 'publish', {
      onReady: () => {
        this.#ready = true;
        wake();
      },
      onDrain: wake,
      onEnd: (error) => {
        this.#ended.abort(error ?? new CliError('LH_CLI_CLOSED', 'the server ended the stream'));
        onEnded?.();
        wake();
      },
    });
  }

  /** The server ended the stream: nothing more can be sent. */
  get ended(): boolean {
    return this.#ended.signal.aborted;
  }

  throwIfEnded(): void {
    if (this.ended) throw this.#ended.signal.reason;
  }

  orAborted(signal: AbortSignal): AbortSignal {
    this.#combined ??= AbortSignal.any([signal, this.#ended.signal]);
    return this.#combined;
  }

  async untilReady(signal: AbortSignal): Promise<void> {
    while (!this.#ready && !this.ended && !signal.aborted) await this.#untilWoken(signal);
    this.throwIfEnded();
  }

  async untilDrained(signal: AbortSignal): Promise<void> {
    while (this.#client.bytesQueued > 0 && !this.ended && !signal.aborted) await this.#untilWoken(signal);
  }

  send(tag: Parameters<RtmpClient['send']>[0]): boolean {
    return this.#client.send(tag);
  }

  leave(): Promise<void> {
    return this.#client.leave();
  }

  #untilWoken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done);
    });
  }
}
