/** Hands the news of a link's packets to those who measure its delays, of as many streams as it can afford. */
import type { LinkDelays } from '@longhaul/core';
import type { StreamNews } from '@longhaul/quic';

/** One link over QUIC. Input: `poll` some times a second. Output: `LinkDelays.news`. */
export class PacketFollower {
  readonly #news: StreamNews;
  readonly #delays: LinkDelays;

  constructor(news: StreamNews, delays: LinkDelays) {
    this.#news = news;
    this.#delays = delays;
    news.follow(1);
    delays.follows = (streamId) => news.isFollowed(streamId);
  }

  /** Takes what happened. `isTraced`: somebody wants to see every frame, whatever it takes. */
  poll(nowMs: number, isTraced: boolean): void {
    const { news, leftOut } = this.#news.take(nowMs);
    this.#delays.news(news);
    const { every } = this.#news;
    const wanted = isTraced ? 1 : sampleFor(every, news.length + leftOut);
    if (wanted !== every) this.#news.follow(wanted);
  }
}

/** One stream in so many, when one in `every` brought `count` news. */
export function sampleFor(every: number, count: number): number {
  if (count > MOST_NEWS) return Math.min(MOST_STREAMS, every * 2);
  return count < MOST_NEWS / 4 ? Math.max(1, Math.floor(every / 2)) : every;
}

/** News of one look: some µs each. */
const MOST_NEWS = 500;
const MOST_STREAMS = 4_096;
