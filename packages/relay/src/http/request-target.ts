/** What a request asks for and of which host (RFC 9112 §3.2). */
import type { IncomingMessage } from 'node:http';

/** A target as servers look it up. */
export interface RequestTarget {
  /** Path and query; begins with `/`. */
  readonly target: string;
  readonly host: string;
}

/**
 * Reads origin-form and absolute-form; undefined when the target or the Host header breaks the rules: answer 400.
 *
 * In absolute-form the target's authority counts and not the Host header (RFC 9112 §3.2.2).
 */
export function readTarget(request: IncomingMessage): RequestTarget | undefined {
  const { url = '', rawHeaders } = request;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.toLowerCase() === 'host') hosts += 1;
  const host = request.headers.host ?? '';
  // RFC 9112 §3.2: 400 for more than one, and for one that is not valid. HTTP/1.0 need not send any.
  if (hosts > 1 || !HOST.test(host)) return undefined;
  if (url.startsWith('/')) return { target: url, host };
  const absolute = /^https?:\/\/([^/?#]*)([^#]*)$/i.exec(url);
  const [, authority = '', rest = ''] = absolute ?? [];
  if (authority === '' || !HOST.test(authority)) return undefined;
  return { target: rest.startsWith('/') ? rest : `/${rest}`, host: authority };
}

/** A name, an IPv4 address or an IPv6 address in brackets, and a port; empty is allowed (RFC 9110 §7.2). */
const HOST = /^(?:[A-Za-z0-9._~-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])?(?::\d{0,5})?$/;
