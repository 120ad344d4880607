/**
 * `@longhaul/netem`: emulated links between two network namespaces, with profiles of real routes and an audit of each
 * run. It imports nothing of longhaul's, and does not measure what runs over the link.
 */

export type { DirectionAudit, DirectionSeries, LatenessAudit, LinkAudit, Verdict } from './audit/audit.js';
export type { Banded, LossAudit } from './audit/loss.js';
export type { RateAudit } from './audit/rate.js';
export type { Drops } from './audit/report.js';
export * as Words from './commands/words.js';
export { makeDirectory } from './directory.js';
export { NetemError, type NetemErrorCode } from './errors.js';
export type { EmulatedLink, LinkSettings } from './link/emulated-link.js';
export type { Host } from './link/host.js';
export { type LinkOptions, openLink } from './link/open-link.js';
export type { PingResult } from './link/ping.js';
export type { Settings } from './link/settings.js';
export { type Ability, type Backend, type Probe, probeHost } from './probe.js';
export { capacityBits, capacityBps } from './profile/capacity.js';
export { listProfiles, loadProfile } from './profile/catalog.js';
export type {
  Bottleneck,
  Direction,
  Loss,
  Origin,
  Path,
  ResolvedProfile,
  Step,
} from './profile/profile.js';
export { DIRECTIONS } from './profile/profile.js';
