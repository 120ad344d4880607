/** `host:port` texts and URLs to hosts and ports. */

/** Where to listen or to dial; IPv6 without brackets. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Host and port of `SCHEME://host:port`. Throws TypeError when it is not one. */
export function parseUrl(text: string, scheme: string): HostPort {
  const rest = text.startsWith(`${scheme}://`) ? text.slice(scheme.length + 3) : '';
  const found = match(rest.replace(/\/$/, ''));
  if (found === undefined || found.port === 0) {
    throw new TypeError(`"${text}" cannot be dialled: ${scheme}://host:port is needed`);
  }
  return found;
}

/** Host and port of `host:port` or `[v6]:port`; port 0 is any free one. Throws TypeError when it is not one. */
export function parseHostPort(text: string): HostPort {
  const found = match(text);
  if (found === undefined) throw new TypeError(`"${text}" is not host:port`);
  return found;
}

function match(text: string): HostPort | undefined {
  const groups = /^(?:\[([^\]/]+)\]|([^:/]+)):(\d{1,5})$/.exec(text);
  const port = Number(groups?.[3]);
  const host = groups?.[1] ?? groups?.[2];
  return host === undefined || !(port <= 65_535) ? undefined : { host, port };
}
