/** Media that arrives over a network, whatever the protocol. */
import type { FlvTag } from '@longhaul/flv';
import type { CliError } from '../errors.js';

/** One FLV tag or RTMP message: type 8 audio, 9 video, 18 script data. */
export type MediaTag = FlvTag;

/** What the owner of a source hears. */
export interface SourceEvents {
  /** The transport is connected. */
  onConnected?(): void;
  /** The server accepted the request. `lengthKnown`: a file, not a live stream, so it arrives faster than real time. */
  onOpen?(info: { readonly lengthKnown: boolean }): void;
  /** Bytes arrived from the server (payload of the transport). */
  onBytes?(count: number): void;
  onTag(tag: MediaTag): void;
  /** Fired once; without an error the server ended the stream in good order. Not fired after `close()`. */
  onEnd(error: CliError | undefined): void;
}

/** A source that is being read. */
export interface MediaSource {
  /** Stops reading: the server's window fills. */
  pause(): void;
  resume(): void;
  /** Idempotent. */
  close(): void;
}

/** No server takes longer than this to accept a connection and the request on it. A relay waits 10 s for a broadcast it does not know yet. */
export const OPEN_TIMEOUT_MS = 15_000;
