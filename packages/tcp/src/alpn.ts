/** What both ends name in the TLS handshake: the multiplexer of docs/wire-tcp.md, carrying longhaul/1. */
export const ALPN = 'longhaul-tcp/1';
