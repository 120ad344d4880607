/** What a server session tells its owner and what it is told in return. */
import type { MediaMessage } from '../message/message.js';
import type { StreamAddress } from '../stream-address.js';
import type { ConnectRequest } from './capabilities.js';

/** A client wants to publish. Answer with `acceptPublish` or `refuse`, now or later; media that comes before is dropped. */
export interface PublishRequest extends StreamAddress {
  /** The message stream; names the publication in every later call and event. */
  readonly streamId: number;
  /** `live`, `record`, `append` or what the client said; empty when it said nothing. */
  readonly mode: string;
}

/** A client wants to play. Answer with `acceptPlay` or `refuse`, now or later. */
export interface PlayRequest extends StreamAddress {
  readonly streamId: number;
}

/** A message of an accepted publication. */
export interface PublishedMessage extends MediaMessage {
  readonly streamId: number;
}

/** Events fire inside `handle`, `poll` or `close`, in the order of the bytes. */
export interface RtmpServerEvents {
  /** Before connect is accepted. Calling `refuseConnect` here turns the client away. */
  onConnect?(request: ConnectRequest): void;
  onPublish(request: PublishRequest): void;
  onPlay(request: PlayRequest): void;
  /** `payload` is a buffer of its own, without RTMP's `@setDataFrame`; otherwise as it came. */
  onMedia(message: PublishedMessage): void;
  /** A requested or accepted publication is over: the client ended it, or the session closed. */
  onUnpublish(streamId: number): void;
  /** A requested or accepted play is over: the client ended it, or the session closed. */
  onStop(streamId: number): void;
  /** The answer to `ping`: the time that was given to it, ms modulo 2^32. */
  onPong?(sentMs: number): void;
}

/** Why a session is closed. */
export type SessionEnd =
  | { readonly by: 'owner' }
  | { readonly by: 'refusal'; readonly code: string }
  | { readonly by: 'error'; readonly error: Error };
