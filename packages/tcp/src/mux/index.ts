/** The multiplexer for other carriers: streams with windows, priorities, reset and stop over whatever moves bytes in order. */
export { CarriedLink, type LinkFacts, type MuxLink } from '../link.js';
export { complete, DEFAULTS, type MuxLinkOptions, type SocketOptions } from '../options.js';
export * as Proof from '../proof.js';
export { formatAddress, statsOf } from '../socket-carrier.js';
export { choose, tune } from '../tcp-link.js';
export type { Carrier, CarrierEvents, CarrierStats } from './carrier.js';
export type { MuxOptions } from './connection.js';
export type { MuxLimits, Schedule } from './limits.js';
export type { DataPlane } from './plane.js';
