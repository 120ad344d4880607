/** An RTMP message or FLV tag, as an encoder sends it. */
export interface Message {
  /** 8 audio, 9 video, 18 script data (FLV 10.1 §E.4.1). */
  readonly type: 8 | 9 | 18;
  /** Milliseconds, unsigned 32 bits: it wraps. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}
