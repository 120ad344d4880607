/** A network stream as tags to publish. */
import type { CliError } from '../errors.js';
import { openSource } from '../media/open.js';
import type { MediaSource, MediaTag } from '../media/source.js';
import type { FlvUrl } from '../media/url.js';
import type { TagStream } from './clip.js';
import { TagTimer, type TimedTag } from './timed-tag.js';

/** Tags held at most while the publisher is busy; then the source is paused. */
const MAX_WAITING_TAGS = 256;

/** A stream that has been opened: the server's answer tells whether it needs pacing. */
export interface LiveTags {
  readonly tags: TagStream;
  /** False for a live stream, which comes in real time by itself. */
  readonly paced: boolean;
}

/** Opens an FLV stream until `signal` aborts. Rejects with a `CliError` when the server refuses; so does the iteration when the stream breaks. */
export function openLive(url: FlvUrl, signal: AbortSignal): Promise<LiveTags> {
  const queue = new TagQueue(signal);
  return new Promise((resolve, reject) => {
    const source: MediaSource = openSource(url, {
      onOpen: ({ lengthKnown }) => resolve({ tags: queue.drain(source), paced: lengthKnown }),
      onTag: (tag) => {
        if (queue.push(tag) > MAX_WAITING_TAGS) source.pause();
      },
      onEnd: (error) => {
        queue.end(error);
        // Without effect once open.
        if (error !== undefined) reject(error);
      },
    });
    const onAbort = () => {
      source.close();
      // Without effect once open.
      resolve({ tags: queue.drain(source), paced: false });
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

class TagQueue {
  readonly #signal: AbortSignal;
  #tags: MediaTag[] = [];
  #end: { readonly error: CliError | undefined } | undefined;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  /** How many wait now. */
  push(tag: MediaTag): number {
    this.#tags.push(tag);
    this.#wake?.();
    return this.#tags.length;
  }

  end(error: CliError | undefined): void {
    this.#end = { error };
    this.#wake?.();
  }

  async *drain(source: MediaSource): AsyncGenerator<TimedTag> {
    const timer = new TagTimer();
    while (!this.#signal.aborted) {
      const tags = this.#tags;
      this.#tags = [];
      source.resume();
      for (const tag of tags) yield timer.time(tag);
      if (this.#tags.length > 0) continue;
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (this.#end !== undefined) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
