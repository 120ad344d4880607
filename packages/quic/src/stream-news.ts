/** What happens to the packets of our streams: for those who explain delays, of a sample of the streams. */
import type { NativeConnection } from './native.generated.js';
import * as Native from './native.js';

/** Something happened to a packet that carries bytes `start` to `end` of a stream. */
export interface StreamNewsItem {
  readonly fate: 'sent' | 'acked' | 'lost';
  /** The same in all news of a packet. */
  readonly packet: number;
  /** On the clock that `take` was given, ms. */
  readonly atMs: number;
  /** `SendStream.id`. */
  readonly streamId: number;
  readonly start: number;
  readonly end: number;
}

/** The news of one connection. Nothing is kept until `follow` is called. */
export class StreamNews {
  readonly #native: NativeConnection;
  #every = 0;

  constructor(native: NativeConnection) {
    this.#native = native;
  }

  /** One stream in so many is followed; 0: none. */
  get every(): number {
    return this.#every;
  }

  /** Follows one in `every` of our streams from now on; 0: none. */
  follow(every: number): void {
    if (!Number.isInteger(every) || every < 0 || every > 0xffff_ffff)
      throw new RangeError(`follow(${every}): write an integer from 0 to 2^32-1`);
    this.#every = every;
    Native.call(() => this.#native.followStreams(every));
  }

  /** Whether `follow` tells of this stream. */
  isFollowed(streamId: number): boolean {
    // Ids of ours are even.
    return this.#every > 0 && (streamId / 2) % this.#every === 0;
  }

  /** Takes what happened since the last call, and how many news did not fit. `nowMs` is the clock of `atMs`. */
  take(nowMs: number): { readonly news: readonly StreamNewsItem[]; readonly leftOut: number } {
    const { numbers, leftOut } = Native.call(() => this.#native.takeStreamNews());
    const news: StreamNewsItem[] = [];
    for (let at = 0; at < numbers.length; at += ROW) {
      news.push({
        fate: FATES[numbers[at] as number] ?? 'lost',
        packet: numbers[at + 1] as number,
        atMs: nowMs - (numbers[at + 2] as number),
        streamId: numbers[at + 3] as number,
        start: numbers[at + 4] as number,
        end: numbers[at + 5] as number,
      });
    }
    return { news, leftOut };
  }
}

// native/node/src/stream_news.rs has the same order.
const FATES = ['sent', 'acked', 'lost'] as const;
const ROW = 6;
