/** Addresses as the config writes them. */

/** Where to listen or to dial. IPv6 hosts stand without brackets. */
export interface Address {
  readonly host: string;
  /** 0 to 65535; 0 lets the system choose. */
  readonly port: number;
}

/** The host that a listener without a host binds. */
export const LOOPBACK_HOST = '127.0.0.1';

const HOST_PORT = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]*)):(\d{1,5})$/;

/** Decodes `host:port`, `[v6]:port`, `:port` or a bare port; undefined when it is none of these. */
export function parseListen(text: string | number): Address | undefined {
  if (typeof text === 'number' || /^\d{1,5}$/.test(text)) return withPort(LOOPBACK_HOST, Number(text));
  const match = HOST_PORT.exec(text);
  if (match === null) return undefined;
  return withPort(match[1] ?? (match[2] || LOOPBACK_HOST), Number(match[3]));
}

/** What carries a link, as the scheme of a peer's URL says it. */
export type LinkScheme = 'quic' | 'tls' | 'quic+tunnel' | 'h2';

/** Where to dial a peer and over what. */
export interface LinkUrl {
  readonly scheme: LinkScheme;
  readonly address: Address;
}

const LINK_SCHEMES: readonly LinkScheme[] = ['quic', 'tls', 'quic+tunnel', 'h2'];

/** Decodes `quic://host:port` and the same with `tls`, `quic+tunnel` and `h2`; undefined when it is anything else (a path, a query and port 0 included). */
export function parseLinkUrl(text: string): LinkUrl | undefined {
  const scheme = LINK_SCHEMES.find((each) => text.startsWith(`${each}://`));
  if (scheme === undefined) return undefined;
  const match = HOST_PORT.exec(text.slice(scheme.length + '://'.length));
  if (match === null) return undefined;
  const host = match[1] ?? match[2];
  if (host === undefined || host === '' || Number(match[3]) === 0) return undefined;
  const address = withPort(host, Number(match[3]));
  return address && { scheme, address };
}

/** `host:port` with brackets around IPv6. */
export function formatAddress(address: Address): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** True when nothing outside this machine reaches a listener on `host`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** True for a host name or IP address without a port. */
export function isHostName(text: string): boolean {
  return text.length <= 253 && (/^[A-Za-z0-9_.-]+$/.test(text) || /^[0-9A-Fa-f:.]+$/.test(text));
}

function withPort(host: string, port: number): Address | undefined {
  return port <= 65535 ? { host, port } : undefined;
}
