/** Which frames get a capture stamp: video's, or audio's while there is no video. */
import type { MediaTag } from '../media/source.js';
import { encodeStamp } from './stamp.js';
import type { TimedTag } from './timed-tag.js';

/** Without video for this long, audio is what viewers wait for. */
const NO_VIDEO_MS = 1_000;

/** Inputs: the tags of one publish in order. Output: the stamp to send before one. */
export class Stamper {
  readonly #every: number;
  #frames = 0;
  #sequence = 0;
  #lastVideoMs: number | undefined;

  /** Stamps every `every`th frame. */
  constructor(every: number) {
    this.#every = every;
  }

  /** The message to send just before `tag`, at `wallMs`; undefined when it gets none. */
  stamp(tag: TimedTag, timestamp: number, wallMs: number): MediaTag | undefined {
    if (!tag.isFrame) return undefined;
    const media = tag.type === 9 ? 'video' : 'audio';
    this.#lastVideoMs = media === 'video' ? tag.timeMs : (this.#lastVideoMs ?? tag.timeMs);
    if (media === 'audio' && tag.timeMs - this.#lastVideoMs < NO_VIDEO_MS) return undefined;
    if (this.#frames++ % this.#every !== 0) return undefined;
    return { type: 18, timestamp, payload: encodeStamp({ sequence: this.#sequence++, wallMs, media }) };
  }
}
