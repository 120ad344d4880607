/** What every FLV source does with its bytes and its end, whatever carries them. */
import { FlvReader } from '@longhaul/flv';
import { asCliError, type CliError } from '../errors.js';
import type { MediaTag, SourceEvents } from './source.js';

/** Input: `push`, `end`, `leave`. Output: the events of a source; nothing follows an end. */
export class FlvDelivery {
  readonly #events: SourceEvents;
  /** Lets go of the connection. */
  readonly #release: () => void;
  readonly #reader = new FlvReader();
  #ended = false;

  constructor(events: SourceEvents, release: () => void) {
    this.#events = events;
    this.#release = release;
  }

  /** Bytes of an FLV file, cut anywhere. Bytes that are no FLV end the source with `LH_CLI_MEDIA`. */
  push(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#events.onBytes?.(bytes.length);
    let tags: MediaTag[];
    try {
      tags = this.#reader.push(bytes);
    } catch (error) {
      this.end(asCliError(error, 'LH_CLI_MEDIA'));
      return;
    }
    for (const tag of tags) {
      // The listener of a tag may have left.
      if (this.#ended) return;
      this.#events.onTag(tag);
    }
  }

  /** The stream is over: undefined when it ended as it should. Idempotent. */
  end(error: CliError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
    this.#events.onEnd(error);
  }

  /** The owner has had enough: no event follows. */
  leave(): void {
    this.#ended = true;
  }
}
