/** Tags with their place in media time. */
import { MediaClassifier } from '@longhaul/flv';
import type { MediaTag } from '../media/source.js';
import { TimestampUnwrapper } from '../media/unwrap.js';

/** A tag with its place in media time: unwrapped, and growing over the seams of a loop. */
export interface TimedTag {
  readonly type: MediaTag['type'];
  readonly timeMs: number;
  readonly payload: Uint8Array;
  /** `video0`, `audio0`, `data0` ... */
  readonly track: string;
  /** A picture or an audio packet: no header, no metadata, no mark of an end. Only these keep time. */
  readonly isFrame: boolean;
  /** A sequence header or metadata. */
  readonly isInit: boolean;
}

/** Input: the tags of one source in order. Output: the same with their times. */
export class TagTimer {
  readonly #unwrapper = new TimestampUnwrapper();
  readonly #classifier = new MediaClassifier();

  time(tag: MediaTag): TimedTag {
    const { type, payload } = tag;
    const { kind, media, index } = this.#classifier.classify(tag);
    const isInit = kind === 'init';
    return {
      type,
      timeMs: this.#unwrapper.unwrap(tag.timestamp),
      payload,
      track: `${media}${index}`,
      isFrame: type !== 18 && !isInit && !isSequenceEnd(tag),
      isInit,
    };
  }
}

/**
 * True for the tag that says a video or audio sequence is over: AVC packet type 2 (FLV 10.1 §E.4.3.1), or SequenceEnd
 * of Enhanced RTMP.
 */
export function isSequenceEnd({ type, payload }: Pick<MediaTag, 'type' | 'payload'>): boolean {
  const first = payload[0];
  if (first === undefined) return false;
  if (type === 9) {
    if ((first & 0x80) !== 0) return (first & 0x0f) === EX_SEQUENCE_END;
    return (first & 0x0f) === AVC_CODEC && payload[1] === AVC_END_OF_SEQUENCE;
  }
  return type === 8 && first >> 4 === EX_AUDIO && (first & 0x0f) === EX_SEQUENCE_END;
}

const AVC_CODEC = 7;
const AVC_END_OF_SEQUENCE = 2;
const EX_SEQUENCE_END = 2;
const EX_AUDIO = 9;
