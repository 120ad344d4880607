/** What a peer may make this package hold or do. */

const KIB = 1024;
const MIB = 1024 * KIB;

/** Budgets of one AMF0 decode; they count over all values of a message together. */
export interface AmfLimits {
  /** Objects and arrays inside one another. */
  readonly maxDepth: number;
  /** Properties of objects and ECMA arrays plus elements of strict arrays. */
  readonly maxProperties: number;
  /** UTF-8 bytes of one string. */
  readonly maxStringBytes: number;
}

/** Limits of one RTMP connection. Buffers grow with the bytes received, so these bound memory and never reserve it. */
export interface RtmpLimits {
  /** Chunk sizes a peer may set, bytes. A tiny one costs processor time for every byte. */
  readonly minChunkBytes: number;
  readonly maxChunkBytes: number;
  /** One message by kind, bytes. `command` holds for commands, data and every type not named. */
  readonly maxAudioBytes: number;
  readonly maxVideoBytes: number;
  readonly maxCommandBytes: number;
  /** Chunk streams a peer may use over the connection's life. */
  readonly maxChunkStreams: number;
  /** Received bytes of messages not yet complete, over all chunk streams. */
  readonly maxPartialBytes: number;
  /** Message streams (createStream) open at once. */
  readonly maxMessageStreams: number;
  /** From construction to an accepted `connect`, ms. */
  readonly connectTimeoutMs: number;
  readonly amf: AmfLimits;
}

/** Limits of an {@link FlvReader}. */
export interface FlvLimits {
  /** Payload of one tag, bytes. The format allows 16 MiB - 1. */
  readonly maxTagBytes: number;
  /** The file header with its extension, bytes. */
  readonly maxHeaderBytes: number;
}

/** Deep enough for any real metadata; 70,000 nested arrays fit into 350 KB. */
export const DEFAULT_AMF_LIMITS: AmfLimits = {
  maxDepth: 32,
  maxProperties: 1024,
  maxStringBytes: 64 * KIB,
};

/** What a relay that listens to the internet starts from. */
export const DEFAULT_RTMP_LIMITS: RtmpLimits = {
  minChunkBytes: 128,
  maxChunkBytes: MIB,
  maxAudioBytes: 4 * MIB,
  maxVideoBytes: 4 * MIB, // a 4K key frame is 1 to 2 MiB
  maxCommandBytes: 64 * KIB,
  maxChunkStreams: 16,
  maxPartialBytes: 8 * MIB,
  maxMessageStreams: 8,
  connectTimeoutMs: 5000,
  amf: DEFAULT_AMF_LIMITS,
};

/** Every tag the format can express. */
export const DEFAULT_FLV_LIMITS: FlvLimits = {
  maxTagBytes: 16 * MIB - 1,
  maxHeaderBytes: 64 * KIB,
};
