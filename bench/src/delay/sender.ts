/** Sends the broadcast in real time to a function. */
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '@longhaul/cli';
import { type BroadcastShape, broadcastTags, type ScheduledTag } from './test-broadcast.js';

/** Calls `send` for each frame when it is due, until `signal` aborts. A late timer sends what is due at once. */
export async function sendInRealTime(
  shape: BroadcastShape,
  send: (tag: ScheduledTag) => void,
  signal: AbortSignal,
): Promise<void> {
  const startMs = monotonicMs();
  for (const tag of broadcastTags(shape)) {
    const waitMs = startMs + tag.dueMs - monotonicMs();
    if (waitMs > 0) await sleep(Math.ceil(waitMs), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    send(tag);
  }
}
