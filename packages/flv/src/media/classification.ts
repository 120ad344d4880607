/** What forwarding and dropping need to know of a message. */

/** What a track carries. */
export type MediaKind = 'video' | 'audio' | 'data';

/**
 * `init`: needed before anything else of the track (sequence headers, metadata). `key`: a picture that decoding can
 * start at. `delta`: any other picture. `discardable`: nothing refers to it. `audio`, `data`: the rest.
 */
export type FrameKind = 'init' | 'key' | 'delta' | 'discardable' | 'audio' | 'data';

/** One message, classified. */
export interface Classification {
  readonly media: MediaKind;
  /** Track: the Enhanced RTMP track id, else 0. */
  readonly index: number;
  readonly kind: FrameKind;
  /** Codec in common words, such as `h264` or `aac`; `script` for data; `unknown` when it is none of the table's. */
  readonly codec: string;
}
