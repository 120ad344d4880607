/** The daemon: config, RTMP ingest, FLV and RTMP egress, links over QUIC, admin API, metrics, drain. No command line. */
export type { LinkCongestion } from './admin/congestion.js';
export type { Address } from './config/address.js';
export * from './config/config.js';
export { applyReload, changedKeys, type Reload } from './config/reload.js';
export { CONFIG_SCHEMA } from './config/schema.js';
export type { ConfigSources } from './config/sources.js';
export { type DaemonMessage, runDaemon } from './daemon.js';
export * from './errors.js';
export type { BroadcastFigure, FigureSource, FiguresBody, LinkFigure, RelayFigure } from './figures.js';
export { createLog, type Logger, type LogOptions } from './log.js';
export {
  type DrainSummary,
  type Relay,
  type RelayAddresses,
  type RelayOptions,
  startRelay,
} from './relay.js';
export type { DelayParts, DelayWay, Explanation, LinkMinuteFigure } from './trace/figures.js';
export type { FrameFigure, TraceAnswer } from './trace/trace-figures.js';
export * as explainWords from './trace/words.js';
