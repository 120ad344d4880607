/** Which stream a client means: application, name and query from what it put into connect, publish and play. */
import { RtmpUrlError } from '../errors.js';

/** A stream as one RTMP client names it. Nothing here is validated: the relay does that, once. */
export interface StreamAddress {
  /** Host of the tcUrl in lower case without port; empty when there is none. */
  readonly host: string;
  /** Application without surrounding slashes and query. */
  readonly app: string;
  /** Stream name without surrounding slashes and query. */
  readonly name: string;
  /** Query string without `?`, empty when there is none. Secrets live here: never log it. */
  readonly query: string;
}

/**
 * Takes the query off wherever an encoder left it: OBS and ffmpeg in the stream name, rtmpdump and others in the
 * application or the tcUrl. The stream name's comes first, so `URLSearchParams.get` prefers it.
 */
export function parseStreamAddress(from: { tcUrl: string; app: string; name: string }): StreamAddress {
  const name = splitQuery(from.name);
  const app = splitQuery(from.app);
  const tcUrl = splitQuery(from.tcUrl);
  const queries = [name.query, app.query, tcUrl.query].filter((query) => query !== '');
  return {
    host: hostOf(tcUrl.path),
    app: trimSlashes(app.path),
    name: trimSlashes(name.path),
    query: [...new Set(queries)].join('&'),
  };
}

/** An RTMP URL as a client uses it. */
export interface RtmpUrl {
  readonly host: string;
  /** 1935 when the URL has none. */
  readonly port: number;
  readonly app: string;
  /** Stream name with its query: what publish and play send. */
  readonly name: string;
  readonly tcUrl: string;
}

/** `rtmp://HOST[:PORT]/APP/NAME[?QUERY]`; everything before the last segment is the application. @throws RtmpUrlError `LH_RTMP_URL` */
export function parseRtmpUrl(url: string): RtmpUrl {
  const { path, query } = splitQuery(url);
  const match = /^rtmp:\/\/(\[[0-9a-fA-F:.]+\]|[^/:@?#[\]]+)(?::(\d{1,5}))?\/(.+)\/([^/]+)$/.exec(path);
  const port = Number(match?.[2] ?? DEFAULT_PORT);
  if (!match || port < 1 || port > 65535) {
    throw new RtmpUrlError(
      `not an RTMP URL of the form rtmp://HOST[:PORT]/APP/STREAM: ${path.replace(/\/\/[^/]*@/, '//')}`,
    );
  }
  const [, authority = '', , app = '', name = ''] = match;
  const suffix = port === DEFAULT_PORT ? '' : `:${port}`;
  return {
    host: authority.replace(/^\[|\]$/g, ''),
    port,
    app,
    name: query === '' ? name : `${name}?${query}`,
    tcUrl: `rtmp://${authority}${suffix}/${app}`,
  };
}

function splitQuery(text: string): { path: string; query: string } {
  const mark = text.indexOf('?');
  if (mark < 0) return { path: text, query: '' };
  return { path: text.slice(0, mark), query: text.slice(mark + 1) };
}

function hostOf(tcUrl: string): string {
  const match = /^[a-z]+:\/\/(?:[^/@]*@)?(\[[0-9a-fA-F:.]+\]|[^/:]*)/i.exec(tcUrl);
  return (match?.[1] ?? '').replace(/^\[|\]$/g, '').toLowerCase();
}

function trimSlashes(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === '/') start++;
  while (end > start && text[end - 1] === '/') end--;
  return text.slice(start, end);
}

const DEFAULT_PORT = 1935;
