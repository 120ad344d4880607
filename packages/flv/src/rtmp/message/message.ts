/** An RTMP message and the type ids of them (RTMP 1.0 §5.4, §7.1). */

/** Message type ids. */
export const MessageType = {
  SET_CHUNK_SIZE: 1,
  ABORT: 2,
  ACKNOWLEDGEMENT: 3,
  USER_CONTROL: 4,
  WINDOW_ACKNOWLEDGEMENT_SIZE: 5,
  SET_PEER_BANDWIDTH: 6,
  AUDIO: 8,
  VIDEO: 9,
  DATA_AMF3: 15,
  SHARED_OBJECT_AMF3: 16,
  COMMAND_AMF3: 17,
  DATA: 18,
  SHARED_OBJECT: 19,
  COMMAND: 20,
  AGGREGATE: 22,
} as const;

/** A whole message as it leaves or enters the chunk stream. */
export interface RtmpMessage {
  readonly type: number;
  /** 0 for control and connection commands, else what createStream gave. */
  readonly streamId: number;
  /** Milliseconds, unsigned 32 bits. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/** Audio 8, video 9 or script data 18: the same numbers in RTMP messages and FLV tags (FLV 10.1 §E.4.1). */
export type MediaType = 8 | 9 | 18;

/** One frame as RTMP and FLV carry it. `payload` is shared by all who hold the message: never change it. */
export interface MediaMessage {
  readonly type: MediaType;
  /** Milliseconds, unsigned 32 bits; it wraps. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}
