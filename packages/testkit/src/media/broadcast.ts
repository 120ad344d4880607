import {
  aacFrame,
  aacSequenceHeader,
  avcFrame,
  avcSequenceHeader,
  type Message,
  metadata,
  type PictureKind,
} from './payload.js';

/** What a broadcast is made of. */
export interface BroadcastOptions {
  readonly seconds: number;
  /** Pictures a second; 0 leaves the video out. Default 30. */
  readonly framerate?: number;
  /** Pictures from one key frame to the next. Default 30. */
  readonly keyEvery?: number;
  /** Every n-th picture after a key frame is one that nothing refers to; 0 means none. Default 0. */
  readonly discardableEvery?: number;
  /** Bytes of a key frame and of any other picture. Defaults 20,000 and 4,000. */
  readonly keyBytes?: number;
  readonly deltaBytes?: number;
  /** Bytes of an audio packet; 0 leaves the audio out. Default 300. */
  readonly audioBytes?: number;
  /** Timestamp of the first message, ms. Default 0; near 2^32 to see it wrap. */
  readonly startTimestamp?: number;
}

/** The messages of a broadcast in the order an encoder sends them: metadata, sequence headers, then media by time. Pictures and audio packets are numbered 0, 1, 2 ... each. */
export function broadcast(options: BroadcastOptions): Message[] {
  const { framerate = 30, audioBytes = 300, startTimestamp = 0 } = options;
  const init: Message[] = [{ type: 18, timestamp: 0, payload: metadata({ framerate }) }];
  if (framerate > 0) init.push({ type: 9, timestamp: 0, payload: avcSequenceHeader() });
  if (audioBytes > 0) init.push({ type: 8, timestamp: 0, payload: aacSequenceHeader() });
  const media = [...pictures(options), ...packets(options)].sort((a, b) => a.timestamp - b.timestamp);
  return [...init, ...media].map((message) => ({
    ...message,
    timestamp: (message.timestamp + startTimestamp) % 2 ** 32,
  }));
}

function pictures(options: BroadcastOptions): Message[] {
  const { seconds, framerate = 30, keyEvery = 30, keyBytes = 20_000, deltaBytes = 4_000 } = options;
  const { discardableEvery = 0 } = options;
  return Array.from({ length: Math.floor(seconds * framerate) }, (_, sequence) => {
    const position = sequence % keyEvery;
    const isDiscardable = discardableEvery > 0 && position % discardableEvery === discardableEvery - 1;
    const kind: PictureKind = position === 0 ? 'key' : isDiscardable ? 'discardable' : 'delta';
    const size = kind === 'key' ? keyBytes : deltaBytes;
    return {
      type: 9,
      timestamp: Math.round((sequence * 1000) / framerate),
      payload: avcFrame({ kind, sequence, size }),
    };
  });
}

function packets(options: BroadcastOptions): Message[] {
  const { seconds, audioBytes = 300 } = options;
  if (audioBytes === 0) return [];
  return Array.from({ length: Math.floor(seconds / AAC_PACKET_SECONDS) }, (_, sequence) => ({
    type: 8,
    timestamp: Math.round(sequence * AAC_PACKET_SECONDS * 1000),
    payload: aacFrame({ sequence, size: audioBytes }),
  }));
}

/** 1,024 samples of 44,100 Hz. */
const AAC_PACKET_SECONDS = 1024 / 44_100;
