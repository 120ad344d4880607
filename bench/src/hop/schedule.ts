/** The frames that every broadcast of `bench:hop` sends, and how one is stamped and read. */
import { type BroadcastShape, broadcastTags, type ScheduledTag } from '../delay/test-broadcast.js';

/** What is sent and for how long. */
export interface HopPlan {
  readonly broadcasts: number;
  readonly bitsPerSecond: number;
  /** Sent before counting begins. */
  readonly warmUpMs: number;
  /** Counted. */
  readonly durationMs: number;
}

/** Frames that are counted: their sequence numbers from `from` to before `to`, the same in every broadcast. */
export interface CountedRange {
  readonly from: number;
  readonly to: number;
}

/** Shape of one broadcast of `plan`: 30 pictures/s, AAC-sized audio, a key frame every 2 s. */
export function shapeOf({ bitsPerSecond }: Pick<HopPlan, 'bitsPerSecond'>): BroadcastShape {
  return { bitsPerSecond, framesPerSecond: 30, keyFrameSeconds: 2, keyFrameWeight: 8 };
}

/** The frames of one broadcast up to the end of `plan`. Their payloads are templates: `stamp` copies one. */
export function* plannedTags(plan: HopPlan): Generator<ScheduledTag> {
  const endMs = plan.warmUpMs + plan.durationMs;
  for (const tag of broadcastTags(shapeOf(plan))) {
    if (tag.dueMs >= endMs) return;
    yield tag;
  }
}

/** Which frames of `plan` are counted. */
export function countedRange(plan: HopPlan): CountedRange {
  let [from, to] = [-1, 0];
  for (const { dueMs, sequence } of plannedTags(plan)) {
    if (from < 0 && dueMs >= plan.warmUpMs) from = sequence;
    to = sequence + 1;
  }
  return { from: Math.max(from, 0), to };
}

/** How long after the first broadcast the one numbered `index` begins: encoders are not in step. */
export function offsetMs(index: number, broadcasts: number): number {
  return (index * KEY_FRAME_MS) / broadcasts;
}

/** A frame of its own, with the time it leaves. */
export function stamp(tag: ScheduledTag, nowMs: number): Uint8Array {
  const payload = Buffer.from(tag.payload);
  payload.writeDoubleBE(nowMs, tag.type === 9 ? VIDEO_STAMP_AT : AUDIO_STAMP_AT);
  return payload;
}

/** When the frame left, ms of `systemClockMs`. */
export function stampOf(type: number, payload: Uint8Array): number {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return view.getFloat64(type === 9 ? VIDEO_STAMP_AT : AUDIO_STAMP_AT);
}

/** Monotonic ms, the same clock in every process of this machine. */
export function systemClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const KEY_FRAME_MS = 2_000;
/** Behind head and sequence number of `broadcastTags`. */
const AUDIO_STAMP_AT = 6;
const VIDEO_STAMP_AT = 14;
