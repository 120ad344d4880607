/** The daemon: config, RTMP ingest, FLV and RTMP egress, links over QUIC, admin API, metrics, drain. */
export * from './config/config.js';
export * from './errors.js';
