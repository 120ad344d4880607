/** `host:port` texts and `quic://` URLs to addresses. */
import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { TransportError } from '@longhaul/transport';

/** Host and port of `quic://host:port`. Throws TypeError when it is not one. */
export function parseUrl(text: string): { host: string; port: number } {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new TypeError(`"${text}" is no URL: quic://host:port is needed`, { cause });
  }
  const port = Number(url.port);
  if (url.protocol !== 'quic:' || url.hostname === '' || port === 0) {
    throw new TypeError(`"${text}" cannot be dialled: quic://host:port is needed`);
  }
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port };
}

/** Host and port of `host:port` or `[v6]:port`; port 0 is any free one. Throws TypeError when it is not one. */
export function parseHostPort(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || !(port <= 65_535)) throw new TypeError(`"${text}" is not host:port`);
  return { host, port };
}

/** `address:port` of a peer as people write it: an IPv4 peer of a socket on `[::]` comes mapped into IPv6. */
export function plain(address: string): string {
  return address.replace(/^\[::ffff:(\d+\.\d+\.\d+\.\d+)\]/i, '$1');
}

/**
 * `address:port` of the first address that `host` has.
 * @throws TransportError LH_TRANSPORT_IO when it has none.
 */
export async function resolve(host: string, port: number): Promise<string> {
  try {
    const { address } = await lookup(host);
    return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
  } catch (cause) {
    throw new TransportError('LH_TRANSPORT_IO', `no address for "${host}"`, { cause });
  }
}
