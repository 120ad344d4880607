/** A recorded encode as a broadcast: tags with the recorded sizes, and when each is due. */
import { encodeAmf, type FlvTag } from '@longhaul/flv';
import type { FrameKind, TrackName } from '../records/index.js';
import * as Aac from './aac.js';
import * as Avc from './avc.js';
import { pattern } from './pattern.js';
import { AUDIO, FRAMES_PER_SECOND, SHAPE_LIST } from './shapes.js';
import * as Stamp from './stamp.js';
import * as Trace from './trace.js';

/** Which broadcast. The same options give the same frames. */
export interface BroadcastOptions {
  /** One of `SHAPES`. */
  readonly shape: string;
  /** 32 bits: where in the trace it begins, and what fills the frames. */
  readonly seed: number;
  readonly durationS: number;
  /** Without it there is video alone. */
  readonly audio: boolean;
}

/** A frame that is yet to be stamped. */
export interface PlannedFrame {
  readonly sequence: number;
  readonly track: TrackName;
  readonly kind: FrameKind;
  /** When it leaves the encoder, from the beginning of the broadcast. */
  readonly dueUs: number;
  readonly dtsMs: number;
  readonly ptsMs: number;
  /** Payload of the tag. */
  readonly bytes: number;
  /** Of a video frame. */
  readonly picture?: Avc.Picture;
}

/** The tags before any frame: metadata and both sequence headers. */
export function headerTags({ shape, audio }: Pick<BroadcastOptions, 'shape' | 'audio'>): FlvTag[] {
  const [width, height] = sizeOf(shape);
  const properties = new Map<string, string | number>([
    ['width', width],
    ['height', height],
    ['framerate', FRAMES_PER_SECOND],
    ['videocodecid', AVC_CODEC],
    ...(audio ? ([['audiocodecid', AAC_FORMAT]] as const) : []),
  ]);
  const video = Buffer.concat([Buffer.of(0x17, 0, 0, 0, 0), Avc.configuration(width, height)]);
  const sound = Buffer.concat([Buffer.of(AAC_TAG, 0), Aac.AUDIO_SPECIFIC_CONFIG]);
  return [
    { type: 18, timestamp: 0, payload: encodeAmf(['onMetaData', properties]) },
    { type: 9, timestamp: 0, payload: video },
    ...(audio ? [{ type: 8, timestamp: 0, payload: sound } as const] : []),
  ];
}

/** The frames in the order of sending. */
export function* plannedFrames(options: BroadcastOptions): Generator<PlannedFrame> {
  const endUs = options.durationS * 1e6;
  const video = pictures(options);
  const audio = options.audio ? sounds(options) : undefined;
  let [picture, sound] = [video.next().value, audio?.next().value];
  for (let sequence = 0; ; sequence++) {
    if (sound !== undefined && sound.dueUs < picture.dueUs) {
      if (sound.dueUs >= endUs) return;
      yield { ...sound, sequence };
      sound = audio?.next().value;
    } else {
      if (picture.dueUs >= endUs) return;
      yield { ...picture, sequence };
      picture = video.next().value;
    }
  }
}

/** The tag of a frame that is due at `captureUs`. Its payload is a buffer of its own. */
export function tagOf(frame: PlannedFrame, { seed, captureUs }: { seed: number; captureUs: number }): FlvTag {
  const { sequence, kind, ptsMs, dtsMs, bytes, picture } = frame;
  const stamp = (fillBytes: number) =>
    Stamp.encode({ sequence, captureUs, seed, kind, ptsMs, bytes, fillBytes });
  if (picture === undefined) {
    const blockBytes = bytes - AUDIO_HEAD_BYTES;
    const fillBytes = Aac.capacity(blockBytes) - Stamp.STAMP_BYTES;
    const data = Buffer.concat([stamp(fillBytes), pattern(seed, sequence, fillBytes)]);
    const payload = Buffer.concat([Buffer.of(AAC_TAG, 1), Aac.rawDataBlock(data, blockBytes)]);
    return { type: 8, timestamp: dtsMs, payload };
  }
  const fillBytes = bytes - VIDEO_HEAD_BYTES - Avc.overhead(picture);
  const unit = Avc.accessUnit(picture, stamp(fillBytes), pattern(seed, sequence, fillBytes));
  // FLV 10.1 §E.4.3: frame type and codec, AVC NAL units, composition time.
  const head = Buffer.from([kind === 'key' ? 0x17 : kind === 'delta' ? 0x27 : 0x37, 1, 0, 0, 0]);
  head.writeIntBE(ptsMs - dtsMs, 2, 3);
  return { type: 9, timestamp: dtsMs, payload: Buffer.concat([head, unit]) };
}

