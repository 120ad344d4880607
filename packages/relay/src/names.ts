/** Addresses of clients -> broadcast paths. Names are validated here, where they enter, and nowhere after. */
import { type BroadcastPath, Path } from '@longhaul/core';
import { RelayError } from './errors.js';

/** What an address names, the query parsed off. */
export interface NamedBroadcast {
  readonly path: BroadcastPath;
  /** Never logged: it may hold a token. */
  readonly query: URLSearchParams;
}

/** Host name -> domain. */
export type DomainOf = (host: string) => string;

/**
 * The broadcast that an RTMP client names by the `tcUrl` and `app` of its connect and the stream name of its publish
 * or play. Queries may stand on the app, the tcUrl and the name; the last one that sets a key wins.
 *
 * Throws `LH_RELAY_NAME`.
 */
export function fromRtmp(
  address: { readonly tcUrl: string; readonly app: string; readonly name: string },
  domainOf: DomainOf,
): NamedBroadcast {
  const [app, appQuery] = splitQuery(address.app);
  const [name, nameQuery] = splitQuery(address.name);
  const [, tcUrlQuery] = splitQuery(address.tcUrl);
  const host = /^rtmp[a-z]{0,2}:\/\/([^/?#]+)/i.exec(address.tcUrl)?.[1] ?? '';
  const query = new URLSearchParams(tcUrlQuery);
  for (const more of [appQuery, nameQuery])
    for (const [key, value] of new URLSearchParams(more)) query.set(key, value);
  return { path: join(domainOf(host), app, name), query };
}

/**
 * The broadcast of `/APP/STREAM.flv`; undefined when the path does not end in `.flv` (it is no media address).
 *
 * Throws `LH_RELAY_NAME`.
 */
export function fromHttp(
  address: { readonly host: string; readonly target: string },
  domainOf: DomainOf,
): NamedBroadcast | undefined {
  const [encoded, query] = splitQuery(address.target);
  if (!encoded.endsWith('.flv')) return undefined;
  const segments = encoded.slice(1, -'.flv'.length).split('/');
  if (segments.length !== 2) throw refusal(`must be /APP/STREAM.flv, got ${segments.length} segments`);
  const [app = '', stream = ''] = segments.map(decodePercent);
  return { path: join(domainOf(address.host), app, stream), query: new URLSearchParams(query) };
}

function join(domain: string, app: string, stream: string): BroadcastPath {
  try {
    return Path.join({ domain, app, stream });
  } catch (cause) {
    throw refusal((cause as Error).message, cause);
  }
}

function splitQuery(text: string): [string, string] {
  const mark = text.indexOf('?');
  return mark === -1 ? [text, ''] : [text.slice(0, mark), text.slice(mark + 1)];
}

function decodePercent(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw refusal('holds a broken percent sequence', cause);
  }
}

function refusal(rule: string, cause?: unknown): RelayError {
  return new RelayError('LH_RELAY_NAME', rule, { cause });
}
