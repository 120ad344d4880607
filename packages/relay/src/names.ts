/** Addresses of clients -> broadcast paths. Names are validated here, where they enter, and nowhere after. */
import { type BroadcastPath, Path } from '@longhaul/core';
import type { StreamAddress } from '@longhaul/flv';
import { RelayError } from './errors.js';

/** What an address names, the query parsed off. */
export interface NamedBroadcast {
  readonly path: BroadcastPath;
  /** Never logged: it may hold a token. */
  readonly query: URLSearchParams;
}

/** Host name -> domain. */
export type DomainOf = (host: string) => string;

/** The broadcast that an RTMP client names by its connect and its publish or play. Throws `LH_RELAY_NAME`. */
export function fromRtmp(address: StreamAddress, domainOf: DomainOf): NamedBroadcast {
  const { host, app, name, query } = address;
  return { path: join(domainOf(host), app, name), query: new URLSearchParams(query) };
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
