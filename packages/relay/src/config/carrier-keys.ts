/** Keys of links that are not plain QUIC, and of the way back from them. */
import * as Key from './keys.js';

/** TLS 1.3 on TCP. */
export const TCP = Key.section('Links over TLS 1.3 on TCP, for where UDP does not get through', {
  listen: Key.listen({
    doc: 'TCP address for links from other relays (`tls://`), with the identities of `link.tls`; absent: none',
    fix: 'write listen: 127.0.0.1:4434',
  }),
  congestion: Key.text({
    doc: 'Congestion control algorithm of these sockets, of those that `net.ipv4.tcp_available_congestion_control` lists; absent: the default of the kernel',
    format: 'congestion',
    rule: 'must be the name of an algorithm',
    fix: 'write congestion: bbr',
  }),
  notsentLowatBytes: Key.whole({
    doc: 'TCP_NOTSENT_LOWAT: what the kernel may hold that it has not sent, so that the rest can still be reordered and dropped; 0: no bound but its buffer',
    unit: 'bytes',
    default: 0,
    max: 16_777_216,
  }),
  schedule: Key.choice(['priority', 'arrival'], {
    doc: 'What leaves first of that which waits, on TCP and in tunnels: the highest priority (newest group first, as on QUIC), or what was written first (as a relay that forwards one FLV stream)',
    default: 'priority',
  }),
});

/** All streams in one stream of a QUIC connection. */
export const TUNNEL = Key.section('Links in one stream of a QUIC connection, for comparisons', {
  listen: Key.listen({
    doc: 'UDP address for these (`quic+tunnel://`); absent: none',
    fix: 'write listen: 127.0.0.1:4435',
  }),
});

/** WebTransport over HTTP/2. */
export const H2 = Key.section('Links over WebTransport on HTTP/2, for comparisons', {
  listen: Key.listen({
    doc: 'TCP address for these (`h2://`); absent: none',
    fix: 'write listen: 127.0.0.1:4436',
  }),
});

/** When the fallback of a peer is dialled, and the way back. */
export const FALLBACK = {
  fallbackAfterMs: Key.whole({
    doc: 'A peer that does not answer at `url` for this long is dialled at its `fallback` too; what answers first is kept',
    unit: 'ms',
    default: 2_000,
    reload: true,
  }),
  fallbackRetryMs: Key.whole({
    doc: 'On the fallback, `url` is tried this often; as soon as it answers the link moves back to it',
    unit: 'ms',
    default: 15_000,
    min: 100,
    reload: true,
  }),
};

/** Where a peer is dialled. */
export const PEER_URLS = {
  url: Key.required({
    doc: 'Where to dial it: `quic://`, `tls://` (TCP), `quic+tunnel://` or `h2://`',
    format: 'link-url',
    rule: 'must be quic://host:port, or the same with tls, quic+tunnel or h2',
    fix: 'write quic://center.example:4433',
  }),
  fallback: Key.text({
    doc: 'Where to dial it while `url` does not answer, such as a `tls://` address for networks that block UDP; absent: nowhere',
    format: 'link-url',
    rule: 'must be tls://host:port, or the same with quic, quic+tunnel or h2',
    fix: 'write tls://center.example:4434',
  }),
};
