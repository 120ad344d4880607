/** A session with a subscription, and by hand the streams that answer it. */
import { encodeFrame, encodeGroupHeader, type FrameRecord, type GroupHeader } from '@longhaul/wire';
import type { LinkOptions } from '../../src/link/index.js';
import { type Subscribed, subscribe } from './fixture.js';
import { type RawPeer, rawPair } from './raw.js';

/** The epoch of the subscription. */
export const EPOCH = 5;
/** The track that the streams are of. */
export const TRACK = { media: 'video', index: 0 } as const;
const HEADER: Omit<GroupHeader, 'kind'> = {
  subscriptionId: 1,
  track: TRACK,
  epoch: EPOCH,
  sequence: 0,
  initVersion: undefined,
  skippedFrames: 0,
  baseOrdinal: 0,
  baseTimestamp: 0,
};

/** A frame with contents that its ordinal gives. */
export function frame(kind: FrameRecord['kind'], ordinal: number, size = 4): FrameRecord {
  return { kind, ordinal, timestamp: ordinal * 40, payload: new Uint8Array(size).fill(ordinal) };
}

/** The bytes of a group stream. */
export function group(header: Partial<GroupHeader>, ...frames: readonly FrameRecord[]): Uint8Array {
  const full = { ...HEADER, ...header };
  const parts = [encodeGroupHeader(full)];
  let previous = { ordinal: full.baseOrdinal, timestamp: full.baseTimestamp };
  for (const record of frames) {
    parts.push(...encodeFrame(record, previous));
    previous = record;
  }
  return Uint8Array.from(Buffer.concat(parts));
}

/** A session with a running subscription, and the peer that serves it by hand. */
export function receiving(
  options: { accepted?: boolean; limits?: LinkOptions['limits']; maxTracks?: number } = {},
) {
  const { clock, end, peer } = rawPair({ session: 'dialer', options: { limits: options.limits ?? {} } });
  const seen = subscribe(end, clock, {
    limits: { historyMs: 1_000, ...(options.maxTracks && { maxTracks: options.maxTracks }) },
  });
  clock.advance(50);
  const request = peer.asked('subscribe');
  const accept = () => {
    request.send({ kind: 'subscribe-ok', epoch: EPOCH, firstOrdinal: 0 });
    clock.advance(50);
  };
  if (options.accepted !== false) accept();
  return { clock, end, peer, seen, request, accept };
}

/** Sends a whole stream. */
export function send(peer: RawPeer, ...parts: readonly Uint8Array[]) {
  const stream = peer.uni(...parts);
  stream.finish();
  return stream;
}

/** A group of the only video track. */
export function groupOf(seen: Subscribed, sequence: number) {
  return seen.broadcast?.tracks.get('video0')?.groups.find((other) => other.sequence === sequence);
}
