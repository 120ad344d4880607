/** Keys of the sections that listen: who may come in, how many and how fast. */
import { FALLBACK, H2, PEER_URLS, TCP, TUNNEL } from './carrier-keys.js';
import { CONGESTION } from './congestion-keys.js';
import { DELIVERY } from './delivery-keys.js';
import { FAST_START, TAIL_CARE } from './fast-start-keys.js';
import * as Key from './keys.js';
import { REPAIR } from './repair-keys.js';

/** RTMP in and out. */
export const RTMP = Key.section('RTMP publish and play, on one listener', {
  listen: Key.listen({ doc: 'Where to listen; absent: no RTMP', fix: 'write listen: 127.0.0.1:1935' }),
  publish: Key.section('Who may publish', {
    tokens: Key.texts({
      doc: 'A publisher shows one of these as `?token=` on the stream name or the tcUrl; empty: none is asked for',
      reload: true,
      default: [],
      secret: true,
      rule: 'must be a list of tokens, each of at least one character',
      fix: 'write tokens: [a-long-random-text]',
    }),
    open: Key.flag({
      doc: 'Says that anyone who reaches a non-loopback listener may publish without a token',
      reload: true,
      default: false,
    }),
    takeOverMs: Key.whole({
      doc: 'A publisher from which no byte came for this long gives way to another one of the same name',
      unit: 'ms',
      default: 5_000,
      min: 100,
      reload: true,
    }),
  }),
  maxMessageBytes: Key.whole({
    doc: 'Largest audio or video message of a publisher; unfinished messages of one connection hold twice this at most',
    unit: 'bytes',
    default: 4_194_304,
    min: 65_536,
    max: 16_777_215,
    reload: true,
  }),
  chunkSizeBytes: Key.whole({
    reload: true,
    doc: 'Chunk size of what is sent',
    unit: 'bytes',
    default: 65_536,
    min: 128,
    max: 1_048_576,
  }),
  handshakeTimeoutMs: Key.whole({
    doc: 'From accept to the connect command, the handshake between them',
    unit: 'ms',
    default: 5_000,
    min: 100,
    reload: true,
  }),
  unusedTimeoutMs: Key.whole({
    doc: 'A connection that neither publishes nor plays for this long is ended',
    unit: 'ms',
    default: 10_000,
    min: 100,
    reload: true,
  }),
  idleTimeoutMs: Key.whole({
    doc: 'A publisher that sends nothing for this long is disconnected',
    unit: 'ms',
    default: 30_000,
    min: 100,
    reload: true,
  }),
  maxConnections: Key.whole({
    doc: 'RTMP connections at once',
    unit: '',
    default: 20_000,
    min: 1,
    reload: true,
  }),
  maxPending: Key.whole({
    doc: 'Connections at once whose publish or play was not accepted yet; one more takes the place of the slowest, or is refused while none is slow',
    unit: '',
    default: 256,
    min: 1,
    reload: true,
  }),
  maxPendingPerAddress: Key.whole({
    doc: 'The same from one address (IPv6: from one /64), `trustedAddresses` aside',
    unit: '',
    default: 16,
    min: 1,
    reload: true,
  }),
});

/** HTTP out. */
export const HTTP = Key.section('HTTP-FLV, WebSocket-FLV and the page', {
  listen: Key.listen({ doc: 'Where to listen; absent: no HTTP', fix: 'write listen: 127.0.0.1:8080' }),
  cors: Key.texts({
    doc: 'Origins that may read; `*` is any',
    reload: true,
    default: ['*'],
    format: 'origin',
    rule: 'must be a list of origins such as https://player.example, or "*"',
    fix: 'write cors: ["https://player.example"]',
  }),
  maxConnections: Key.whole({
    doc: 'HTTP connections at once',
    unit: '',
    default: 20_000,
    min: 1,
    reload: true,
  }),
  maxConnectionsPerAddress: Key.whole({
    doc: 'The same from one address (IPv6: from one /64), `trustedAddresses` aside',
    unit: '',
    default: 1_000,
    min: 1,
    reload: true,
  }),
  headerTimeoutMs: Key.whole({
    doc: 'The header and body of a request have to come within this',
    unit: 'ms',
    default: 10_000,
    min: 100,
  }),
  maxHeaderBytes: Key.whole({
    doc: 'Header of one request; more is 431',
    unit: 'bytes',
    default: 16_384,
    min: 1_024,
    max: 1_048_576,
  }),
  slowReaderMs: Key.whole({
    doc: 'A client that takes nothing of an answer other than media for this long is disconnected',
    unit: 'ms',
    default: 10_000,
    min: 100,
    reload: true,
  }),
  page: Key.section('What the page shows', {
    pushUrl: Key.text({
      doc: 'RTMP address the page tells people to push to; absent: the RTMP listener of this relay',
      reload: true,
      format: 'rtmp-url',
      rule: 'must be rtmp://host:port/app',
      fix: 'write pushUrl: rtmp://127.0.0.1:1935/live',
    }),
  }),
});

