/**
 * longhaul/1 on the wire, as docs/wire.md specifies it: control messages, track and group streams, datagrams.
 * Pure functions and incremental decoders; it opens nothing, waits for nothing and knows no codec.
 */
export * from './byte-queue.js';
export * from './codes.js';
export type { Announce } from './control/announce.js';
export type { AnnounceOk } from './control/announce-ok.js';
export * from './control/control-decoder.js';
export { CODECS, type ControlMessage, codecOf, encodeControl } from './control/control-message.js';
export type { Goaway } from './control/goaway.js';
export type { Hello } from './control/hello.js';
export type { MessageCodec } from './control/message-codec.js';
export type { Probe } from './control/probe.js';
export type { ProbeReply } from './control/probe-reply.js';
export type { RequestError } from './control/request-error.js';
export type { Start, Subscribe } from './control/subscribe.js';
export type { SubscribeEnd } from './control/subscribe-end.js';
export type { SubscribeOk } from './control/subscribe-ok.js';
export type { SubscribeUpdate } from './control/subscribe-update.js';
export * from './datagram.js';
export * from './errors.js';
export * from './limits.js';
export * from './media/frame-kind.js';
export {
  encodeDropped,
  encodeFrame,
  encodeFrameHead,
  encodeTruncated,
  type FrameRecord,
  type Position,
} from './media/frame-record.js';
export { encodeInit, type InitRecord } from './media/init-record.js';
export {
  encodeGroupHeader,
  encodeTrackHeader,
  type GroupHeader,
  StreamType,
  type TrackHeader,
} from './media/stream-header.js';
export * from './media/track-id.js';
export * from './media/uni-decoder.js';
export * as Varint from './varint.js';
