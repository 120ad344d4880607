/** Sessions that come and go: a publisher at the edge and a viewer at the center, for a moment. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openSource, parseMediaUrl, parsePublishUrl, RtmpClient } from '@longhaul/cli';
import { sendInRealTime } from '../delay/sender.js';
import { broadcastTags, DEFAULT_SHAPE, headerTags } from '../delay/test-broadcast.js';

/** Where the sessions go, and one of them. */
export interface SessionOptions {
  readonly publish: string;
  readonly play: string;
  /** Stream name. */
  readonly name: string;
}

/** What became of one session. */
export interface SessionOutcome {
  /** The publisher was let in. */
  readonly published: boolean;
  /** Frames that the viewer at the center got. */
  readonly frames: number;
}

/** Publishes for `lengthMs` while a viewer watches at the other relay. Never rejects. */
export async function watchedSession(options: SessionOptions, lengthMs: number): Promise<SessionOutcome> {
  const url = parseMediaUrl(`${options.play}/${options.name}.flv`);
  let frames = 0;
  const over = new Promise<void>((resolve) => {
    const source = openSource(url, {
      onTag: ({ payload }) => {
        if (payload[1] === 1) frames += 1;
      },
      onEnd: () => resolve(),
    });
    setTimeout(() => source.close(), lengthMs + VIEWER_STAYS_MS);
  });
  const published = await publishFor(options, async (client, over) => {
    // Not AbortSignal.timeout: Node 20 may collect one that only AbortSignal.any refers to before it fires.
    const end = new AbortController();
    const timer = setTimeout(() => end.abort(), lengthMs);
    over.addEventListener('abort', () => end.abort());
    await sendInRealTime(SHAPE, (tag) => void client.send(tag), end.signal);
    clearTimeout(timer);
  });
  await Promise.race([over, sleep(VIEWER_STAYS_MS)]);
  return { published, frames };
}

/** Publishes a key frame and leaves. Never rejects. */
export function shortSession(options: SessionOptions): Promise<boolean> {
  return publishFor(options, async (client) => {
    for (const tag of broadcastTags(SHAPE)) {
      client.send(tag);
      if (tag.sequence >= SHORT_FRAMES) break;
    }
  });
}

async function publishFor(
  { publish, name }: SessionOptions,
  send: (client: RtmpClient, over: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const over = new AbortController();
  let settle: (ready: boolean) => void = () => {};
  const accepted = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const client = new RtmpClient(parsePublishUrl(`${publish}/${name}`), 'publish', {
    onReady: () => settle(true),
    onEnd: () => {
      over.abort();
      settle(false);
    },
  });
  const isIn = await accepted;
  if (isIn) {
    for (const tag of headerTags()) client.send(tag);
    await send(client, over.signal);
  }
  if (!over.signal.aborted) await client.leave();
  return isIn;
}

const SHAPE = { ...DEFAULT_SHAPE, bitsPerSecond: 500_000 };
const SHORT_FRAMES = 4;
const VIEWER_STAYS_MS = 1_000;
