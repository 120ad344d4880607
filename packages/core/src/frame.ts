/** One RTMP or FLV message as the core sees it: opaque bytes with what forwarding and dropping need to know. */

/** What may be dropped is decided by kind alone (design: only `flv` knows codecs). */
export type FrameKind = 'init' | 'key' | 'delta' | 'discardable' | 'audio' | 'data';

/** What a track carries. */
export type TrackMedia = 'video' | 'audio' | 'data';

/** A coded picture, an audio packet, a script message or init data. `payload` is shared by every viewer and link: never change it. */
export interface Frame {
  readonly kind: FrameKind;
  /** Milliseconds, unsigned 32 bits, as the publisher sent it (it wraps). */
  readonly timestamp: number;
  /** Position among all frames of the broadcast in this epoch, init included, as ingested: 0, 1, 2 ... It lets an egress restore order across tracks without waiting on a clean link. */
  readonly ordinal: number;
  readonly payload: Uint8Array;
  /** It was dropped on the way, too late to be of use: only its place is known, `payload` is empty. No decoder gets it. */
  readonly dropped?: true;
}