/** QUIC to other relays. */
export const LINK = Key.section('Links to other relays', {
  listen: Key.listen({
    doc: 'UDP address for links from other relays; absent: only dials',
    fix: 'write listen: 127.0.0.1:4433',
  }),
  tls: Key.section('Mutual TLS; the files are read again on SIGHUP', {
    certificate: Key.text({
      doc: 'PEM file: certificate chain of this relay',
      reload: true,
      rule: 'must be a PEM file',
      fix: 'run longhaul certs DIR',
    }),
    key: Key.text({
      doc: 'PEM file: its private key',
      reload: true,
      rule: 'must be a PEM file',
      fix: 'run longhaul certs DIR',
    }),
    authorities: Key.text({
      doc: 'PEM file: the authorities that peers are checked against',
      reload: true,
      rule: 'must be a PEM file',
      fix: 'run longhaul certs DIR',
    }),
  }),
  revoked: Key.texts({
    doc: 'Certificates of peers that are not accepted any more, whoever signed them: SHA-256 in hex, as `openssl x509 -noout -fingerprint -sha256` prints it. Open links of these are closed',
    default: [],
    reload: true,
    format: 'fingerprint',
    rule: 'must be a list of SHA-256 fingerprints of 64 hex digits, colons allowed',
    fix: 'write - the fingerprint that openssl x509 -noout -fingerprint -sha256 prints, in quotes',
  }),
  peers: Key.list(
    Key.entry(
      {
        name: Key.required({
          doc: 'Relay id that the peer must prove',
          format: 'relay-id',
          rule: 'must be a relay id',
          fix: 'write name: center',
        }),
        ...PEER_URLS,
      },
      'write - {name: center, url: "quic://center.example:4433"}',
    ),
    {
      doc: 'Relays to keep a link to',
      reload: true,
      rule: 'must be a list of peers',
      fix: 'write - {name: center, url: "quic://center.example:4433"}',
    },
  ),
  allow: Key.list(
    Key.entry(
      {
        name: Key.required({
          doc: 'Pattern over relay ids',
          format: 'name-pattern',
          rule: 'must be a pattern over relay ids',
          fix: 'write name: edge-*',
        }),
        announce: Key.texts({
          doc: 'Patterns of the broadcasts it may announce to us',
          default: ['**'],
          format: 'path-pattern',
          rule: 'must be a list of patterns domain/app/stream',
          fix: 'write announce: ["default/live/*"]',
        }),
      },
      'write - {name: "edge-*", announce: ["**"]}',
    ),
    {
      doc: 'Which relays may hold a link and what they may announce; the first match counts, no match is refused. Absent: every relay that our authorities vouch for, everything',
      reload: true,
      rule: 'must be a list of rules',
      fix: 'write - {name: "edge-*", announce: ["**"]}',
    },
  ),
  congestion: CONGESTION,
  delivery: DELIVERY,
  fastStart: FAST_START,
  tailCare: TAIL_CARE,
  repair: REPAIR,
  idleTimeoutMs: Key.whole({
    doc: 'A silent link is lost after this',
    unit: 'ms',
    default: 10_000,
    min: 500,
  }),
  keepAliveMs: Key.whole({
    doc: 'Ping interval of an idle link (keeps NAT bindings)',
    unit: 'ms',
    default: 3_000,
    min: 100,
  }),
  dialTimeoutMs: Key.whole({
    doc: 'How long an attempt to dial waits for the first answer: more than the round trip, little more than a peer is looked for. Over TCP the whole attempt',
    unit: 'ms',
    default: 2_000,
    min: 100,
  }),
  handshakeTimeoutMs: Key.whole({
    doc: 'How long an attempt to dial may take over QUIC once the peer has answered: several round trips',
    unit: 'ms',
    default: 8_000,
    min: 100,
  }),
  redialMinMs: Key.whole({
    doc: 'First wait before dialling again; doubles each time, with jitter',
    unit: 'ms',
    default: 200,
    min: 10,
  }),
  redialMaxMs: Key.whole({ doc: 'Longest wait before dialling again', unit: 'ms', default: 250, min: 10 }),
  maxAnnouncements: Key.whole({
    doc: 'Broadcasts that one peer may announce at a time',
    unit: '',
    default: 2_048,
    min: 1,
    max: 100_000,
  }),
  maxSubscriptions: Key.whole({
    doc: 'Broadcasts that one peer may subscribe to at a time',
    unit: '',
    default: 2_048,
    min: 1,
    max: 100_000,
  }),
  maxOpenStreams: Key.whole({
    doc: 'Groups and init streams that one peer may have under way at a time; a broadcast takes two for each track',
    unit: '',
    default: 8_192,
    min: 16,
    max: 400_000,
  }),
  maxHandshakes: Key.whole({
    doc: 'Handshakes under way at the listener at a time; further ones are refused',
    unit: '',
    default: 1_024,
    min: 8,
    max: 65_536,
  }),
  maxHandshakesPerAddress: Key.whole({
    doc: 'Those of one IPv4 address or IPv6 /64 that has proven to be where it says',
    unit: '',
    default: 64,
    min: 1,
    max: 65_536,
  }),
  retryFrom: Key.whole({
    doc: 'With so many handshakes under way, a peer has to prove its address first (QUIC Retry), which takes one round trip more; 0: always',
    unit: '',
    default: 100,
    max: 65_536,
  }),
  ...FALLBACK,
  tcp: TCP,
  tunnel: TUNNEL,
  h2: H2,
  socketBufferBytes: Key.whole({
    doc: 'UDP socket buffers asked of the system, each way',
    unit: 'bytes',
    default: 4_194_304,
    min: 65_536,
  }),
  qlogDir: Key.text({
    doc: 'Directory, which must be there, for one qlog file a connection; absent: none',
    rule: 'must be a directory',
    fix: 'write qlogDir: ./qlog',
  }),
});

/** For operators. */
export const ADMIN = Key.section('Admin API and metrics', {
  listen: Key.listen({ doc: 'Where to listen; absent: no admin API', fix: 'write listen: 127.0.0.1:8081' }),
});
