/** The looping sample that `npm start` pushes to its edge. */
import { asCliError, type CliError } from '../errors.js';
import { parsePublishUrl } from '../media/url.js';
import { loopClip } from '../publish/clip.js';
import { emptyCounts, publishTags } from '../publish/publisher.js';

/** What to loop, and where to. */
export interface SampleOptions {
  readonly file: string;
  readonly url: string;
  /** The broadcast ended by itself. */
  readonly onError: (error: CliError) => void;
}

/** Publishes from construction on. */
export class SampleBroadcast {
  readonly #controller = new AbortController();
  readonly #done: Promise<void>;

  constructor(options: SampleOptions) {
    this.#done = publishTags({
      url: parsePublishUrl(options.url),
      tags: loopClip(options.file),
      paced: true,
      stampEvery: STAMP_EVERY,
      counts: emptyCounts(),
      signal: this.#controller.signal,
    }).catch((error: unknown) => {
      if (!this.#controller.signal.aborted) options.onError(asCliError(error, 'LH_CLI_CLOSED'));
    });
  }

  /** Unpublishes; resolves when the edge knows. Idempotent. */
  stop(): Promise<void> {
    this.#controller.abort();
    return this.#done;
  }
}

/** Six stamps a second measure the delay well enough. */
const STAMP_EVERY = 5; // frames
