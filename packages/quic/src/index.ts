/**
 * The QUIC link transport: `dial` and `listen` give connections that implement `Connection` of `@longhaul/transport`.
 * The engine is Rust (native/); here are its options, its events as callbacks and its errors as classes. Not a general
 * QUIC library: one application protocol, certificates on both sides, relay ids as names.
 */
export {
  type AgentDecision,
  type AgentReport,
  ALGORITHMS,
  type Algorithm,
  type CongestionAgent,
  CongestionControl,
  type CongestionView,
  type ControllerOption,
  type Knob,
  type KnobValues,
  knobTable,
  type SavedPath,
} from './congestion.js';
export { type DialOptions, dial } from './dial.js';
export * from './errors.js';
export { Identity, type IdentityMaterial, type IdentityPem, normalizeFingerprint } from './identity.js';
export {
  DEFAULT_HANDSHAKES,
  type HandshakeCounts,
  type HandshakeLimits,
  type ListenOptions,
  listen,
  type QuicListener,
  type Refusal,
} from './listen.js';
export { DEFAULTS, type LinkOptions } from './options.js';
export type { EarlyData, QuicConnection, SocketBuffers } from './quic-connection.js';
export { Repair, type RepairSettings, type RepairView } from './repair.js';
export { StreamNews, type StreamNewsItem } from './stream-news.js';
