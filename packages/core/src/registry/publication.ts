/** A local publisher's hold on a path. */
import type { Broadcast } from '../broadcast.js';
import { BroadcastWriter } from '../broadcast-writer.js';

/** Who publishes, for people: `rtmp`, `127.0.0.1:5123`. */
export interface PublisherInfo {
  readonly kind: string;
  readonly address: string;
}

/** Input: `writer` and `end`. Output: the broadcast. States: publishing -> ended. */
export class Publication {
  readonly broadcast: Broadcast;
  readonly writer: BroadcastWriter;
  readonly publisher: PublisherInfo;
  readonly #onEnd: (publication: Publication, nowMs: number) => void;

  /** `onEnd` is called once, before the broadcast ends. */
  constructor(
    broadcast: Broadcast,
    publisher: PublisherInfo,
    onEnd: (publication: Publication, nowMs: number) => void,
  ) {
    this.broadcast = broadcast;
    this.writer = new BroadcastWriter(broadcast);
    this.publisher = publisher;
    this.#onEnd = onEnd;
  }

  /** The publisher has left. Idempotent. */
  end(nowMs: number): void {
    if (this.broadcast.ended === undefined) this.#onEnd(this, nowMs);
  }
}
