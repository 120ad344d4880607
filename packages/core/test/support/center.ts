/** A relay that subscribes, with links whose far side is the test. */
import type { Broadcast } from '../../src/broadcast.js';
import type { FrameKind, TrackMedia } from '../../src/frame.js';
import type { RegistryOptions } from '../../src/registry/options.js';
import { Registry } from '../../src/registry/registry.js';
import { type RecordedSubscription, RecordingLink } from './links.js';
import { aFrame } from './media.js';

/** A registry called `center`, and how to link a peer to it. */
export function aCenter(options: Partial<RegistryOptions> = {}) {
  const registry = new Registry({ relayId: 'center', ...options });
  const link = (peerName: string) => {
    const recording = new RecordingLink(peerName);
    return { recording, port: registry.addLink(recording, 0) };
  };
  return { registry, link };
}

/** The peer accepts: the broadcast to fill. */
export function accept(
  subscription: RecordedSubscription | undefined,
  epoch = 10,
  firstOrdinal = 0,
  nowMs = 0,
): Broadcast {
  if (subscription === undefined) throw new Error('there is no subscription');
  const broadcast = subscription.events.onAccepted({ epoch, firstOrdinal }, nowMs);
  if (broadcast === undefined) throw new Error(`epoch ${epoch} was not taken`);
  return broadcast;
}

/** A frame arrives. */
export function push(broadcast: Broadcast, kind: FrameKind, ordinal: number, timestamp: number): boolean {
  const media: TrackMedia = kind === 'audio' || kind === 'data' ? kind : 'video';
  const track = broadcast.openTrack(media, 0, 0);
  const group = track.openGroup({ sequence: 0, initVersion: undefined }, 0);
  return group?.append(aFrame({ kind, ordinal, timestamp }), 0) ?? false;
}
