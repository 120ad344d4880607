/** Frames of any encoder, told apart by their content: for what carries no stamps. */
import { createHash } from 'node:crypto';
import { type FlvTag, MediaClassifier } from '@longhaul/flv';
import * as Avc from './avc.js';
import type { Reading } from './frame-reader.js';

/** Input: the tags of one viewer in order. Output: frames, numbered as they came, without capture times. */
export class ContentReader {
  readonly #classifier = new MediaClassifier();
  #next = 0;

  read(tag: Pick<FlvTag, 'type' | 'payload' | 'timestamp'>): Reading {
    const { kind } = this.#classifier.classify(tag);
    if (kind === 'init' || kind === 'data') return { state: 'other' };
    const payload = Buffer.from(tag.payload.buffer, tag.payload.byteOffset, tag.payload.byteLength);
    const track = tag.type === 9 ? 'video' : 'audio';
    // FLV 10.1 §E.4.2.2 and §E.4.3.1: packet type 1 is a frame, 2 the end of a sequence.
    if (payload[1] !== 1 || (kind === 'audio') !== (track === 'audio')) return { state: 'other' };
    const coded = track === 'video' ? Avc.slices(payload.subarray(5)) : [payload.subarray(2)];
    const hash = createHash('sha1');
    for (const piece of coded) hash.update(piece);
    const offsetMs = track === 'video' ? payload.readIntBE(2, 3) : 0;
    return {
      state: 'frame',
      sequence: this.#next++,
      track,
      kind,
      ptsMs: tag.timestamp + offsetMs,
      bytes: payload.length,
      captureUs: 0,
      identity: hash.digest('base64').slice(0, 16),
    };
  }
}
