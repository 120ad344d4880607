/** A broadcast for measuring: H.264 and AAC by their headers, filler inside, a sequence number in each frame. */
import type { FlvTag } from '@longhaul/flv';

/** Shape of the broadcast. */
export interface BroadcastShape {
  /** Payload of audio and video together, bit/s. */
  readonly bitsPerSecond: number;
  readonly framesPerSecond: number;
  /** From one key frame to the next, s. */
  readonly keyFrameSeconds: number;
  /** How many times larger a key frame is than another picture. */
  readonly keyFrameWeight: number;
}

/** 2.5 Mbit/s, 30 frames/s, 2 s between key frames. */
export const DEFAULT_SHAPE: BroadcastShape = {
  bitsPerSecond: 2_500_000,
  framesPerSecond: 30,
  keyFrameSeconds: 2,
  keyFrameWeight: 8,
};

/** A frame of the broadcast and when it is due, ms from the beginning. */
export interface ScheduledTag extends FlvTag {
  readonly dueMs: number;
  readonly sequence: number;
}

const AUDIO_BYTES = 341; // 128 kbit/s
const AUDIO_STEP_MS = (1024 * 1000) / 48_000;
const AUDIO_BITS_PER_SECOND = (AUDIO_BYTES * 8 * 1000) / AUDIO_STEP_MS;
/** Tag header (frame type, packet type, composition time), NAL length, NAL header. */
const VIDEO_HEAD_BYTES = 10;
const AUDIO_HEAD_BYTES = 2;

/** The tags that stand before any frame: avcC with 4-byte NAL lengths, and an AudioSpecificConfig of 48 kHz stereo. */
export function headerTags(): FlvTag[] {
  const avcC = [1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x1f, 1, 0, 2, 0x68, 0xee];
  return [
    { type: 9, timestamp: 0, payload: Uint8Array.from([0x17, 0, 0, 0, 0, ...avcC]) },
    { type: 8, timestamp: 0, payload: Uint8Array.of(0xaf, 0, 0x11, 0x90) },
  ];
}

/** The frames in the order of their times, without end. Each payload is a buffer of its own. */
export function* broadcastTags(shape: BroadcastShape = DEFAULT_SHAPE): Generator<ScheduledTag> {
  const sizes = pictureBytes(shape);
  const keyEvery = Math.round(shape.framesPerSecond * shape.keyFrameSeconds);
  let [pictures, packets] = [0, 0];
  for (let sequence = 0; ; sequence++) {
    const videoMs = (pictures * 1000) / shape.framesPerSecond;
    const audioMs = packets * AUDIO_STEP_MS;
    if (videoMs <= audioMs) {
      const isKey = pictures++ % keyEvery === 0;
      const payload = picture(isKey, isKey ? sizes.key : sizes.delta, sequence);
      yield { type: 9, timestamp: Math.round(videoMs), payload, dueMs: videoMs, sequence };
    } else {
      packets++;
      yield {
        type: 8,
        timestamp: Math.round(audioMs),
        payload: audioPacket(sequence),
        dueMs: audioMs,
        sequence,
      };
    }
  }
}

/** The sequence number in a frame of `broadcastTags`; undefined for headers and script data. */
export function sequenceOf({ type, payload }: FlvTag): number | undefined {
  if (type === 18 || payload[1] !== 1) return undefined;
  const at = type === 9 ? VIDEO_HEAD_BYTES : AUDIO_HEAD_BYTES;
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).readUInt32BE(at);
}

/** True for a key frame of `broadcastTags`. */
export function isKeyFrame({ type, payload }: FlvTag): boolean {
  return type === 9 && payload[0] === 0x17 && payload[1] === 1;
}

function pictureBytes(shape: BroadcastShape): { key: number; delta: number } {
  const perGroup = ((shape.bitsPerSecond - AUDIO_BITS_PER_SECOND) * shape.keyFrameSeconds) / 8;
  const deltas = Math.round(shape.framesPerSecond * shape.keyFrameSeconds) - 1;
  const delta = Math.round(perGroup / (deltas + shape.keyFrameWeight));
  return { delta, key: Math.round(perGroup - delta * deltas) };
}

function picture(isKey: boolean, bytes: number, sequence: number): Uint8Array {
  const payload = Buffer.alloc(bytes, FILLER);
  // H.264 in FLV 10.1 §E.4.3.1; NAL type 5 (IDR) or 1 with nal_ref_idc 2: every picture is referred to.
  payload.set([isKey ? 0x17 : 0x27, 1, 0, 0, 0]);
  payload.writeUInt32BE(bytes - 9, 5);
  payload[9] = isKey ? 0x65 : 0x41;
  payload.writeUInt32BE(sequence, VIDEO_HEAD_BYTES);
  return payload;
}

function audioPacket(sequence: number): Uint8Array {
  const payload = Buffer.alloc(AUDIO_BYTES, FILLER);
  payload.set([0xaf, 1]);
  payload.writeUInt32BE(sequence, AUDIO_HEAD_BYTES);
  return payload;
}

const FILLER = 0x5a;
