/**
 * Links over WebTransport on HTTP/2 by @fails-components/webtransport: `dial` and `listen` give connections that
 * implement `Connection` of `@longhaul/transport`, a WebTransport stream for each stream. For the benchmark and as a
 * last resort: README says what it cannot do. `@longhaul/tcp` is the fallback to use.
 */
export { type DialOptions, dial } from './dial.js';
export type { H2Link } from './link.js';
export { type ListenOptions, listen } from './listen.js';
