/** What the library leaves as it is and should not: flow control windows, and pings of sessions that are gone. */
import type { ClientHttp2Session, ServerHttp2Session } from 'node:http2';
import type { MuxLimits } from '@longhaul/tcp/mux';

/**
 * With the library's own windows a stream stops for ever at 16 KiB; it must find the session's window equal to its limit.
 * Streams are more than ours by the control stream, and their numbers take bytes as well.
 */
export function libraryOptions(limits: MuxLimits): object {
  const sessionBytes = 2 * limits.connectionWindowBytes + SPARE_BYTES;
  const streams = 2 * (limits.maxConcurrentUni + limits.maxConcurrentBidi) + SPARE_STREAMS;
  return {
    initialSessionFlowControlWindow: sessionBytes,
    sessionFlowControlWindowSizeLimit: sessionBytes,
    initialStreamFlowControlWindow: 2 * limits.streamWindowBytes + SPARE_BYTES,
    streamFlowControlWindowSizeLimit: 2 * limits.streamWindowBytes + SPARE_BYTES,
    initialBidirectionalStreams: streams,
    initialUnidirectionalStreams: streams,
    initialBidirectionalSendStreams: streams,
    initialUnidirectionalSendStreams: streams,
  };
}

/** One HTTP/2 stream carries the whole session: with the 64 KiB of RFC 9113 §6.9.2 a round trip of 180 ms would allow 2.9 Mbit/s. */
export function widen(session: ClientHttp2Session | ServerHttp2Session, limits: MuxLimits): void {
  const bytes = 4 * limits.connectionWindowBytes + SPARE_BYTES;
  session.settings({ initialWindowSize: bytes });
  session.setLocalWindowSize(bytes);
}

/**
 * The library pings by a timer that may find the session destroyed, where Node throws: then nothing is sent. And it
 * closes sessions in a way that waits for the peer without end: when one ends is for us to say, by `destroy`.
 */
export function guard(session: ClientHttp2Session | ServerHttp2Session): void {
  const ping = session.ping.bind(session) as (...args: unknown[]) => boolean;
  Object.assign(session, {
    ping: (...args: unknown[]) => !session.destroyed && !session.closed && ping(...args),
    close: () => {},
  });
}

const SPARE_BYTES = 1024 * 1024;
const SPARE_STREAMS = 64;
