/** A feed and the publishers it follows. */
import { Feed, type FeedOptions } from '../../src/feed.js';
import { DEFAULT_FEED_LIMITS, DEFAULT_VIEWER_LIMITS } from '../../src/limits.js';
import { Timers } from '../../src/timers.js';
import { aBroadcast, PATH, TestPublisher } from './media.js';

/** A feed of `PATH`, its timers, and how viewers left it. */
export function aFeed(options: Partial<FeedOptions> = {}) {
  const timers = new Timers();
  const gone: string[] = [];
  const feed = new Feed({
    path: PATH,
    limits: DEFAULT_FEED_LIMITS,
    viewerLimits: DEFAULT_VIEWER_LIMITS,
    timeline: 'continuous',
    timers,
    onViewerGone: (viewer) => gone.push(viewer.state.kind),
    ...options,
  });
  return { feed, timers, gone };
}

/** A publisher that the feed follows from its beginning. */
export function published(feed: Feed, epoch = 1) {
  const broadcast = aBroadcast({ epoch });
  const publisher = TestPublisher.of(broadcast);
  feed.attach(broadcast, 'earliest', 0);
  return { broadcast, publisher };
}
