/** Addresses of media on the command line: `http(s)://`, `ws(s)://` and `rtmp://`. */
import { parseRtmpUrl, type RtmpUrl as RtmpAddress } from '@longhaul/flv';
import { CliError, firstLine } from '../errors.js';

/** An FLV stream over HTTP or WebSocket. */
export interface FlvUrl {
  readonly kind: 'http-flv' | 'ws-flv';
  /** For messages: without what may be secret. */
  readonly href: string;
  /** What is asked of the server, query and all. */
  readonly target: string;
}

/** An RTMP stream: `rtmp://host[:port]/app/stream[?query]`. */
export interface RtmpUrl extends RtmpAddress {
  readonly kind: 'rtmp';
  /** For messages: without what may be secret. */
  readonly href: string;
}

/** Where media is read from or published to. */
export type MediaUrl = FlvUrl | RtmpUrl;

/** True when `text` is an address and not a file name. */
export function looksLikeUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** Reads an address. Throws `LH_CLI_USAGE` with the address and the rule. */
export function parseMediaUrl(text: string): MediaUrl {
  const url = looksLikeUrl(text) && URL.canParse(text) ? new URL(text) : undefined;
  switch (url?.protocol) {
    case 'http:':
    case 'https:':
      return flvUrl('http-flv', url);
    case 'ws:':
    case 'wss:':
      return flvUrl('ws-flv', url);
    case 'rtmp:':
      return rtmpUrl(text);
    default:
      throw new CliError(
        'LH_CLI_USAGE',
        `"${withoutQuery(text)}" is no media address: write http://HOST:PORT/APP/STREAM.flv, ws://HOST:PORT/APP/STREAM.flv or rtmp://HOST:PORT/APP/STREAM`,
      );
  }
}

/** Reads an address to publish to. Throws `LH_CLI_USAGE` when it is not RTMP. */
export function parsePublishUrl(text: string): RtmpUrl {
  const url = parseMediaUrl(text);
  if (url.kind === 'rtmp') return url;
  throw new CliError(
    'LH_CLI_USAGE',
    `cannot publish to "${withoutQuery(text)}": write rtmp://HOST:PORT/APP/STREAM`,
  );
}

/** `text` as messages show it: a query may hold a token, which is for the server. */
export function withoutQuery(text: string): string {
  return text.split('?', 1)[0] as string;
}

function flvUrl(kind: FlvUrl['kind'], url: URL): FlvUrl {
  return { kind, href: `${url.protocol}//${url.host}${url.pathname}`, target: url.href };
}

function rtmpUrl(text: string): RtmpUrl {
  try {
    return { kind: 'rtmp', href: withoutQuery(text), ...parseRtmpUrl(text) };
  } catch (error) {
    throw new CliError('LH_CLI_USAGE', firstLine(error), { cause: error });
  }
}
