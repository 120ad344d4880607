/**
 * Links over TLS 1.3 on TCP, where UDP does not get through: `dial` and `listen` give connections that implement
 * `Connection` of `@longhaul/transport`, streams multiplexed over one socket. The same identities as on QUIC. What waits
 * here keeps its priority; what the kernel has taken does not, and what is lost holds up all that follows.
 */

export {
  CONNECT_ARMS,
  type ConnectOptions,
  type ConnectResult,
  connectQuic,
  connectQuicEarly,
  connectTcpFull,
  connectTcpResumed,
} from './connect/arms.js';
export { MOST_ANSWER_BYTES } from './connect/question.js';
export { type Responder, type ResponderOptions, respond } from './connect/responder.js';
export { type DialOptions, dial } from './dial.js';
export type { MuxLink, TcpLink } from './link.js';
export { type ListenOptions, listen } from './listen.js';
export type { Schedule } from './mux/limits.js';
export { DEFAULTS, type MuxLinkOptions, type SocketOptions } from './options.js';
export {
  dialTunnel,
  listenTunnel,
  type TunnelDialOptions,
  type TunnelListenOptions,
  type TunnelOptions,
} from './tunnel.js';