type Unnumbered = Omit<PlannedFrame, 'sequence'>;

/** Pictures without end, from a group that the seed picks. */
function* pictures({ shape, seed }: BroadcastOptions): Generator<Unnumbered, never> {
  const { frames } = Trace.load(shape);
  const keys = frames.flatMap(({ kind }, at) => (kind === 'key' ? [at] : []));
  // Neighbouring seeds begin far apart.
  let at = keys[(Math.imul(seed, 0x9e3779b1) >>> 0) % keys.length] ?? 0;
  const order = new DisplayOrder();
  for (let count = 0; ; count++, at = (at + 1) % frames.length) {
    const { kind, bytes, delay } = frames[at] as Trace.TraceFrame;
    const picture = order.next(kind as Avc.Picture['kind'], delay);
    yield {
      track: 'video',
      kind,
      dueUs: Math.round((count * 1e6) / FRAMES_PER_SECOND),
      dtsMs: Math.round((count * 1e3) / FRAMES_PER_SECOND),
      ptsMs: Math.round(((count + delay) * 1e3) / FRAMES_PER_SECOND),
      bytes: VIDEO_HEAD_BYTES + Math.max(bytes, Avc.overhead(picture) + LEAST_FILL_BYTES),
      picture,
    };
  }
}

/** Input: pictures in the order of decoding. Output: what their slice headers say. */
class DisplayOrder {
  #references = 0;
  #decoded = 0;
  #keyDelay = 0;
  #lastShown = 0;

  next(kind: Avc.Picture['kind'], delay: number): Avc.Picture {
    if (kind === 'key') {
      [this.#references, this.#decoded, this.#lastShown] = [0, 0, 0];
      this.#keyDelay = delay;
    }
    const shown = Math.max(0, this.#decoded + delay - this.#keyDelay);
    const picture = { kind, bidirectional: shown < this.#lastShown, frameNumber: this.#references, shown };
    this.#lastShown = Math.max(this.#lastShown, shown);
    this.#decoded++;
    if (kind !== 'discardable') this.#references++;
    return picture;
  }
}

/** Audio frames without end. */
function* sounds({ seed }: BroadcastOptions): Generator<Unnumbered, never> {
  const { frames } = Trace.load(AUDIO.name);
  const first = (Math.imul(seed, 0x85ebca6b) >>> 0) % frames.length;
  for (let count = 0; ; count++) {
    const { bytes } = frames[(first + count) % frames.length] as Trace.TraceFrame;
    const timeMs = (count * AUDIO.frameSamples * 1e3) / AUDIO.sampleRate;
    yield {
      track: 'audio',
      kind: 'audio',
      dueUs: Math.round(timeMs * 1e3),
      dtsMs: Math.round(timeMs),
      ptsMs: Math.round(timeMs),
      bytes: AUDIO_HEAD_BYTES + Math.max(bytes, LEAST_BLOCK_BYTES),
    };
  }
}

function sizeOf(name: string): [number, number] {
  const [width = 0, height = 0] = (SHAPE_LIST.find((shape) => shape.name === name)?.size ?? '')
    .split('x')
    .map(Number);
  return [width, height];
}

const AVC_CODEC = 7;
const AAC_FORMAT = 10;
/** Sound format 10, the rest fixed for AAC: FLV 10.1 §E.4.2.1. */
const AAC_TAG = 0xaf;
const VIDEO_HEAD_BYTES = 5;
const AUDIO_HEAD_BYTES = 2;
/** Frames of a trace that are smaller grow to what holds a stamp and some filler. */
const LEAST_FILL_BYTES = 4;
const LEAST_BLOCK_BYTES = 96;
