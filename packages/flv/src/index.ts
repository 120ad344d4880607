/**
 * RTMP and FLV, without I/O: handshake, chunk stream, AMF0, publish and play sessions, FLV tags, and what each frame
 * is. Opens no socket, reads no clock, draws no random number: the time and random bytes are arguments. Decodes no
 * picture and changes no payload byte.
 */
export * from './amf0/decode.js';
export * from './amf0/encode.js';
export * from './amf0/value.js';
export * from './errors.js';
export { encodeFlvHeader, type FlvHeader } from './file/header.js';
export { FlvReader } from './file/reader.js';
export { encodeTag, type FlvTag, TAG_HEADER_BYTES, TAG_TRAILER_BYTES } from './file/tag.js';
export * from './limits.js';
export * from './media/classification.js';
export { MediaClassifier } from './media/classifier.js';
export { encodeSharedMedia, type SharedMediaOptions } from './rtmp/chunk/shared.js';
export type { HandshakeMode } from './rtmp/handshake/packet.js';
export type { MediaMessage, MediaType } from './rtmp/message/message.js';
export type { ConnectRequest } from './rtmp/session/capabilities.js';
export {
  type RtmpClientEvents,
  type RtmpClientOptions,
  RtmpClientSession,
  type RtmpClientState,
} from './rtmp/session/client-session.js';
export type { RtmpConnectionStats } from './rtmp/session/connection.js';
export * from './rtmp/session/server-events.js';
export {
  type RtmpServerOptions,
  RtmpServerSession,
  type RtmpServerState,
  SERVER_CHUNK_BYTES,
} from './rtmp/session/server-session.js';
export { type Status, StatusCode, type StatusLevel } from './rtmp/session/status.js';
export {
  parseRtmpUrl,
  parseStreamAddress,
  type RtmpUrl,
  type StreamAddress,
} from './rtmp/stream-address.js';
