import type { MediaCode } from '../codes.js';
import { WireError } from '../errors.js';

/** What a track carries. */
export type Media = keyof typeof MediaCode;

/** Names a track within its broadcast. */
export interface TrackId {
  readonly media: Media;
  /** Track number of Enhanced RTMP; 0 for the only track of its media. At most 255. */
  readonly index: number;
}

/** The media that `code` stands for. Throws LH_WIRE_RANGE for a number this version does not know. */
export function mediaOf(code: number): Media {
  const media = MEDIA[code];
  if (media === undefined) throw new WireError('LH_WIRE_RANGE', `media ${code} is unknown`);
  return media;
}

const MEDIA: readonly (Media | undefined)[] = [undefined, 'video', 'audio', 'data'];
