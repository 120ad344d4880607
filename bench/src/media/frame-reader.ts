/** Reads stamped frames back, from the tags of any FLV or RTMP source, remuxed or not. */
import type { FlvTag } from '@longhaul/flv';
import type { FrameKind, TrackName } from '../records/index.js';
import * as Aac from './aac.js';
import * as Avc from './avc.js';
import { pattern } from './pattern.js';
import * as Stamp from './stamp.js';

/** A frame. */
export interface FrameReading {
  readonly state: 'frame';
  readonly sequence: number;
  readonly track: TrackName;
  readonly kind: FrameKind;
  readonly ptsMs: number;
  /** As it was sent. */
  readonly bytes: number;
  readonly captureUs: number;
  /** Of a frame that is known by its content: the same for the same coded bytes, however they are muxed. */
  readonly identity?: string;
}

/** What a tag is. */
export type Reading =
  | FrameReading
  /** It has a stamp's place, and the stamp or what follows is not what the source of this seed put there. */
  | { readonly state: 'corrupt' }
  /** Header, metadata, end of a sequence, or media of someone else. */
  | { readonly state: 'other' };

/** Says what each tag is; `seed` is the source's. */
export class FrameReader {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
  }

  read({ type, payload }: Pick<FlvTag, 'type' | 'payload'>): Reading {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    // FLV 10.1 §E.4.2.2 and §E.4.3.1: packet type 1 is a frame.
    if (type === 9 && (bytes[0] ?? 0) % 16 === 7 && bytes[1] === 1)
      return this.#readPicture(bytes.subarray(5));
    if (type === 8 && bytes[0] === 0xaf && bytes[1] === 1) return this.#readSound(bytes.subarray(2));
    return { state: 'other' };
  }

  #readPicture(unit: Buffer): Reading {
    const found = Avc.find(unit);
    if (found === undefined) return { state: 'other' };
    return this.#check('video', found.stamp, (fillBytes) => found.slice.subarray(-fillBytes));
  }

  #readSound(block: Buffer): Reading {
    const data = Aac.dataOf(block);
    if (data === undefined) return { state: 'other' };
    return this.#check('audio', data, () => data.subarray(Stamp.STAMP_BYTES));
  }

  #check(track: TrackName, stampBytes: Buffer, fillOf: (fillBytes: number) => Buffer): Reading {
    const stamp = Stamp.decode(stampBytes);
    if (stamp === undefined || stamp.seed !== this.#seed) return { state: 'corrupt' };
    const { sequence, fillBytes, kind, ptsMs, bytes, captureUs } = stamp;
    const isRight = pattern(stamp.seed, sequence, fillBytes).equals(fillOf(fillBytes));
    if (!isRight || (kind === 'audio') !== (track === 'audio')) return { state: 'corrupt' };
    return { state: 'frame', sequence, track, kind, ptsMs, bytes, captureUs };
  }
}
