/** Links between relays: longhaul/1 over a connection of `@longhaul/transport`. */
export type { DropCounts, DropReason, TrafficSnapshot } from './counters.js';
export * from './delivery.js';
export * from './options.js';
export type { ProbeResult } from './prober.js';
export type { SubscriptionSnapshot } from './served-subscription.js';
export { type DrainOptions, LinkSession, VERSIONS } from './session.js';
export * from './snapshot.js';
