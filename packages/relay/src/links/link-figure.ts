/** One link as the API, the page and the metrics show it. */
import type { DropCounts, LinkSession } from '@longhaul/core';
import type { LinkFigure } from '../figures.js';
import { figuresOf, type LinkConnection } from './link-connection.js';

/** Counters of a connection and of the session on it, as they are now. */
export function linkFigure(connection: LinkConnection, session: LinkSession): LinkFigure {
  const { state, served, requested, openStreams, sent, received } = session.snapshot();
  const { name, address } = connection.peer;
  return {
    peer: name,
    address,
    side: connection.side,
    state: state === 'greeting' ? 'connecting' : state,
    ...figuresOf(connection),
    streamsOpen: openStreams.sending + openStreams.receiving,
    subscriptionsIn: served.length,
    subscriptionsOut: requested.length,
    mediaBytesSent: sent.bytes,
    mediaBytesReceived: received.bytes,
    framesSent: sent.frames,
    framesReceived: received.frames,
    framesDropped: total(sent.dropped) + total(received.dropped),
    drops: sum([sent.dropped, received.dropped]),
    ...('repair' in connection && { repair: connection.repair.view() }),
  };
}

/** Frames that did not cross, by path, reason and kind; only paths that lost some. */
export function dropsByPath(
  sessions: readonly LinkSession[],
): ReadonlyMap<string, Record<string, Record<string, number>>> {
  const counts = new Map<string, DropCounts[]>();
  for (const session of sessions) {
    const { served, requested } = session.snapshot();
    for (const { path, traffic } of [...served, ...requested]) {
      if (Object.keys(traffic.dropped).length > 0)
        counts.set(path, [...(counts.get(path) ?? []), traffic.dropped]);
    }
  }
  return new Map([...counts].map(([path, dropped]) => [path, sum(dropped)]));
}

/** Counts as one: frames by reason, then kind. */
function sum(counts: readonly DropCounts[]): Record<string, Record<string, number>> {
  const all: Record<string, Record<string, number>> = {};
  for (const dropped of counts) {
    eachDrop(dropped, (kind, reason, frames) => {
      const kinds = all[reason] ?? {};
      kinds[kind] = (kinds[kind] ?? 0) + frames;
      all[reason] = kinds;
    });
  }
  return all;
}

/** Calls `each` with every kind and reason of frames that did not cross. */
export function eachDrop(
  dropped: DropCounts,
  each: (kind: string, reason: string, frames: number) => void,
): void {
  for (const [reason, kinds] of Object.entries(dropped)) {
    for (const [kind, frames] of Object.entries(kinds)) each(kind, reason, frames);
  }
}

function total(dropped: DropCounts): number {
  let frames = 0;
  eachDrop(dropped, (_kind, _reason, count) => {
    frames += count;
  });
  return frames;
}
