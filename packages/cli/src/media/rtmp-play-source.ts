/** RTMP play as a source. */
import { RtmpClient } from './rtmp-client.js';
import type { MediaSource, SourceEvents } from './source.js';
import type { RtmpUrl } from './url.js';

/** Plays an RTMP stream. */
export class RtmpPlaySource implements MediaSource {
  readonly #client: RtmpClient;

  constructor(url: RtmpUrl, events: SourceEvents) {
    this.#client = new RtmpClient(url, 'play', {
      onConnected: () => events.onConnected?.(),
      onReady: () => events.onOpen?.({ lengthKnown: false }),
      onBytes: (count) => events.onBytes?.(count),
      onMedia: (tag) => events.onTag(tag),
      onEnd: (error) => events.onEnd(error),
    });
  }

  pause(): void {
    this.#client.pause();
  }

  resume(): void {
    this.#client.resume();
  }

  close(): void {
    this.#client.close();
  }
}
