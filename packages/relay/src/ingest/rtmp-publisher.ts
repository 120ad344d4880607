/** One RTMP publication: messages of one stream -> frames of one broadcast. */
import { MediaClassifier, type MediaMessage } from '@longhaul/flv';
import type { Logger } from '../log.js';
import type { Tally } from '../metrics.js';
import type { Ingest } from './ingest.js';

/** What a publisher works with. */
export interface RtmpPublisherOptions {
  readonly ingest: Ingest;
  /** The client's `host:port`. */
  readonly source: string;
  readonly tally: Tally;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/** Input: `write`, `end`. Output: frames into the broadcast, one log line at the end. */
export class RtmpPublisher {
  readonly #options: RtmpPublisherOptions;
  readonly #classifier = new MediaClassifier();
  readonly #startedMs: number;
  #lastMs: number;
  #bytes = 0;
  #frames = 0;
  #over = false;

  constructor(options: RtmpPublisherOptions) {
    this.#options = options;
    this.#startedMs = options.nowMs();
    this.#lastMs = this.#startedMs;
    options.tally.publishers += 1;
    options.log.info(
      { path: options.ingest.path, source: options.source, epoch: options.ingest.epoch },
      'publisher started',
    );
  }

  /** When the last message came, ms. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** Takes one media message. */
  write(message: MediaMessage): void {
    const { ingest, tally, nowMs } = this.#options;
    this.#lastMs = nowMs();
    const { media, index, kind } = this.#classifier.classify(message);
    const { timestamp, payload } = message;
    ingest.write({ media, index, kind, timestamp, payload }, this.#lastMs);
    this.#bytes += payload.length;
    this.#frames += 1;
    tally.mediaIn.bytes += payload.length;
    tally.mediaIn.frames += 1;
  }

  /** The publication is over. Idempotent. */
  end(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    const { ingest, tally, log, source, nowMs } = this.#options;
    ingest.end(nowMs());
    tally.publishers -= 1;
    tally.end('publisher', reason.replaceAll(' ', '-'));
    log.info(
      {
        path: ingest.path,
        source,
        reason,
        bytes: this.#bytes,
        frames: this.#frames,
        refused: ingest.refused,
        durationMs: Math.round(nowMs() - this.#startedMs),
      },
      'publisher ended',
    );
  }
}
